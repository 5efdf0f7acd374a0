import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { accessRequest, type TestSummit, testSummit } from './support/summit.ts';
import { withProbe } from './support/with-probe.ts';

const test = suite('Policy decisions');
const REQUESTS = '/high-risk-ops/requests';
const CREATE = 'high-risk-ops.request.create';

let s: TestSummit;
test.before(async () => {
  s = await testSummit(withProbe);
});
test.after(() => s.close());

async function counts(): Promise<unknown> {
  const [decisions] = await s.asApp('SELECT count(*)::int AS n FROM policy_decisions WHERE tenant_id = $1', ['demo-external']);
  const [usage] = await s.asApp('SELECT count(*)::int AS n FROM usage_events WHERE tenant_id = $1', ['demo-external']);
  const [receipts] = await s.asApp('SELECT count(*)::int AS n FROM receipts WHERE tenant_id = $1', ['demo-external']);
  return [decisions?.n, usage?.n, receipts?.n];
}

test('a decision that is made again by the same bundle is the same, byte for byte', async () => {
  const allowed = (await s.post('engineer', REQUESTS, accessRequest())).body;
  const denied = (await s.post('engineer', REQUESTS, accessRequest({ duration_minutes: 121 }))).body;
  for (const id of [allowed.decision_ids[0], denied.decision_id]) {
    const before = await counts();
    const { status, body } = await s.post('auditor', `/policy-decisions/${id}/replay`);
    assert.equal([status, body.matches, body.difference], [200, true, null]);
    assert.equal(body.replayed, body.recorded);
    assert.equal(await counts(), before, 'a replay is neither stored nor metered');
  }
});

test('a decision whose record was changed does not match its replay', async () => {
  const { decision_ids } = (await s.post('engineer', REQUESTS, accessRequest())).body;
  await s.asOwner('ALTER TABLE policy_decisions DISABLE TRIGGER USER');
  await s.asOwner('ALTER TABLE policy_decisions NO FORCE ROW LEVEL SECURITY');
  await s.asOwner(`UPDATE policy_decisions SET result = jsonb_set(result, '{allowed}', 'false') WHERE id = '${decision_ids[0]}'`);
  await s.asOwner('ALTER TABLE policy_decisions FORCE ROW LEVEL SECURITY');
  await s.asOwner('ALTER TABLE policy_decisions ENABLE TRIGGER USER');
  const { body } = await s.post('auditor', `/policy-decisions/${decision_ids[0]}/replay`);
  assert.equal([body.matches, body.bound, body.difference], [false, false, 'deny-to-allow']);
});

test('an input and a result that were changed to fit one another match each other, and not their receipt', async () => {
  const { decision_ids } = (await s.post('engineer', REQUESTS, accessRequest({ duration_minutes: 30 }))).body;
  await s.asOwner('ALTER TABLE policy_decisions DISABLE TRIGGER USER');
  await s.asOwner('ALTER TABLE policy_decisions NO FORCE ROW LEVEL SECURITY');
  await s.asOwner(
    `UPDATE policy_decisions SET input = jsonb_set(input, '{resource,properties,duration_minutes}', '31') WHERE id = '${decision_ids[0]}'`,
  );
  await s.asOwner('ALTER TABLE policy_decisions FORCE ROW LEVEL SECURITY');
  await s.asOwner('ALTER TABLE policy_decisions ENABLE TRIGGER USER');
  const { body } = await s.post('auditor', `/policy-decisions/${decision_ids[0]}/replay`);
  assert.equal([body.difference, body.bound, body.matches], [null, false, false]);
});

test("another tenant's decision is not found", async () => {
  const { decision_ids } = (await s.post('engineer', REQUESTS, accessRequest())).body;
  assert.is((await s.post('auditor', `/policy-decisions/${decision_ids[0]}/replay`, {}, { tenant: 'summit-internal' })).status, 404);
});

test('a dry run says what the policy would, and leaves nothing behind', async () => {
  const before = await counts();
  const yes = await s.post('engineer', '/dry-run', { action: CREATE, input: accessRequest() });
  assert.equal([yes.status, yes.body.allowed, yes.body.code], [200, true, null]);
  assert.equal(yes.body.decision.required_approvals, ['team_lead', 'security_officer']);
  const no = await s.post('engineer', '/dry-run', { action: CREATE, input: accessRequest({ duration_minutes: 121 }) });
  assert.equal([no.body.allowed, no.body.code, no.body.decision.reasons[0].rule], [false, 'policy-denied', 'duration-limit']);
  assert.equal(await counts(), before);
});

test('a dry run of an action on a subject gives the reason why not', async () => {
  const { id } = (await s.post('engineer', REQUESTS, accessRequest())).body;
  const verdictOf = async (who: string, verb: string, input = {}) =>
    (await s.post(who, '/dry-run', { action: `high-risk-ops.request.${verb}`, subject_id: id, input })).body;
  assert.is((await verdictOf('engineer', 'approve')).code, 'separation-of-duties');
  assert.is((await verdictOf('team-lead', 'approve')).allowed, true);
  assert.is((await verdictOf('engineer', 'execute')).code, 'invalid-state');
  assert.is((await verdictOf('auditor', 'cancel')).code, 'forbidden');
  const { digest } = (await s.get('operator', '/policy-bundles')).body.items[0];
  const { body: again } = await s.post('operator', '/dry-run', { action: 'policy.activate', subject_id: digest });
  assert.equal([again.allowed, again.code], [false, 'invalid-state'], 'the kernel has actions too');
  assert.is((await s.get('engineer', `${REQUESTS}/${id}`)).body.version, 1);
});

test('what a dry run cannot ask is an error: bad input, an unknown action, an unknown subject', async () => {
  const bad = await s.post('engineer', '/dry-run', { action: CREATE, input: accessRequest({ duration_minutes: 'long' }) });
  assert.equal([bad.status, bad.body.errors[0].path], [400, 'duration_minutes']);
  assert.is((await s.post('engineer', '/dry-run', { action: 'nothing.at-all' })).status, 404);
  const gone = { action: 'high-risk-ops.request.approve', subject_id: '018f0000-0000-7000-8000-000000000001' };
  assert.is((await s.post('team-lead', '/dry-run', gone)).status, 404);
  assert.equal((await s.post('engineer', '/dry-run', {})).body.errors[0].path, 'action');
});

test('a policy that fails closes the way with 503, and leaves a decision of outcome error and a failed receipt', async () => {
  const before = (await s.get('auditor', '/policy-decisions?allowed=false')).body.total;
  const answer = await s.post('engineer', '/probes/judged', { note: 'x'.repeat(100), size: 2_000_000 }, { headers: { 'idempotency-key': 'once' } });
  assert.equal([answer.status, answer.body.code, answer.body.reasons[0].rule], [503, 'unavailable', 'policy-error']);
  assert.match(answer.body.detail, /over the limit of 1048576/);
  const decision = (await s.get('auditor', `/policy-decisions/${answer.body.decision_id}`)).body;
  assert.equal([decision.outcome, decision.allowed, decision.result, decision.replayable], ['error', false, null, false]);
  assert.is((await s.get('auditor', '/policy-decisions?allowed=false')).body.total, before + 1);
  const [receipt] = (await s.get('auditor', '/receipts?action=probe.judged')).body.items;
  assert.equal([receipt.outcome, receipt.decision_ids], ['failed', [decision.id]]);
  assert.is((await s.post('auditor', `/policy-decisions/${decision.id}/replay`)).body.code, 'invalid-state');
  const again = await s.post('engineer', '/probes/judged', { note: 'x'.repeat(100), size: 2_000_000 }, { headers: { 'idempotency-key': 'once' } });
  assert.is.not(again.body.decision_id, answer.body.decision_id, 'a failure is not remembered as the answer');
});

test('decisions are found by what they are about, what decided, and how it came out', async () => {
  const since = new Date(Date.now() - 60_000).toISOString();
  const totalOf = async (filters: string) => (await s.get('auditor', `/policy-decisions?${filters}`)).body.total;
  const all = await totalOf('count=true');
  const outcomes = await Promise.all(['allowed', 'denied', 'error'].map((outcome) => totalOf(`outcome=${outcome}`)));
  assert.ok(outcomes.every((total) => total > 0));
  assert.is(
    outcomes.reduce((sum, total) => sum + total),
    all,
  );
  assert.is(await totalOf(`since=${since}&policy=high_risk/operations/decision`), all);
  assert.is(await totalOf(`since=2100-01-01T00:00:00Z`), 0);
  assert.is(await totalOf('action=probe.judged'), outcomes[2] + (await totalOf('action=probe.judged&outcome=denied')));
  assert.is((await s.get('auditor', '/policy-decisions?outcome=maybe')).status, 400);
});

test('a masked value is judged by, and kept only as a commitment that can be erased', async () => {
  const answer = await s.post('engineer', '/probes/judged', { note: 'the name of a customer', size: 0 });
  assert.equal([answer.status, answer.body.code], [403, 'policy-denied']);
  const decision = (await s.get('auditor', `/policy-decisions/${answer.body.decision_id}`)).body;
  assert.equal([decision.masked, decision.replayable], [['/context/note'], false]);
  const { commitment } = decision.input.context.note;
  assert.not.match(JSON.stringify(decision), /customer/);
  for (const table of ['receipts', 'policy_decisions', 'usage_events', 'nodes', 'edges']) {
    const leaks = await s.asApp(
      `SELECT 1 FROM ${table} t WHERE tenant_id = $1 AND (t::text LIKE '%customer%' OR t::text LIKE '%637573746f6d6572%')`,
      ['demo-external'],
    );
    assert.is(leaks.length, 0, `${table} holds what was masked`);
  }
  const [disclosed] = await s.asApp('SELECT name, value FROM disclosures WHERE tenant_id = $1 AND commitment = $2', ['demo-external', commitment]);
  assert.equal(disclosed, { name: 'input/context/note', value: '"the name of a customer"' });
  const replay = await s.post('auditor', `/policy-decisions/${decision.id}/replay`);
  assert.equal([replay.status, replay.body.code], [409, 'invalid-state']);
});

test('what a pack masks is masked by whichever of its actions asks', async () => {
  const { packs, runner } = s.summit.services;
  const found = packs.action('probe.judged');
  if (!found) throw new Error('no such action');
  const asking = { tenant: 'demo-external', userId: await s.userId('engineer') };
  const body = { note: 'the name of a patient', size: 0 };
  const [refused] = await Promise.allSettled([
    runner.run({ ...found.operation, id: 'probe.judged-otherwise' }, 'probe', asking, { params: {}, read: async () => ({ body }) }),
  ]);
  assert.is(refused?.status === 'rejected' && refused.reason.code, 'policy-denied');
  const [decision] = (await s.get('auditor', '/policy-decisions?action=probe.judged-otherwise')).body.items;
  assert.equal((await s.get('auditor', `/policy-decisions/${decision.id}`)).body.masked, ['/context/note']);
});

test.run();
