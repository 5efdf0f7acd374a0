import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fillRole } from '../kernel/approvals/approvals.ts';
import { containing } from '../kernel/database/search.ts';
import { assertRelated } from '../kernel/graph/record.ts';
import { canonical } from '../kernel/receipts/canonical.ts';
import { commit } from '../kernel/receipts/commitment.ts';
import { encodeReceipt, type ReceiptContent } from '../kernel/receipts/receipt.ts';
import { recordOutcome } from '../packs/high-risk-ops/actions/record-outcome.ts';
import { HighRiskRequest } from '../packs/high-risk-ops/entities.ts';
import highRiskOps from '../packs/high-risk-ops/manifest.ts';
import { type ActionContext, type ApprovalRound, definePack, edge, governed, isFinal, listOf, none, Problem, seriesByDay } from '../sdk/index.ts';

const test = suite('Pure parts');

function contextOf(actor: { id: string; roles: readonly string[] }): ActionContext<unknown> {
  let next = 0;
  return {
    tenant: 't',
    actor: { ...actor, handle: actor.id, system: false },
    input: {},
    settings: {},
    now: '2026-11-22T12:00:00.000Z',
    subjectId: 'subject',
    newId: () => `id-${next++}`,
    decision: null,
    approval: null,
  };
}

test('no object has a relationship by nature', () => {
  const drawn = (relationship: string) => () =>
    assertRelated({ relationships: { watches: 'watched_by' } }, { edges: [edge('a', relationship, 'b')] });
  assert.not.throws(drawn('watches'));
  assert.throws(drawn('constructor'), 'the relationship constructor is one that no pack declares');
});

test('whoever approves in whatever order: each role is filled once, by different people, never by the requester', () => {
  const roles = ['team_lead', 'security_officer', 'manager'];
  const person = fc.record({
    id: fc.constantFrom('a', 'b', 'c', 'd', 'requester'),
    roles: fc.uniqueArray(fc.constantFrom(...roles), { maxLength: 3 }),
  });
  fc.assert(
    fc.property(fc.uniqueArray(fc.constantFrom(...roles), { minLength: 1 }), fc.array(person, { maxLength: 12 }), (required, people) => {
      let round: ApprovalRound = { required, given: [], excluded: ['requester'], content: { what: 'x' } };
      let complete = false;
      for (const actor of people) {
        if (complete) break;
        try {
          const filled = fillRole(round, 'approved', contextOf(actor));
          assert.ok(actor.roles.includes(filled.approval.role));
          round = { ...round, given: [...round.given, filled.approval] };
          complete = filled.complete;
        } catch (error) {
          assert.instance(error, Problem);
        }
      }
      const filled = round.given.map(({ role }) => role);
      const approvers = round.given.map(({ approver_id }) => approver_id);
      assert.is(new Set(filled).size, filled.length);
      assert.is(new Set(approvers).size, approvers.length);
      assert.not.ok(approvers.includes('requester'));
      assert.is(complete, filled.length === required.length);
    }),
  );
});

test('an approval of other content fills nothing', () => {
  const round: ApprovalRound = { required: ['manager', 'finance'], given: [], excluded: [], content: { amount: '100.00' } };
  const { approval } = fillRole(round, 'approved', contextOf({ id: 'm', roles: ['manager'] }));
  const edited = { ...round, given: [approval], content: { amount: '900.00' } };
  const { complete } = fillRole(edited, 'approved', contextOf({ id: 'f', roles: ['finance'] }));
  assert.not.ok(complete, "the manager's approval was of 100.00");
  assert.ok(fillRole({ ...edited, content: round.content }, 'approved', contextOf({ id: 'f', roles: ['finance'] })).complete);
});

test('canonical text does not depend on the order of members, and refuses what JSON does not have', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string({ unit: 'grapheme' }), fc.oneof(fc.string({ unit: 'grapheme' }), fc.integer(), fc.boolean(), fc.constant(null))),
      (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        assert.is(canonical(reversed), canonical(value));
        assert.equal(JSON.parse(canonical(value)), { ...value });
      },
    ),
  );
  for (const value of [
    undefined,
    new Date(),
    new Map(),
    { a: undefined },
    [1.5],
    Number.NaN,
    2 ** 53,
    10n,
    '\ud800',
    () => 1,
    { deep: [{ at: new Date() }] },
  ]) {
    assert.throws(
      () => canonical(value),
      (error: unknown) => error instanceof TypeError,
      String(value),
    );
  }
});

test('a commitment is the digest of an SD-JWT disclosure', () => {
  // RFC 9901, section 4.2.1 has this disclosure, in its form without white space.
  const disclosure = 'WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsImZhbWlseV9uYW1lIiwiTcO2Yml1cyJd';
  const digest = createHash('sha256').update(disclosure).digest('base64url');
  assert.is(commit('family_name', 'Möbius', '_26bc4LT-ac6q2KI6cBW5es').commitment, digest);
  assert.not.equal(commit('a', 'b').commitment, commit('a', 'b').commitment, 'two commitments to one value cannot be told to be equal');
});

test('a receipt that would not fit into a log entry is refused', () => {
  const content: ReceiptContent = {
    typ: 'summit-receipt/v1',
    origin: 'o',
    id: 'i',
    action: 'a',
    subject: { type: 't', id: 's' },
    seq: 1,
    parents: [],
    actor: 'c',
    outcome: 'allowed',
    policy: [],
    state: { from: null, to: 'x' },
    input_digest: 'd',
    changes_digest: 'd',
    commitments: [],
    at: '2026-11-22T12:00:00.000Z',
  };
  assert.is(encodeReceipt(content).leafHash.length, 32);
  assert.throws(() => encodeReceipt({ ...content, parents: ['x'.repeat(70_000)] }), /does not fit/);
});

test('a table of transitions that leads nowhere known is refused when it is declared', () => {
  assert.throws(() => governed({ type: 't', table: 't', fields: {}, transitions: { open: ['closed'] } }), /open → closed/);
  const entity = governed({ type: 't', table: 't', fields: {}, transitions: { open: ['closed'], closed: [] } });
  assert.equal([isFinal(entity, 'open'), isFinal(entity, 'closed')], [false, true]);
  assert.throws(() => none('  '), /reason/);
});

test('apply is pure: the same facts give the same changes, with nothing running', () => {
  const request = {
    tenant_id: 't',
    id: 'r',
    status: 'executing',
    version: 4,
    created_at: '',
    updated_at: '',
    type: 'TEMP_DB_READ_ACCESS',
    target: 'orders-db',
    environment: 'prod',
    duration_minutes: 90,
    justification: 'why',
    requester_id: 'u',
    required_approvals: [],
    executor_id: 'u',
    started_at: '2026-11-22T11:59:00.000Z',
    expires_at: null,
    revoked_at: null,
  };
  const file = { request, approvals: [], execution: null, decisionIds: [], handles: new Map() };
  const apply = () =>
    recordOutcome.apply(file, { ...contextOf({ id: 'system:x', roles: [] }), input: { success: true, error: null, target_executor: 'stub' } });
  assert.equal(apply(), apply());
  const { subjects, rows } = apply();
  assert.equal([subjects[0]?.after.status, subjects[0]?.after.version], ['executed', 5]);
  assert.match(JSON.stringify(rows?.[0]?.row), '"expires_at":"2026-11-22T13:30:00.000Z"');
});

test('counts by day stand in their place: every day that the period touches, the series in the order of their names', () => {
  const counts = [
    { day: '2026-02-27', value: 'open', count: 2 },
    { day: '2026-03-01', value: 'closed', count: 1 },
  ];
  const period = { since: '2026-02-27T23:59:59.999Z', now: '2026-03-01T00:00:00.000Z' };
  assert.equal(seriesByDay(counts, period, ['closed', 'lost', 'open']), {
    labels: ['2026-02-27', '2026-02-28', '2026-03-01'],
    series: [
      { name: 'closed', values: [0, 0, 1] },
      { name: 'open', values: [2, 0, 0] },
    ],
  });
});

test('a dashboard is named after its pack', () => {
  const pack = { ...highRiskOps, id: 'other' };
  assert.throws(() => definePack(pack), /pack other: dashboards.0 \(high-risk-ops.overview\): it must be named other.<name>/);
});

test('a search is one statement, whatever is looked for: each shape stays prepared', () => {
  const requests = listOf(HighRiskRequest, { sort: ['created_at'], search: ['target'] });
  const where = { sql: 't.tenant_id = $1', values: ['t'] };
  const statements = ['x', 'two words', '1a2b ids and 3c4d5e6f-77 words', 'a b c d e f g h'].map((q) => containing(where, requests, q).sql);
  assert.is(new Set(statements).size, 1);
});

test('an indicator is named after its pack', () => {
  const indicator = { id: 'other.lag', title: 'Lag', definition: 'A lag', unit: 'seconds', read: async () => ({ value: 0 }) } as const;
  const pack = { ...highRiskOps, indicators: [indicator] };
  assert.throws(() => definePack(pack), /pack high-risk-ops: indicators.0 \(other.lag\): it must be named high-risk-ops.<name>/);
});

test.run();
