import { randomUUID } from 'node:crypto';
import Big from 'big.js';
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createReader } from '../kernel/database/reader.ts';
import { HighRiskRequest } from '../packs/high-risk-ops/entities.ts';
import { listOf, type Row, severalOf, type Where } from '../sdk/index.ts';
import { dealsOf, LEADS, newLead, QUOTES, succeeded } from './support/deal.ts';
import { accessRequest, type Call, type TestSummit, testSummit } from './support/summit.ts';
import { withProbe } from './support/with-probe.ts';

const test = suite('Lists');
let s: TestSummit;
let deals: ReturnType<typeof dealsOf>;

test.before(async () => {
  s = await testSummit(withProbe);
  deals = dealsOf(s);
});
test.after(() => s?.close());

const REQUESTS = '/high-risk-ops/requests';
const ABROAD: Call = { tenant: 'summit-internal' };

type Parameters = Readonly<Record<string, string | number>>;

function pathOf(path: string, parameters: Parameters): string {
  return `${path}?${new URLSearchParams(Object.entries(parameters).map(([name, value]): [string, string] => [name, String(value)]))}`;
}

/** All of a list, three at a time; its total is what came. */
async function whole<Item = { readonly id: string }>(path: string, parameters: Parameters = {}): Promise<readonly Item[]> {
  const items: Item[] = [];
  let more: Parameters = {};
  let total: number | undefined;
  for (;;) {
    const page = succeeded(await s.get('auditor', pathOf(path, { ...parameters, ...more, limit: 3 })));
    total ??= page.total;
    items.push(...page.items);
    if (page.next_cursor === null) break;
    more = { cursor: page.next_cursor };
  }
  assert.is(items.length, total, `${path} ${JSON.stringify(parameters)}`);
  return items;
}

const idsOf = (items: readonly { readonly id: string }[]) => items.map(({ id }) => id);

async function found(path: string, q: string, more: Parameters = {}): Promise<readonly string[]> {
  return idsOf(await whole(path, { ...more, q }));
}

async function refused(path: string, parameters: Parameters): Promise<{ path: string; message: string }> {
  const { status, body } = await s.get('auditor', pathOf(path, parameters));
  assert.equal([status, body.code], [400, 'invalid-input'], JSON.stringify(parameters));
  return body.errors[0];
}

async function requested(fields: Readonly<Record<string, unknown>> = {}, handle = 'engineer'): Promise<string> {
  return succeeded(await s.post(handle, REQUESTS, accessRequest(fields)), 201).id;
}

/** A word that nothing else holds. */
const unheard = () => `w${randomUUID().replaceAll('-', '')}`;

interface Probe {
  readonly id: string;
  readonly name: string;
  readonly size: string | null;
  readonly status: string;
  readonly version: number;
  readonly created_at: string;
}

const SORTS = ['name', 'size', 'status', 'created_at', 'version'] as const;

/** The order said once more, naively. */
function inOrder(probes: readonly Probe[], column: (typeof SORTS)[number], descending: boolean): readonly string[] {
  const byCodePoint = (a: string, b: string) => (a === b ? 0 : a < b ? -1 : 1);
  const compared = (a: Probe, b: Probe): number => {
    if (column === 'size') return a.size === null || b.size === null ? 0 : new Big(a.size).cmp(b.size);
    if (column === 'version') return a.version - b.version;
    return byCodePoint(a[column].toLowerCase(), b[column].toLowerCase());
  };
  const sorted = probes.toSorted((a, b) => {
    const missing = Number(a[column] === null) - Number(b[column] === null);
    return missing || (descending ? -1 : 1) * compared(a, b) || byCodePoint(b.id, a.id);
  });
  return idsOf(sorted);
}

const name = fc.constantFrom('alpha', 'Alpha', 'ALPHA beta', 'b', 'a_b', '50%', 'Zulu', '-', '\\');
const size = fc.constantFrom(null, null, '9', '10', '10.0', '100', '-1', '9.5', '0.000001', '12345678901234567890.1');
const rows = fc.array(fc.record({ name, size, closed: fc.boolean() }), { minLength: 4, maxLength: 12 });

test('whatever it is sorted by, either way, its pages are the sorted whole: ties and rows without a value, each once', async () => {
  await fc.assert(
    fc.asyncProperty(rows, async (made) => {
      const tag = unheard();
      for (const { closed, name: called, size: of } of made) {
        const { id } = succeeded(await s.post('engineer', '/probes', { name: `${called} ${tag}`, ...(of === null ? {} : { size: of }) }), 201);
        if (closed) succeeded(await s.post('engineer', `/probes/${id}/close`));
      }
      const all = await whole<Probe>('/probes', { q: tag });
      assert.is(all.length, made.length);
      assert.equal(idsOf(all), idsOf(all).toSorted().reverse(), 'newest first where nothing is said');
      for (const column of SORTS) {
        for (const sort of [column, `-${column}`]) {
          assert.equal(await found('/probes', tag, { sort }), inOrder(all, column, sort !== column), sort);
        }
      }
    }),
    { numRuns: 5 },
  );
});

test('money and percentages are sorted as numbers', async () => {
  const account = unheard();
  for (const [amount, discount_percent] of [
    ['9.00', '10'],
    ['100.00', '9'],
    ['20.00', '2.5'],
  ] as const) {
    await deals.quote({ amount, discount_percent }, await deals.opportunity({ company: account }));
  }
  const by = async (sort: string, shown: string) =>
    (await whole<Record<string, string>>(QUOTES, { q: account, sort })).map((quote) => Number(quote[shown]));
  assert.equal(await by('amount', 'amount'), [9, 20, 100]);
  assert.equal(await by('-amount', 'amount'), [100, 20, 9]);
  assert.equal(await by('discount_percent', 'discount_percent'), [2.5, 9, 10]);
  assert.equal(await by('-net_amount', 'amount'), [100, 20, 9]);
});

test('a list is sorted by nothing that it does not offer', async () => {
  const { path, message } = await refused(REQUESTS, { sort: 'justification' });
  assert.is(path, 'sort');
  assert.match(message, 'created_at, -created_at, updated_at');
  for (const sort of ['requester_id', '--target', 'target,status', '', 'TARGET']) assert.is((await refused(REQUESTS, { sort })).path, 'sort');
  assert.is((await refused('/receipts', { sort: 'at' })).path, 'sort');
});

test('the audit log is read from its beginning as well', async () => {
  const newestFirst = idsOf(await whole('/receipts', { subject_type: 'pack-enablement' }));
  assert.ok(newestFirst.length > 3);
  assert.equal(idsOf(await whole('/receipts', { subject_type: 'pack-enablement', sort: '-id' })), newestFirst);
  assert.equal(idsOf(await whole('/receipts', { subject_type: 'pack-enablement', sort: 'id' })), newestFirst.toReversed());
});

test('q finds a word in any of its columns, whatever its case', async () => {
  const word = unheard();
  const mine = await requested({ target: 'billing-db', justification: `ticket (${word})` }, 'engineer-2');
  assert.equal(await found(REQUESTS, word), [mine], 'the justification, which is personal');
  assert.equal(await found(REQUESTS, `  ${word.toUpperCase()} `), [mine]);
  for (const other of ['BILLING', 'temp_db_read', 'engineer-2', mine.slice(0, 23), mine, mine.toUpperCase()]) {
    assert.equal(await found(REQUESTS, `${word} ${other}`), [mine], other);
  }
  assert.equal(await found(REQUESTS, `${word} orders`), [], 'each of the words is to be found');
  assert.equal(await found(REQUESTS, mine.slice(1)), [], 'an id is found by its beginning');
  assert.ok((await found(REQUESTS, '')).length >= 1, 'nothing to look for is no filter');
});

test('three digits are no beginning of an id, and four are', async () => {
  const word = unheard();
  const mine = await requested({ justification: word });
  assert.equal(await found(REQUESTS, `${word} ${mine.slice(0, 4)}`), [mine]);
  assert.is((await found(REQUESTS, mine.slice(0, 3))).includes(mine), word.includes(mine.slice(0, 3)));
});

test('what would be a wildcard is itself', async () => {
  const word = unheard();
  const [percent, plain] = [await requested({ justification: `${word} 100%_\\done` }), await requested({ justification: `${word} 1000xdone` })];
  assert.equal(await found(REQUESTS, `${word} 100%`), [percent]);
  assert.equal(await found(REQUESTS, `${word} %_\\d`), [percent]);
  assert.equal(await found(REQUESTS, `${word} _done`), []);
  assert.equal(await found(REQUESTS, `${word} 0xd`), [plain]);
  assert.equal(await found(REQUESTS, `${word.slice(0, -1)}_`), []);
});

test('leads are found by email, company and owner, quotes by account, opportunity and owner', async () => {
  const [company, box] = [unheard(), unheard()];
  const lead = succeeded(await s.post('ae', LEADS, newLead({ company, email: `${box}@acme.example`, owner: 'ae-2' })), 201);
  for (const q of [company, box, `${box} AE-2`]) assert.equal(await found(LEADS, q), [lead.id], q);
  assert.equal(await found('/revops/opportunities', `${company} ae-2`), [lead.opportunity.id]);
  assert.equal(await found('/revops/opportunities', box), [], 'the email is not shown there');
  const quote = await deals.quote({}, lead.opportunity.id);
  for (const q of [company, lead.opportunity.id, `${company} ae-2`]) assert.equal(await found(QUOTES, q), [quote], q);
});

test('the audit log is searched by action, subject and actor, decisions by action and rule', async () => {
  const denied = await s.post('engineer', REQUESTS, accessRequest({ environment: 'staging' }));
  assert.is(denied.body.code, 'policy-denied');
  const [{ rule }] = denied.body.reasons;
  assert.ok((await found('/policy-decisions', rule.slice(1))).includes(denied.body.decision_id));
  assert.ok((await found('/policy-decisions', 'request.create ENGINEER')).includes(denied.body.decision_id));
  assert.equal(await found('/policy-decisions', unheard()), []);

  const id = await requested({}, 'engineer-2');
  const [receipt] = await whole<{ id: string; action: string; actor: string }>('/receipts', { q: id });
  assert.equal([receipt?.action, receipt?.actor], ['high-risk-ops.request.create', 'engineer-2']);
  assert.equal(await found('/receipts', `Request.Create engineer-2 ${id}`), [receipt?.id]);
  const configured = await whole<{ actor: string }>('/receipts', { q: 'config.appli SYSTEM:conf' });
  assert.equal([...new Set(configured.map(({ actor }) => actor))], ['system:config']);
  const until = new Date(0).toISOString();
  assert.equal([await found('/receipts', id, { until }), await found('/policy-decisions', 'request', { until })], [[], []]);
});

test('people are found by handle, role and status', async () => {
  const handles = async (parameters: Parameters) => (await whole<{ handle: string }>('/users', parameters)).map(({ handle }) => handle).sort();
  assert.equal(await handles({ q: 'SECURITY' }), ['lead-and-security', 'security-officer']);
  assert.equal(await handles({ role: 'team_lead' }), ['lead-and-security', 'team-lead']);
  assert.equal(await handles({ role: 'team_lead', q: 'and' }), ['lead-and-security']);
  assert.equal(await handles({ role: 'team' }), []);
  assert.equal(await handles({ status: 'erased,deactivated' }), []);
});

test('requests are filtered by type, target, environment and time', async () => {
  const word = unheard();
  const first = await requested({ justification: word });
  const { created_at } = succeeded(await s.get('auditor', `${REQUESTS}/${first}`));
  s.advance({ minutes: 1 });
  const second = await requested({ justification: word, target: 'billing-db' });
  assert.equal(await found(REQUESTS, word, { target: 'billing-db' }), [second]);
  assert.equal(await found(REQUESTS, word, { target: 'orders-db,billing-db' }), [second, first]);
  assert.equal(await found(REQUESTS, word, { environment: 'prod', type: 'TEMP_DB_READ_ACCESS' }), [second, first]);
  assert.equal(await found(REQUESTS, word, { environment: 'staging' }), []);
  assert.equal(await found(REQUESTS, word, { created_until: created_at }), [first]);
  assert.equal(await found(REQUESTS, word, { created_since: created_at, sort: 'created_at' }), [first, second]);
});

test('q has bounds: 200 characters, eight words, nothing that cannot be looked up', async () => {
  assert.is((await refused(REQUESTS, { q: 'a'.repeat(201) })).path, 'q');
  const { path, message } = await refused(REQUESTS, { q: 'a b c d e f g h i' });
  assert.is(path, 'q');
  assert.match(message, 'up to 8 words, each to be found in target, type, justification, requester');
  assert.is((await refused(REQUESTS, { q: 'a\0b' })).path, 'q');
  succeeded(await s.get('auditor', pathOf(REQUESTS, { q: 'a b c d e f g h' })));
  assert.is((await refused('/billing/plans', { q: 'x' })).path, 'q', 'a list that offers none refuses it');
});

test('a cursor goes on with the list that it came from: not in another order, and not for other words', async () => {
  for (let each = 0; each < 3; each++) await requested();
  const asked = { sort: 'target', q: 'db', limit: 2 };
  const { next_cursor: cursor } = succeeded(await s.get('auditor', pathOf(REQUESTS, asked)));
  succeeded(await s.get('auditor', pathOf(REQUESTS, { ...asked, cursor })));
  const { q, sort, limit } = asked;
  const others: readonly Parameters[] = [
    { ...asked, sort: '-target' },
    { ...asked, sort: 'status' },
    { q, limit },
    { sort, limit },
    { ...asked, q: 'd' },
  ];
  for (const other of others) assert.is((await refused(REQUESTS, { ...other, cursor })).path, 'cursor', JSON.stringify(other));
  assert.is((await s.get('auditor', pathOf(REQUESTS, { ...asked, cursor }), ABROAD)).body.errors[0].path, 'cursor');
  const [id, list] = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  for (const value of [{}, [], true, 'nul\0']) {
    const forged = Buffer.from(JSON.stringify([id, list, value])).toString('base64url');
    assert.is((await refused(REQUESTS, { ...asked, cursor: forged })).path, 'cursor');
  }
  const byNumber = { sort: 'duration_minutes', limit: 2 };
  const [at, of] = JSON.parse(Buffer.from(succeeded(await s.get('auditor', pathOf(REQUESTS, byNumber))).next_cursor, 'base64url').toString());
  for (const value of [1e300, 1.5, '60', 'x']) {
    const forged = Buffer.from(JSON.stringify([at, of, value])).toString('base64url');
    assert.is((await refused(REQUESTS, { ...byNumber, cursor: forged })).path, 'cursor', String(value));
  }
});

test('a status that there is not is refused, and those that there are are named', async () => {
  for (const [path, known] of [
    [REQUESTS, 'executing'],
    [QUOTES, 'pending_approval'],
    ['/revops/opportunities', 'won'],
    ['/billing/invoices', 'credited'],
    ['/users', 'deactivated'],
    ['/policy-replays', 'running'],
  ] as const) {
    for (const status of ['nonsense', `${known},nonsense`, '', `${known},`]) {
      const error = await refused(path, { status });
      assert.is(error.path, 'status', `${path} ${status}`);
      assert.match(error.message, known);
    }
    succeeded(await s.get('auditor', pathOf(path, { status: ` ${known} , ${known}` })));
  }
});

test("another tenant's rows are never found", async () => {
  const word = unheard();
  const theirs = succeeded(await s.post('engineer', REQUESTS, accessRequest({ justification: word }), ABROAD), 201).id;
  assert.is(succeeded(await s.get('auditor', pathOf(REQUESTS, { q: word }), ABROAD)).total, 1);
  for (const q of [word, theirs]) {
    assert.equal(await found(REQUESTS, q), []);
    assert.equal(await found('/receipts', q), []);
  }
});

test('once a person is erased, neither their words nor their handle find anything', async () => {
  const word = unheard();
  const id = await requested({ justification: word }, 'engineer-2');
  const engineer = await s.userId('engineer-2');
  assert.equal(await found(REQUESTS, `${word} engineer-2`), [id]);
  succeeded(await s.post('operator', `/users/${engineer}/erase`));
  for (const [path, q] of [
    [REQUESTS, word],
    [REQUESTS, 'engineer-2'],
    ['/users', 'engineer-2'],
    ['/receipts', 'engineer-2'],
  ] as const) {
    assert.equal(await found(path, q), [], `${path} ${q}`);
  }
  assert.equal(await found(REQUESTS, id), [id]);
});

test('the OpenAPI document says what each list offers', async () => {
  const { paths } = (await s.get('auditor', '/openapi.json')).body;
  const schemaOf = (name: string) => paths[REQUESTS].get.parameters.find((parameter: { name: string }) => parameter.name === name).schema;
  assert.equal(schemaOf('sort').enum.slice(0, 2), ['created_at', '-created_at']);
  assert.equal(schemaOf('status')['x-summit-values'], Object.keys(HighRiskRequest.transitions));
  assert.is(schemaOf('q').maxLength, 200);
});

test('a pack can offer no column that is personal to sort by, that is not there, or that holds no text', () => {
  const offering = (offer: object) => () => listOf(HighRiskRequest, { sort: ['target'], search: [], ...offer });
  assert.throws(offering({ sort: ['justification'] }), /cannot be sorted by "justification"/);
  assert.throws(offering({ sort: ['required_approvals'] }), /cannot be sorted by "required_approvals"/);
  assert.throws(offering({ sort: ['colour'] }), /cannot be sorted by "colour"/);
  assert.throws(offering({ search: ['duration_minutes'] }), /cannot be searched by "duration_minutes"/);
  assert.throws(offering({ within: [['target', 'name']] }), /holds no list in "target"/);
  assert.throws(() => severalOf(['a|b']), /"a\|b" is no value for a filter/);
});

test('rows are found by what is not there, and not by what they only hold a commitment of', async () => {
  const { body } = await s.post('engineer', REQUESTS, accessRequest());
  const found = (where: Where<Row<typeof HighRiskRequest>>) =>
    s.summit.services.database.transaction('demo-external', 'read', (tx) => createReader(tx, 'demo-external').find(HighRiskRequest, where));
  assert.ok((await found({ executor_id: null })).some(({ id }) => id === body.id));
  assert.ok((await found({ executor_id: null, status: 'pending' })).some(({ id }) => id === body.id));
  const refused = await found({ justification: body.justification }).catch((error: Error) => error);
  assert.match(String(refused), 'TypeError: high-risk-ops.request: "justification" is personal');
});

test.run();
