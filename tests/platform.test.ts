import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { errorsIn } from '../kernel/validation.ts';
import { accessRequest, type TestSummit, testSummit } from './support/summit.ts';

const test = suite('Graph, audit log and documents');
let s: TestSummit;
let id: string;

test.before(async () => {
  s = await testSummit();
  id = (await s.post('engineer', requests, accessRequest())).body.id;
  await s.post('team-lead', `${requests}/${id}/approve`);
  await s.post('security-officer', `${requests}/${id}/approve`);
  await s.post('engineer', `${requests}/${id}/execute`);
});
test.after(() => s?.close());

const requests = '/high-risk-ops/requests';
const summarise = (neighbors: { type: string; label: string; relationship: string; direction: string }[]) =>
  neighbors.map(({ type, label, relationship, direction }) => `${direction} ${relationship} ${type} ${label}`).sort();

test('a request is related to its people, approvals, decisions and execution', async () => {
  const { body } = await s.get('auditor', `/graph/entities/${id}/neighbors`);
  assert.equal(body.node, { id, type: 'high-risk-ops.request', label: 'TEMP_DB_READ_ACCESS orders-db' });
  assert.equal(summarise(body.neighbors), [
    'out decided_by policy-decision allowed by high_risk/operations/decision',
    'out decided_by policy-decision allowed by high_risk/operations/decision',
    'out executed_by user engineer',
    'out has_approval approval approved as security_officer',
    'out has_approval approval approved as team_lead',
    'out has_execution high-risk-ops.execution executed',
    'out requested_by user engineer',
  ]);
});

test('a relationship has its own name from the other end', async () => {
  const engineer = await s.get('auditor', '/graph/entities/user:engineer/neighbors?type=high-risk-ops.request');
  assert.equal(summarise(engineer.body.neighbors), [
    'in executed high-risk-ops.request TEMP_DB_READ_ACCESS orders-db',
    'in requested high-risk-ops.request TEMP_DB_READ_ACCESS orders-db',
  ]);
  const approver = await s.get('auditor', '/graph/entities/user:team-lead/neighbors?relationship=gave');
  assert.equal(summarise(approver.body.neighbors), ['in gave approval approved as team_lead']);
  const decision = await s.get('auditor', `/graph/entities/${(await s.get('auditor', `${requests}/${id}`)).body.decision_ids[0]}/neighbors`);
  assert.equal(summarise(decision.body.neighbors), ['in decides high-risk-ops.request TEMP_DB_READ_ACCESS orders-db', 'out asked_by user engineer']);
  const team = await s.get('auditor', '/graph/entities/team:enterprise/neighbors?direction=out');
  assert.equal(summarise(team.body.neighbors), ['out belongs_to tenant Demo external']);
  const tenant = await s.get('auditor', '/graph/entities/tenant:demo-external/neighbors?type=user');
  assert.is(tenant.body.neighbors.length, 11);
});

test('neighbours come in pages', async () => {
  const path = `/graph/entities/${id}/neighbors?limit=3`;
  const first = (await s.get('auditor', path)).body;
  const second = (await s.get('auditor', `${path}&cursor=${first.next_cursor}`)).body;
  const third = (await s.get('auditor', `${path}&cursor=${second.next_cursor}`)).body;
  assert.equal([first.neighbors.length, second.neighbors.length, third.neighbors.length, third.next_cursor], [3, 3, 1, null]);
});

test('paths between entities are found, shortest first', async () => {
  const { body } = await s.get('auditor', `/graph/paths?from=user:team-lead&to=${id}`);
  assert.is(body.paths.length, 1);
  assert.equal(
    body.paths[0].nodes.map(({ type }: { type: string }) => type),
    ['user', 'approval', 'high-risk-ops.request'],
  );
  assert.equal(
    body.paths[0].edges.map(({ relationship }: { relationship: string }) => relationship),
    ['given_by', 'has_approval'],
  );
  assert.equal((await s.get('auditor', `/graph/paths?from=user:team-lead&to=${id}&max_length=1`)).body, { paths: [] });
  assert.is((await s.get('auditor', `/graph/paths?from=user:nobody&to=${id}`)).status, 404);
  assert.is((await s.get('auditor', `/graph/paths?from=user:engineer`)).body.errors[0].path, 'to');
});

test('the audit log is searched by subject, actor, action and time', async () => {
  const of = async (query: string) => (await s.get('auditor', `/receipts?${query}`)).body;
  assert.is((await of(`subject_id=${id}`)).total, 5);
  assert.equal(
    (await of(`subject_id=${id}&actor=team-lead`)).items.map(({ action }: { action: string }) => action),
    ['high-risk-ops.request.approve'],
  );
  assert.is((await of('actor=system:config&limit=1')).total > 0, true);
  assert.is((await of('actor=nobody')).total, 0);
  assert.is((await of('since=2999-01-01T00:00:00Z')).total, 0);
  const [newest] = (await of(`subject_id=${id}`)).items;
  assert.equal((await s.get('auditor', `/receipts/${newest.id}`)).body, newest);
});

test('decisions are listed with their input and the bundle that made them', async () => {
  const { body } = await s.get('auditor', `/policy-decisions?subject_id=${id}&allowed=true`);
  assert.is(body.total, 2);
  const [decision] = body.items;
  assert.equal(decision.input.subject, { type: 'user', id: await s.userId('engineer'), properties: { roles: ['engineer'] } });
  assert.equal(
    decision.input.context.approvals.map(({ role }: { role: string }) => role),
    ['team_lead', 'security_officer'],
  );
  assert.ok(Number.isInteger(decision.duration_ns) && decision.duration_ns > 0);
  assert.not.match(JSON.stringify(decision.input), 'engineer-', 'handles stay out of policy input');
  const bundles = (await s.get('auditor', '/policy-bundles')).body.items;
  assert.ok(bundles.some(({ digest }: { digest: string }) => digest === decision.bundle_digest));
  assert.is((await s.get('auditor', '/policy-decisions?bundle_digest=xyz')).status, 400);
});

test('the OpenAPI document describes every route with the schemas that check them', async () => {
  const { body } = await s.send('GET', '/openapi.json');
  assert.is(body.openapi, '3.1.0');
  for (const { operation } of s.summit.services.packs.operations) {
    const { route } = operation;
    if (!route) continue;
    const described = body.paths[route.path.replaceAll(/[:*](\w+)/g, '{$1}')]?.[route.method.toLowerCase()];
    assert.is(described?.operationId, operation.id);
  }
  const create = body.paths['/high-risk-ops/requests'].post.requestBody.content['application/json'].schema;
  assert.equal(errorsIn(create, accessRequest()), []);
  assert.equal(errorsIn(create, accessRequest({ colour: 'red' })), [{ path: 'colour', message: 'is not a known field' }]);
});

test('answers are what the OpenAPI document says they are', async () => {
  const { paths, components } = (await s.send('GET', '/openapi.json')).body;
  const answerOf = (path: string, method: string, status: string) => paths[path][method].responses[status].content['application/json'].schema;
  const read = answerOf('/high-risk-ops/requests/{id}', 'get', '200');
  assert.equal(errorsIn(read, (await s.get('auditor', `${requests}/${id}`)).body), []);
  assert.equal(errorsIn(answerOf('/high-risk-ops/requests', 'get', '200'), (await s.get('auditor', requests)).body), []);
  const { receipt, ...request } = (await s.post('engineer', requests, accessRequest())).body;
  const { properties, required, ...created } = answerOf('/high-risk-ops/requests', 'post', '201');
  const { receipt: reference, ...fields } = properties;
  assert.equal(errorsIn({ ...created, properties: fields, required: required.filter((name: string) => name !== 'receipt') }, request), []);
  assert.is(reference.$ref, '#/components/schemas/Receipt');
  assert.equal(errorsIn(components.schemas.Receipt, receipt), []);
  assert.is.not(errorsIn(read, { ...request, status: 'unheard-of' }).length, 0);
});

test('probes and metrics say how it stands', async () => {
  assert.equal((await s.send('GET', '/livez')).body, { status: 'ok' });
  const ready = (await s.send('GET', '/readyz')).body;
  assert.equal([ready.status, ready.checks.database, ready.failed_packs], ['ok', 'ok', []]);
  const metrics = (await s.send('GET', '/metrics')).body;
  assert.match(metrics, /http_server_request_duration_seconds_count\{[^}]*http_route="\/high-risk-ops\/requests\/:id\/execute"[^}]*\} 1/);
  assert.match(metrics, /summit_policy_decision_duration_seconds_count\{policy="high_risk\/operations\/decision",outcome="allowed"\} 3/);
  assert.not.match(metrics, id, 'no ids in labels');
});

test('everybody can ask who they are; the people of a tenant are listed', async () => {
  const { body } = await s.get('lead-and-security', '/me');
  assert.equal(
    [body.handle, body.roles, body.teams, body.tenant],
    ['lead-and-security', ['team_lead', 'security_officer'], ['enterprise'], 'demo-external'],
  );
  const users = await s.get('auditor', '/users');
  assert.is(users.body.total, 11);
  assert.is((await s.get('auditor', '/tenants/demo-external')).body.title, 'Demo external');
});

test.run();
