import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { accessRequest, type TestSummit, testSummit } from './support/summit.ts';

const test = suite('High-Risk Ops');
let s: TestSummit;

test.before(async () => {
  s = await testSummit();
});
test.after(() => s?.close());

const requests = '/high-risk-ops/requests';

async function created(fields: Record<string, unknown> = {}): Promise<string> {
  const { status, body } = await s.post('engineer', requests, accessRequest(fields));
  assert.is(status, 201, JSON.stringify(body));
  return body.id;
}

async function approved(fields: Record<string, unknown> = {}): Promise<string> {
  const id = await created(fields);
  await s.post('team-lead', `${requests}/${id}/approve`);
  const { body } = await s.post('security-officer', `${requests}/${id}/approve`);
  assert.is(body.status, 'approved');
  return id;
}

async function executed(): Promise<string> {
  const id = await approved();
  const { status, body } = await s.post('engineer', `${requests}/${id}/execute`);
  assert.equal([status, body.status], [200, 'executed']);
  return id;
}

test('a request is judged, approved by two people, executed, and leaves a receipt for each step', async () => {
  const answer = await s.post('engineer', requests, accessRequest());
  assert.is(answer.status, 201);
  assert.is(answer.headers.get('location'), `${requests}/${answer.body.id}`);
  const { receipt, id, created_at, updated_at, decision_ids, ...request } = answer.body;
  assert.equal(request, {
    ...accessRequest(),
    status: 'pending',
    requester: 'engineer',
    required_approvals: ['team_lead', 'security_officer'],
    approvals: [],
    execution: null,
    version: 1,
  });
  assert.match(created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.is(created_at, updated_at);
  assert.is(decision_ids.length, 1);
  assert.match(receipt.leaf_hash, /^[A-Za-z0-9+/]{43}=$/);

  const first = await s.post('security-officer', `${requests}/${id}/approve`, { comment: 'seen' });
  assert.equal([first.body.status, first.body.version], ['pending', 2]);
  const second = await s.post('team-lead', `${requests}/${id}/approve`);
  assert.equal([second.body.status, second.body.version], ['approved', 3]);
  assert.equal(
    second.body.approvals.map(({ approver, role, status, comment }: Record<string, unknown>) => ({ approver, role, status, comment })),
    [
      { approver: 'security-officer', role: 'security_officer', status: 'approved', comment: 'seen' },
      { approver: 'team-lead', role: 'team_lead', status: 'approved', comment: null },
    ],
  );

  const done = await s.post('engineer', `${requests}/${id}/execute`);
  assert.is(done.status, 200);
  assert.equal([done.body.status, done.body.version], ['executed', 5]);
  const { execution } = done.body;
  assert.equal(
    [execution.success, execution.error, execution.executor, execution.target_executor, execution.status],
    [true, null, 'engineer', 'stub', 'executed'],
  );
  assert.is(Date.parse(execution.expires_at) - Date.parse(execution.finished_at), 60 * 60_000);
  assert.is(done.body.decision_ids.length, 2, 'the policy judged on creation and on execution');

  const read = await s.get('auditor', `${requests}/${id}`);
  const { receipt: _, ...answered } = done.body;
  assert.equal(read.body, answered, 'what a write answers is what a read shows');

  const receipts = await s.get('auditor', `${requests}/${id}/receipts`);
  assert.equal(
    receipts.body.items.map((item: Record<string, unknown>) => [item.action, item.outcome, item.actor, item.seq]),
    [
      ['high-risk-ops.request.create', 'allowed', 'engineer', 1],
      ['high-risk-ops.request.approve', 'allowed', 'security-officer', 2],
      ['high-risk-ops.request.approve', 'allowed', 'team-lead', 3],
      ['high-risk-ops.request.execute', 'allowed', 'engineer', 4],
      ['high-risk-ops.request.record-outcome', 'allowed', 'system:high-risk-ops.grant-access', 5],
    ],
  );
  for (const item of receipts.body.items) assert.equal(item.subject, { type: 'high-risk-ops.request', id });
});

test('the requester never approves, and one human fills one role', async () => {
  const id = await created();
  const own = await s.post('engineer', `${requests}/${id}/approve`);
  assert.equal([own.status, own.body.code], [403, 'separation-of-duties']);
  const stranger = await s.post('engineer-2', `${requests}/${id}/approve`);
  assert.equal([stranger.status, stranger.body.code], [403, 'forbidden']);

  const both = await s.post('lead-and-security', `${requests}/${id}/approve`);
  assert.is(both.body.approvals[0].role, 'team_lead', 'the first required role that is held and open');
  const again = await s.post('lead-and-security', `${requests}/${id}/approve`);
  assert.equal([again.status, again.body.code], [403, 'separation-of-duties']);
  const filled = await s.post('team-lead', `${requests}/${id}/approve`);
  assert.equal([filled.status, filled.body.code], [409, 'invalid-state'], 'the role is filled already');
  const rest = await s.post('security-officer', `${requests}/${id}/approve`);
  assert.is(rest.body.status, 'approved');
});

test('a rejection needs a reason and ends the request', async () => {
  const id = await created();
  const silent = await s.post('team-lead', `${requests}/${id}/reject`);
  assert.equal([silent.status, silent.body.errors], [400, [{ path: 'comment', message: 'is required' }]]);
  const blank = await s.post('team-lead', `${requests}/${id}/reject`, { comment: '  ' });
  assert.equal(blank.body.errors, [{ path: 'comment', message: 'must not be blank' }]);
  const own = await s.post('engineer', `${requests}/${id}/reject`, { comment: 'mine' });
  assert.is(own.body.code, 'separation-of-duties');
  const rejected = await s.post('team-lead', `${requests}/${id}/reject`, { comment: 'use the replica' });
  assert.equal(
    [rejected.body.status, rejected.body.approvals[0].status, rejected.body.approvals[0].comment],
    ['rejected', 'rejected', 'use the replica'],
  );
  const late = await s.post('security-officer', `${requests}/${id}/approve`);
  assert.equal([late.status, late.body.code], [409, 'invalid-state']);
});

test('only an approved request is executed, and only by its requester', async () => {
  const pending = await created();
  const early = await s.post('engineer', `${requests}/${pending}/execute`);
  assert.equal([early.status, early.body.code], [409, 'invalid-state']);
  const id = await approved();
  const other = await s.post('engineer-2', `${requests}/${id}/execute`);
  assert.equal(
    [other.status, other.body.code, other.body.reasons.map(({ rule }: { rule: string }) => rule)],
    [403, 'policy-denied', ['requester-only']],
  );
  const done = await s.post('engineer', `${requests}/${id}/execute`);
  assert.is(done.body.status, 'executed');
  const twice = await s.post('engineer', `${requests}/${id}/execute`);
  assert.equal([twice.status, twice.body.code], [409, 'invalid-state']);
});

test('an execution that fails sets the request to failed and says why', async () => {
  const id = await approved({ target: 'broken-db' });
  const { status, body } = await s.post('engineer', `${requests}/${id}/execute`);
  assert.equal([status, body.status, body.execution.success, body.execution.error], [200, 'failed', false, 'broken-db is configured to fail']);
  assert.is(body.execution.expires_at, null);
  const receipts = await s.get('engineer', `${requests}/${id}/receipts`);
  assert.equal(receipts.body.items.at(-1).state, { from: 'executing', to: 'failed' });
});

test('requester or operator cancels, requester or security officer or operator revokes', async () => {
  const cancelled = await created();
  assert.is((await s.post('engineer-2', `${requests}/${cancelled}/cancel`)).body.code, 'forbidden');
  assert.is((await s.post('engineer', `${requests}/${cancelled}/cancel`, { comment: 'not needed' })).body.status, 'cancelled');
  const approvedOne = await approved();
  assert.is((await s.post('operator', `${requests}/${approvedOne}/cancel`)).body.status, 'cancelled');

  const id = await executed();
  assert.is((await s.post('engineer-2', `${requests}/${id}/revoke`)).body.code, 'forbidden');
  const revoked = await s.post('security-officer', `${requests}/${id}/revoke`, { comment: 'incident' });
  assert.equal([revoked.body.status, revoked.body.execution.status], ['revoked', 'revoked']);
  assert.is(revoked.body.execution.revoked_at, revoked.body.updated_at);
  assert.is((await s.post('engineer', `${requests}/${id}/revoke`)).status, 409);
});

test('a grant expires by the clock of the database, with a receipt', async () => {
  const id = await executed();
  await s.runJob('high-risk-ops.expire-grants');
  assert.is((await s.get('engineer', `${requests}/${id}`)).body.status, 'executed', 'not before its time');
  s.advance({ minutes: 61 });
  assert.ok((await s.runJob('high-risk-ops.expire-grants')) >= 1);
  assert.is((await s.get('engineer', `${requests}/${id}`)).body.status, 'expired');
  const receipts = await s.get('engineer', `${requests}/${id}/receipts`);
  const last = receipts.body.items.at(-1);
  assert.equal(
    [last.action, last.actor, last.state],
    ['high-risk-ops.request.expire', 'system:high-risk-ops.expire-grants', { from: 'executed', to: 'expired' }],
  );
  assert.is(await s.runJob('high-risk-ops.expire-grants'), 0, 'a second run finds nothing to do');
});

test('what nobody approved or executed in time lapses', async () => {
  const pending = await created();
  const waiting = await approved();
  s.advance({ hours: 23 });
  await s.runJob('high-risk-ops.lapse-requests');
  assert.is((await s.get('engineer', `${requests}/${waiting}`)).body.status, 'approved');
  s.advance({ hours: 2 });
  await s.runJob('high-risk-ops.lapse-requests');
  assert.is((await s.get('engineer', `${requests}/${waiting}`)).body.status, 'lapsed');
  assert.is((await s.get('engineer', `${requests}/${pending}`)).body.status, 'pending');
  s.advance({ hours: 7 * 24 - 25 });
  await s.runJob('high-risk-ops.lapse-requests');
  assert.is((await s.get('engineer', `${requests}/${pending}`)).body.status, 'lapsed');
  assert.is((await s.post('team-lead', `${requests}/${pending}/approve`)).status, 409);
});

test('what the job found due is looked at again under the lock', async () => {
  const id = await approved();
  const { runner, packs } = s.summit.services;
  for (const verb of ['lapse', 'expire']) {
    const action = packs.find('high-risk-ops')?.actions.find((candidate) => candidate.id.endsWith(`.${verb}`));
    if (!action) throw new Error(`no action ${verb}`);
    const late = runner.runAsSystem(action, 'high-risk-ops', 'demo-external', 'test', { id }, {});
    assert.is(
      await late.then(
        () => 'done',
        ({ code }: { code: string }) => code,
      ),
      'invalid-state',
      verb,
    );
  }
  assert.is((await s.get('engineer', `${requests}/${id}`)).body.status, 'approved');
  s.advance({ hours: 25 });
  const unused = await s.post('engineer', `${requests}/${id}/execute`);
  assert.equal([unused.status, unused.body.code], [409, 'invalid-state'], 'an approval that was not used in time is none');
});

test('whoever has approved may still reject', async () => {
  const id = await created();
  await s.post('team-lead', `${requests}/${id}/approve`);
  const { status, body } = await s.post('team-lead', `${requests}/${id}/reject`, { comment: 'on second thoughts' });
  assert.equal([status, body.status], [200, 'rejected']);
});

test('what the policy refuses leaves a decision and a receipt, and no request', async () => {
  const before = (await s.get('auditor', requests)).body.total;
  for (const [handle, fields, rule] of [
    ['ae', {}, 'engineer-only'],
    ['engineer', { environment: 'staging' }, 'production-only'],
    ['engineer', { duration_minutes: 121 }, 'duration-limit'],
  ] as const) {
    const { status, body } = await s.post(handle, requests, accessRequest(fields));
    assert.equal([status, body.code, body.reasons.map((reason: { rule: string }) => reason.rule)], [403, 'policy-denied', [rule]]);
    const decision = await s.get('auditor', `/policy-decisions/${body.decision_id}`);
    assert.equal([decision.body.allowed, decision.body.outcome, decision.body.policy], [false, 'denied', 'high_risk/operations/decision']);
    assert.match(decision.body.bundle_digest, /^[0-9a-f]{64}$/);
    assert.is(decision.body.bundle_version, '0.3.0');
    const receipts = await s.get('auditor', `/receipts?subject_id=${decision.body.subject.id}`);
    assert.equal(
      receipts.body.items.map((item: Record<string, unknown>) => [item.outcome, item.seq, item.decision_ids]),
      [['denied', null, [body.decision_id]]],
    );
  }
  assert.is((await s.get('auditor', requests)).body.total, before);
  assert.is((await s.post('engineer', requests, accessRequest({ duration_minutes: 120 }))).status, 201, '120 minutes are allowed');
});

test('the evidence of an executed request shows it, its execution, its approvals and its decisions', async () => {
  const id = await executed();
  const { status, body } = await s.get('auditor', `/evidence/high-risk-ops/${id}`);
  assert.is(status, 200);
  assert.equal([body.request.id, body.request.justification, body.request.requester], [id, 'look at order 4711', 'engineer']);
  assert.equal([body.execution.request_id, body.execution.success, body.execution.executor], [id, true, 'engineer']);
  assert.equal(
    body.approvals.map(({ approver, role }: Record<string, string>) => [approver, role]),
    [
      ['team-lead', 'team_lead'],
      ['security-officer', 'security_officer'],
    ],
  );
  assert.equal([body.manifest.id, body.manifest.status, body.manifest.version], [id, 'executed', 5]);
  assert.equal(
    body.policy_decisions.map((decision: { id: string }) => decision.id),
    (await s.get('auditor', `${requests}/${id}`)).body.decision_ids,
  );
  assert.is(body.policy_bundles[0].digest, body.policy_decisions[0].bundle_digest);
});

test('lists filter, count, and page by a cursor that belongs to tenant and filters', async () => {
  const mine = await s.post('engineer-2', requests, accessRequest());
  const all = await s.get('auditor', `${requests}?limit=2`);
  assert.is(all.body.items.length, 2);
  assert.is(all.body.items[0].id, mine.body.id, 'newest first');
  const seen = new Set<string>();
  let page = all.body;
  for (;;) {
    for (const { id } of page.items) seen.add(id);
    if (page.next_cursor === null) break;
    page = (await s.get('auditor', `${requests}?limit=2&cursor=${page.next_cursor}`)).body;
    assert.is(page.total, undefined, 'counted on the first page only');
  }
  assert.is(seen.size, all.body.total);

  const byRequester = await s.get('auditor', `${requests}?requester=engineer-2`);
  assert.equal([byRequester.body.total, byRequester.body.items[0].requester], [1, 'engineer-2']);
  const byStatus = await s.get('auditor', `${requests}?status=failed,rejected&count=false`);
  assert.equal(new Set(byStatus.body.items.map((item: { status: string }) => item.status)), new Set(['failed', 'rejected']));
  assert.is(byStatus.body.total, undefined);
  assert.is((await s.get('auditor', `${requests}?requester=nobody`)).body.total, 0);
  assert.is((await s.get('auditor', `${requests}?created_since=2999-01-01T00:00:00.000Z`)).body.total, 0);
  assert.is((await s.get('auditor', `${requests}?without_receipts=true`)).body.total, 0);

  const stolen = await s.get('auditor', `${requests}?limit=2&status=pending&cursor=${all.body.next_cursor}`);
  assert.equal([stolen.status, stolen.body.errors[0].path], [400, 'cursor']);
  const abroad = await s.get('auditor', `${requests}?limit=2&cursor=${all.body.next_cursor}`, { tenant: 'summit-internal' });
  assert.is(abroad.status, 400);
  for (const [query, path] of [
    ['limit=0', 'limit'],
    ['limit=201', 'limit'],
    ['limit=x', 'limit'],
    ['colour=red', 'colour'],
    ['created_since=yesterday', 'created_since'],
  ]) {
    const { status, body } = await s.get('auditor', `${requests}?${query}`);
    assert.equal([status, body.code, body.errors[0].path], [400, 'invalid-input', path]);
  }
});

test.run();
