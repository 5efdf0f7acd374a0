import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { accessRequest, type TestSummit, testSummit } from './support/summit.ts';
import { withoutSku } from './support/without-sku.ts';

const test = suite('Tenancy and enablement');
let s: TestSummit;

test.before(async () => {
  s = await testSummit(withoutSku);
});
test.after(() => s?.close());

const requests = '/high-risk-ops/requests';

test("another tenant's id is 404 on every route, whatever its state", async () => {
  const lead = (await s.post('ae', '/revops/leads', { email: 'pat@acme.example', company: 'Acme', segment: 'enterprise' })).body;
  const terms = { opportunity_id: lead.opportunity.id, amount: 1, discount_percent: 1 };
  const quote = (await s.post('ae', '/revops/quotes', terms)).body;
  const { id, receipt, decision_ids } = (await s.post('engineer', requests, accessRequest())).body;
  const abroad = { tenant: 'summit-internal' };
  const unknown = crypto.randomUUID();
  const [policy] = (await s.get('auditor', '/policies')).body.items;
  const user = await s.userId('engineer');
  const expires_at = new Date(Date.now() + 86_400_000).toISOString();
  const token = (await s.post('engineer', '/api-tokens', { title: 'theirs', expires_at })).body;
  const deal = { 'revops.lead': lead.id, 'revops.opportunity': lead.opportunity.id, 'revops.quote': quote.id, 'evidence.revops': quote.id };
  const ids: Record<string, string> = {
    receipt: receipt.id,
    'policy-decision': decision_ids[0],
    policy: policy.id,
    user,
    'api-token': token.id,
    ...deal,
  };
  const bodies: Record<string, object> = {
    'high-risk-ops.request.reject': { comment: 'no' },
    'user.set-roles': { roles: [] },
    'revops.quote.reject': { comment: 'no' },
    'revops.quote.edit': { amount: 1 },
    'policy.confirm': { digest: policy.digest },
  };
  for (const { kind, operation } of s.summit.services.packs.operations) {
    const { route } = operation;
    if (!route?.path.includes(':id') || route.path.startsWith('/tenants')) continue;
    const [pack = '', type = ''] = operation.id.split('.');
    const theirs = ids[`${pack}.${type}`] ?? ids[pack] ?? id;
    const body = bodies[operation.id] ?? {};
    const ask = (subject: string) => {
      const path = route.path.replace(':id', subject);
      const handle =
        ['operator', 'engineer', 'team-lead', 'ae'].find((candidate) => operation.roles?.includes(candidate.replace('-', '_')) ?? true) ?? 'operator';
      if (kind === 'query') return route.method === 'GET' ? s.get('auditor', path, abroad) : s.post('auditor', path, {}, abroad);
      const send = { PUT: s.put, PATCH: s.patch, DELETE: s.delete }[route.method as string] ?? s.post;
      return send(handle, path, body, abroad);
    };
    const [foreign, missing] = [await ask(theirs), await ask(unknown)];
    assert.equal([foreign.status, foreign.body.code], [404, 'not-found'], `${route.method} ${route.path}`);
    const { request_id: _, instance: __, detail: ___, ...shape } = foreign.body;
    const { request_id: ____, instance: _____, detail: ______, ...other } = missing.body;
    assert.equal(shape, other, 'indistinguishable from an id that nobody has');
  }
  assert.is((await s.get('auditor', requests, abroad)).body.total, 0);
  assert.is((await s.get('auditor', '/tenants/demo-external', abroad)).status, 404);
});

test('a pack is switched off and on for one tenant, at once and with receipts', async () => {
  const { id } = (await s.post('engineer', requests, accessRequest())).body;
  const path = '/tenants/demo-external/packs/high-risk-ops';
  assert.is((await s.put('engineer', path, { enabled: false })).body.code, 'forbidden');
  const off = await s.put('operator', path, { enabled: false });
  assert.equal([off.status, off.body.enabled], [200, false]);
  for (const answer of [
    await s.get('auditor', requests),
    await s.get('auditor', `${requests}/${id}`),
    await s.get('auditor', `/evidence/high-risk-ops/${id}`),
    await s.post('engineer', requests, accessRequest()),
    await s.post('auditor', requests, 'anything'),
  ]) {
    assert.equal([answer.status, answer.body.code], [404, 'pack-disabled'], 'the pack comes before role and body');
  }
  assert.is((await s.get('auditor', requests, { tenant: 'summit-internal' })).status, 200, 'other tenants keep theirs');
  assert.is((await s.get('auditor', '/packs')).body.items[0].enabled, false);
  s.advance({ hours: 200 });
  assert.is(await s.runJob('high-risk-ops.lapse-requests'), 0, 'jobs obey enablement');

  await s.put('operator', path, { enabled: true });
  assert.is((await s.get('auditor', `${requests}/${id}`)).body.status, 'pending', 'nothing was lost');
  const receipts = await s.get('auditor', '/receipts?action=tenant.set-pack&outcome=allowed');
  assert.equal(
    receipts.body.items.map(({ state }: { state: unknown }) => state),
    [
      { from: 'disabled', to: 'enabled' },
      { from: 'enabled', to: 'disabled' },
    ],
  );
});

test("a pack's settings are checked by its schema, and take effect at once", async () => {
  const path = '/tenants/demo-external/packs/high-risk-ops';
  const wrong = await s.put('operator', path, { enabled: true, settings: { targets: { 'new-db': { executor: 'magic' } }, colour: 'red' } });
  assert.is(wrong.status, 400);
  assert.equal(wrong.body.errors.map((error: { path: string }) => error.path).sort(), ['settings.colour', 'settings.targets.new-db.executor']);
  assert.is((await s.put('operator', path, { enabled: true, settings: { targets: { 'new-db': { executor: 'stub' } } } })).status, 200);
  assert.is((await s.post('engineer', requests, accessRequest({ target: 'new-db' }))).status, 201);
  for (const unknown of ['no-such-pack', 'summit']) {
    assert.is((await s.put('operator', `/tenants/demo-external/packs/${unknown}`, { enabled: false })).status, 404);
  }
});

test('roles change by a governed action, for the very next request', async () => {
  const id = await s.userId('ae');
  assert.is((await s.post('ae', requests, accessRequest({ target: 'new-db' }))).body.code, 'policy-denied');
  assert.is((await s.put('ae', `/users/${id}/roles`, { roles: ['engineer'] })).body.code, 'forbidden');
  const changed = await s.put('operator', `/users/${id}/roles`, { roles: ['engineer'] });
  assert.equal([changed.status, changed.body.roles], [200, ['engineer']]);
  assert.is((await s.post('ae', requests, accessRequest({ target: 'new-db' }))).status, 201);
  const own = await s.put('operator', `/users/${await s.userId('operator')}/roles`, { roles: ['team_lead'] });
  assert.equal([own.status, own.body.code], [403, 'separation-of-duties']);
  const receipt = await s.get('auditor', `/receipts?action=user.set-roles&outcome=allowed`);
  assert.equal([receipt.body.total, receipt.body.items[0].subject], [1, { type: 'user', id }]);
});

test.run();
