import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type TestSummit, testSummit } from './support/summit.ts';
import { withoutSku } from './support/without-sku.ts';

const test = suite('AuthZEN Authorization API 1.0');
const EVALUATION = '/access/v1/evaluation';
const EVALUATIONS = '/access/v1/evaluations';

const ENGINEER = '018f0000-0000-7000-8000-000000000001';
const subject = { type: 'user', id: ENGINEER, properties: { roles: ['engineer'] } };
const action = { name: 'high-risk-ops.request.create' };

function resource(minutes: number, id = 'orders-db') {
  const properties = { type: 'TEMP_DB_READ_ACCESS', target: 'orders-db', environment: 'prod', duration_minutes: minutes, requester: ENGINEER };
  return { type: 'high-risk-ops.request', id, properties };
}

let s: TestSummit;
test.before(async () => {
  s = await testSummit(withoutSku);
});
test.after(() => s.close());

const decisions = (answer: { body: { evaluations: readonly { decision: boolean }[] } }) => answer.body.evaluations.map(({ decision }) => decision);

test('an evaluation is answered by the policy of the pack, is on record with its receipt, and is metered', async () => {
  const { status, body, headers } = await s.post(
    'auditor',
    EVALUATION,
    { subject, action, resource: resource(60) },
    { headers: { 'x-request-id': 'pep-1' } },
  );
  assert.equal([status, body.decision, headers.get('x-request-id')], [200, true, 'pep-1']);
  const { decision_id, reasons } = body.context;
  assert.is(reasons[0].rule, 'within-limits');
  const decision = (await s.get('auditor', `/policy-decisions/${decision_id}`)).body;
  assert.equal(
    [decision.action, decision.input.action.name, decision.allowed, decision.input.subject.id],
    ['access.evaluate', action.name, true, ENGINEER],
  );
  const [receipt] = (await s.get('auditor', '/receipts?action=access.evaluate')).body.items;
  assert.equal([receipt.outcome, receipt.decision_ids], ['allowed', [decision_id]]);
  const usage = await s.asApp('SELECT type FROM usage_events WHERE tenant_id = $1 AND subject = $2', ['demo-external', decision_id]);
  assert.equal(usage, [{ type: 'policy_decision' }]);
  assert.is((await s.post('auditor', `/policy-decisions/${decision_id}/replay`)).body.matches, true);
});

test('a denial says why', async () => {
  const { status, body } = await s.post('engineer', EVALUATION, { subject, action, resource: resource(121) });
  assert.equal([status, body.decision, body.context.reasons[0].rule], [200, false, 'duration-limit']);
});

test('without a policy for the type of resource the answer is no, and so it is where the pack is off', async () => {
  const elsewhere = await s.post('engineer', EVALUATION, { subject, action, resource: { type: 'document', id: '1' } });
  assert.equal([elsewhere.status, elsewhere.body.decision, elsewhere.body.context.reasons[0].rule], [200, false, 'no-policy']);
  await s.put('operator', '/tenants/summit-internal/packs/high-risk-ops', { enabled: false }, { tenant: 'summit-internal' });
  const off = await s.post('engineer', EVALUATION, { subject, action, resource: resource(60) }, { tenant: 'summit-internal' });
  assert.equal([off.body.decision, off.body.context.reasons[0].rule], [false, 'no-policy']);
});

test('unknown members are ignored; wrong types and missing members are 400, each named', async () => {
  const lenient = await s.post('engineer', EVALUATION, { subject: { ...subject, shoe_size: 43 }, action, resource: resource(60), extra: true });
  assert.is(lenient.body.decision, true);
  const bad: [object, string][] = [
    [{ action, resource: resource(60) }, 'subject'],
    [{ subject: { type: 'user' }, action, resource: resource(60) }, 'subject.id'],
    [{ subject: { type: 'user', id: 7 }, action, resource: resource(60) }, 'subject.id'],
    [{ subject, action: 'create', resource: resource(60) }, 'action'],
    [{ subject, action, resource: resource(60), context: 'now' }, 'context'],
  ];
  for (const [body, path] of bad) {
    const answer = await s.post('engineer', EVALUATION, body);
    assert.equal([answer.status, answer.body.errors[0].path], [400, path]);
  }
});

test('a body over the limit is 413, and a policy that gives no decision 503, with the error on record', async () => {
  const huge = await s.post('engineer', EVALUATION, { subject, action, resource: resource(60), context: { padding: ' '.repeat(8_000_000) } });
  assert.equal([huge.status, huge.body.code], [413, 'too-large']);
  const roomy = await testSummit((config) => ({ ...config, bodyLimit: 16_000_000 }));
  try {
    const answer = await roomy.post('engineer', EVALUATION, { subject, action, resource: resource(60), context: { padding: ' '.repeat(8_000_000) } });
    assert.equal([answer.status, answer.body.code, answer.body.reasons[0].rule], [503, 'unavailable', 'policy-error']);
    assert.is((await roomy.get('auditor', `/policy-decisions/${answer.body.decision_id}`)).body.outcome, 'error');
    assert.is((await roomy.post('engineer', EVALUATION, { subject, action, resource: resource(60) })).body.decision, true);
  } finally {
    await roomy.close();
  }
});

test('several evaluations take what the request says for all, and answer in their order, each failure with no', async () => {
  const answer = await s.post('engineer', EVALUATIONS, {
    subject,
    action,
    evaluations: [
      { resource: resource(60) },
      { resource: resource(121) },
      { resource: { type: 'document' } },
      { resource: resource(30), subject: { type: 'user', id: 'x' } },
    ],
  });
  assert.equal(decisions(answer), [true, false, false, false]);
  assert.equal(answer.body.evaluations[2].context.error, { status: 400, message: 'resource.id is required' });
  assert.is(answer.body.evaluations[3].context.reasons[0].rule, 'engineer-only');
});

test('the semantics: all of them, up to the first no, up to the first yes', async () => {
  const ask = (minutes: readonly number[], evaluations_semantic: string) =>
    s.post('engineer', EVALUATIONS, {
      subject,
      action,
      options: { evaluations_semantic },
      evaluations: minutes.map((n) => ({ resource: resource(n) })),
    });
  assert.equal(decisions(await ask([60, 121, 60], 'execute_all')), [true, false, true]);
  assert.equal(decisions(await ask([60, 121, 60], 'deny_on_first_deny')), [true, false]);
  assert.equal(decisions(await ask([121, 60, 121], 'permit_on_first_permit')), [false, true]);
  const unknown = await ask([60], 'whatever');
  assert.equal([unknown.status, unknown.body.errors[0].path], [400, 'options.evaluations_semantic']);
});

test('evaluations without evaluations are one evaluation', async () => {
  const { body } = await s.post('engineer', EVALUATIONS, { subject, action, resource: resource(60) });
  assert.is(body.decision, true);
  assert.is((await s.post('engineer', EVALUATIONS, { subject, action, evaluations: [] })).status, 400);
});

test('one bad question does not spoil those that are asked beside it', async () => {
  const huge = s.send('POST', EVALUATION, {
    headers: { authorization: `Bearer ${await s.token('engineer')}`, 'content-type': 'application/json' },
    body: `{"subject":{"type":"user","id":"1"},"action":{"name":"x"},"resource":{"type":"high-risk-ops.request","id":"1"},"context":{"n":1e309}}`,
  });
  const nested = { subject, action, resource: resource(60), context: { deep: JSON.parse('['.repeat(3_000) + ']'.repeat(3_000)) } };
  const good = Array.from({ length: 5 }, () => s.post('engineer', EVALUATION, { subject, action, resource: resource(60) }));
  const [bad, deep, ...fine] = await Promise.all([huge, s.post('engineer', EVALUATION, nested), ...good]);
  assert.equal([bad.status, bad.body.errors[0].path], [400, 'context.n']);
  assert.equal([deep.status, deep.body.code], [400, 'invalid-input']);
  assert.ok(fine.every(({ body }) => body.decision === true));
});

test('those that come in at once are written together, each on record once', async () => {
  const before = (await s.get('auditor', '/policy-decisions')).body.total;
  const batches = (await s.get('auditor', '/receipts?action=access.evaluate')).body.total;
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, index) => s.post('engineer', EVALUATION, { subject, action, resource: resource(60 + index * 3) })),
  );
  assert.is(answers.filter(({ body }) => body.decision).length, 21);
  assert.is(new Set(answers.map(({ body }) => body.context.decision_id)).size, 40);
  assert.is((await s.get('auditor', '/policy-decisions')).body.total, before + 40);
  assert.ok((await s.get('auditor', '/receipts?action=access.evaluate')).body.total < batches + 40);
});

test('a decision about something in the graph is linked to it, and is none of its own decisions', async () => {
  const { body: request } = await s.post('engineer', '/high-risk-ops/requests', {
    ...resource(60).properties,
    requester: undefined,
    justification: 'order 4711',
  });
  const { body } = await s.post('engineer', EVALUATION, { subject, action, resource: resource(60, request.id) });
  const { neighbors } = (await s.get('auditor', `/graph/entities/${request.id}/neighbors?relationship=asked_about_by`)).body;
  assert.ok(neighbors.some(({ id }: { id: string }) => id === body.context.decision_id));
  assert.equal((await s.get('auditor', `/high-risk-ops/requests/${request.id}`)).body.decision_ids, request.decision_ids);
});

test('a token is needed to ask, and none to learn where', async () => {
  const stranger = await s.send('POST', EVALUATION, { headers: { 'content-type': 'application/json' }, body: '{}' });
  assert.is(stranger.status, 401);
  const { body } = await s.send('GET', '/.well-known/authzen-configuration');
  assert.equal(body, {
    policy_decision_point: s.summit.url,
    access_evaluation_endpoint: s.summit.url + EVALUATION,
    access_evaluations_endpoint: s.summit.url + EVALUATIONS,
  });
  assert.is((await s.get('engineer', EVALUATION)).status, 405);
});

test('where evaluations are not to be stored, the answer is the same and nothing is written', async () => {
  const silent = await testSummit((config) => ({ ...config, policies: { ...config.policies, storeEvaluations: false } }));
  try {
    const { body } = await silent.post('engineer', EVALUATION, { subject, action, resource: resource(121) });
    assert.equal([body.decision, body.context.reasons[0].rule, body.context.decision_id], [false, 'duration-limit', undefined]);
    assert.is((await silent.get('auditor', '/policy-decisions')).body.total, 0);
    assert.is((await silent.get('auditor', '/receipts?action=access.evaluate')).body.total, 0);
  } finally {
    await silent.close();
  }
});

test.run();
