import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Seeding } from '../kernel/demo/seeding.ts';
import { assertWhole } from './support/demonstration.ts';
import { type Answer, accessRequest, type TestSummit, testSummit } from './support/summit.ts';

const test = suite('Concurrency and idempotency');
let s: TestSummit;

test.before(async () => {
  s = await testSummit();
});
test.after(() => s?.close());

const requests = '/high-risk-ops/requests';
const times = (n: number, call: () => Promise<Answer>) => Promise.all(Array.from({ length: n }, call));
const statuses = (answers: readonly Answer[]) => answers.map(({ status }) => status).sort();

async function created(): Promise<string> {
  return (await s.post('engineer', requests, accessRequest())).body.id;
}

test('two simultaneous approvals by one person count once', async () => {
  const id = await created();
  const answers = await times(8, () => s.post('lead-and-security', `${requests}/${id}/approve`));
  assert.equal(statuses(answers), [200, ...Array(7).fill(403)]);
  const { body } = await s.get('engineer', `${requests}/${id}`);
  assert.equal([body.status, body.version, body.approvals.length], ['pending', 2, 1]);
});

test('two people approve at once, and both count', async () => {
  const id = await created();
  const answers = await Promise.all([s.post('team-lead', `${requests}/${id}/approve`), s.post('security-officer', `${requests}/${id}/approve`)]);
  assert.equal(statuses(answers), [200, 200]);
  assert.equal(answers.map(({ body }) => body.status).sort(), ['approved', 'pending']);
});

test('approve and reject at once leave one winner', async () => {
  for (let round = 0; round < 5; round++) {
    const id = await created();
    await s.post('team-lead', `${requests}/${id}/approve`);
    const answers = await Promise.all([
      s.post('security-officer', `${requests}/${id}/approve`),
      s.post('lead-and-security', `${requests}/${id}/reject`, { comment: 'no' }),
    ]);
    assert.equal(statuses(answers), [200, 409]);
    const winner = answers.find(({ status }) => status === 200);
    assert.is((await s.get('engineer', `${requests}/${id}`)).body.status, winner?.body.status);
  }
});

test('a request executed many times at once is executed once', async () => {
  const id = await created();
  await s.post('team-lead', `${requests}/${id}/approve`);
  await s.post('security-officer', `${requests}/${id}/approve`);
  const answers = await times(6, () => s.post('engineer', `${requests}/${id}/execute`));
  assert.equal(statuses(answers), [200, ...Array(5).fill(409)]);
  const executions = await s.asApp('SELECT id FROM high_risk_executions WHERE request_id = $1', [id]);
  assert.is(executions.length, 1);
});

test('the same idempotency key ten times at once makes one request', async () => {
  const total = async () => (await s.get('auditor', requests)).body.total;
  const before = await total();
  const call = { headers: { 'idempotency-key': crypto.randomUUID() } };
  const answers = await times(10, () => s.post('engineer', requests, accessRequest(), call));
  const made = answers.filter(({ status }) => status === 201);
  assert.ok(made.length >= 1);
  assert.is(new Set(made.map(({ body }) => body.id)).size, 1);
  assert.is(made.filter(({ headers }) => headers.get('idempotent-replayed') === null).length, 1);
  assert.ok(answers.every(({ status, body }) => status === 201 || (status === 409 && body.code === 'conflict')));
  assert.is(await total(), before + 1);
  const late = await s.post('engineer', requests, accessRequest(), call);
  assert.equal([late.status, late.headers.get('idempotent-replayed')], [201, 'true']);
  assert.equal(late.body, made[0]?.body);
});

test('a replayed key on an existing subject answers as the first time, though the state has moved on', async () => {
  const id = await created();
  const call = { headers: { 'idempotency-key': 'approve-once' } };
  const answers = await times(5, () => s.post('team-lead', `${requests}/${id}/approve`, {}, call));
  assert.equal(statuses(answers), [200, 200, 200, 200, 200]);
  assert.is(new Set(answers.map(({ body }) => JSON.stringify(body))).size, 1);
  await s.post('engineer', `${requests}/${id}/cancel`);
  const replayed = await s.post('team-lead', `${requests}/${id}/approve`, {}, call);
  assert.equal([replayed.status, replayed.body.status], [200, 'pending']);
});

test('a key belongs to one person and one body', async () => {
  const call = { headers: { 'idempotency-key': 'shared' } };
  const first = await s.post('engineer', requests, accessRequest(), call);
  const other = await s.post('engineer-2', requests, accessRequest(), call);
  assert.not.equal(first.body.id, other.body.id);
  const abroad = await s.post('engineer', requests, accessRequest(), { ...call, tenant: 'summit-internal' });
  assert.is(abroad.status, 201);
  const changed = await s.post('engineer', requests, accessRequest({ duration_minutes: 30 }), call);
  assert.equal([changed.status, changed.body.code], [422, 'idempotency-mismatch']);
  const malformed = await s.post('engineer', requests, accessRequest(), { headers: { 'idempotency-key': 'x'.repeat(256) } });
  assert.equal([malformed.status, malformed.body.errors[0].path], [400, 'Idempotency-Key']);
});

test('a replay answers as the first time, whatever has changed since', async () => {
  const call = { headers: { 'idempotency-key': 'world-moves-on' } };
  const settings = { targets: { 'orders-db': { executor: 'stub' }, 'gone-db': { executor: 'stub' } } };
  const path = '/tenants/demo-external/packs/high-risk-ops';
  await s.put('operator', path, { enabled: true, settings });
  const first = await s.post('engineer', requests, accessRequest({ target: 'gone-db' }), call);
  assert.is(first.headers.get('location'), `${requests}/${first.body.id}`);
  await s.put('operator', path, { enabled: true, settings: { targets: { 'orders-db': { executor: 'stub' } } } });
  const replayed = await s.post('engineer', requests, accessRequest({ target: 'gone-db' }), call);
  assert.equal([replayed.status, replayed.body, replayed.headers.get('location')], [201, first.body, `${requests}/${first.body.id}`]);

  const versioned = { headers: { 'idempotency-key': 'versioned' } };
  assert.is((await s.post('team-lead', `${requests}/${first.body.id}/approve`, { expected_version: 1 }, versioned)).status, 200);
  const other = await s.post('team-lead', `${requests}/${first.body.id}/approve`, { expected_version: 7 }, versioned);
  assert.equal([other.status, other.body.code], [422, 'idempotency-mismatch']);
});

test('an answer is remembered for a day, and no longer', async () => {
  const call = { headers: { 'idempotency-key': 'for-a-day' } };
  const first = await s.post('engineer', requests, accessRequest(), call);
  s.advance({ hours: 23 });
  await s.summit.services.jobs.forget(['demo-external']);
  assert.is((await s.post('engineer', requests, accessRequest(), call)).body.id, first.body.id);
  s.advance({ hours: 2 });
  await s.summit.services.jobs.forget(['demo-external']);
  assert.equal(await s.asApp("SELECT key FROM idempotency_keys WHERE key = 'for-a-day'"), []);
  assert.is.not((await s.post('engineer', requests, accessRequest(), call)).body.id, first.body.id);
});

test('a denial is replayed as the denial it was, with one decision', async () => {
  const call = { headers: { 'idempotency-key': 'denied' } };
  const answers = await times(3, () => s.post('ae', requests, accessRequest(), call));
  assert.ok(answers.some(({ status }) => status === 403));
  const replayed = await s.post('ae', requests, accessRequest(), call);
  const decisions = new Set(answers.filter(({ status }) => status === 403).map(({ body }) => body.decision_id));
  assert.equal([replayed.status, replayed.body.code, decisions.size, decisions.has(replayed.body.decision_id)], [403, 'policy-denied', 1, true]);
});

test('a replayed execution answers with the outcome', async () => {
  const id = await created();
  await s.post('team-lead', `${requests}/${id}/approve`);
  await s.post('security-officer', `${requests}/${id}/approve`);
  const call = { headers: { 'idempotency-key': 'execute-once' } };
  const first = await s.post('engineer', `${requests}/${id}/execute`, {}, call);
  const again = await s.post('engineer', `${requests}/${id}/execute`, {}, call);
  assert.equal([first.body.status, again.status, again.headers.get('idempotent-replayed')], ['executed', 200, 'true']);
  assert.equal(again.body, first.body);
});

test('of two who seed at once nothing is there twice', async () => {
  const fresh = await testSummit();
  try {
    const { services } = fresh.summit;
    const both = await Promise.all([services.seeding.seed('demo-external'), new Seeding(services).seed('demo-external')]);
    assert.equal(
      both.map((stories) => stories.length),
      [3, 3],
    );
    await assertWhole(fresh);
  } finally {
    await fresh.close();
  }
});

test.run();
