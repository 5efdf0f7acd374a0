import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { sendSignIn } from './support/browser.ts';
import { type TestSummit, testSummit } from './support/summit.ts';

const test = suite('Somebody leaves');
const TENANT = 'demo-external';
let s: TestSummit;

test.before(async () => {
  s = await testSummit();
  // Jobs run when the test says so.
  await s.summit.services.jobs.stop();
});
test.after(() => s?.close());

const deactivate = (id: string, handle = 'operator') => s.post(handle, `/users/${id}/deactivate`);
const reactivate = (id: string, handle = 'operator') => s.post(handle, `/users/${id}/reactivate`);

async function person(id: string) {
  const { body } = await s.get('auditor', '/users?limit=200');
  return body.items.find((item: { id: string }) => item.id === id);
}

test('an operator deactivates a person, who has no way in any more, and reactivates them with nothing of what they had', async () => {
  const id = await s.userId('manager');
  const expires_at = new Date(Date.now() + 86_400_000).toISOString();
  const { token } = (await s.post('manager', '/api-tokens', { title: 'theirs', expires_at })).body;
  const jwt = await s.token('manager');
  const cookie = (await sendSignIn(s, { token: jwt })).headers.get('set-cookie')?.split(';')[0] ?? '';
  const ways = [{ authorization: `Bearer ${jwt}` }, { authorization: `Bearer ${token}` }, { cookie }];
  const statuses = () => Promise.all(ways.map(async (headers) => (await s.send('GET', '/me', { headers })).status));
  assert.equal(await statuses(), [200, 200, 200]);

  const { status, body } = await deactivate(id);
  assert.equal([status, body.status, body.roles, body.deactivated_by], [200, 'deactivated', [], 'operator']);
  assert.ok(body.departed_at);
  assert.equal(await statuses(), [401, 401, 401]);
  const again = await deactivate(id);
  assert.equal([again.status, again.body.receipt], [200, undefined], 'nothing has changed');
  const { items } = (await s.get('auditor', `/receipts?subject_id=${id}&action=user.deactivate`)).body;
  assert.equal(
    items.map(({ actor, state }: Record<string, unknown>) => [actor, state]),
    [['operator', { from: 'active', to: 'deactivated' }]],
  );

  const back = await reactivate(id);
  assert.equal([back.status, back.body.status, back.body.roles, back.body.deactivated_by], [200, 'active', [], null]);
  assert.is((await reactivate(id)).body.code, 'invalid-state');
  assert.equal((await statuses())[2], 401, 'a session from before stays over');
});

test('nobody deactivates themselves, and only operators others', async () => {
  const self = await deactivate(await s.userId('operator'));
  assert.equal([self.status, self.body.code], [403, 'separation-of-duties']);
  const other = await deactivate(await s.userId('operator'), 'security-officer');
  assert.equal([other.status, other.body.code], [403, 'forbidden']);
});

test('the file of the tenant brings nobody back whom somebody else has deactivated, and does bring back whom it had left out', async () => {
  const [file] = s.config.tenants.filter(({ id }) => id === TENANT);
  if (!file) throw new Error('the tenant is configured');
  const [out, dropped] = [await s.userId('finance'), await s.userId('ae-2')];
  assert.is((await deactivate(out)).status, 200);
  const without = { ...file, title: 'Without', users: file.users.filter(({ handle }) => handle !== 'ae-2') };
  await s.summit.services.tenants.apply([without]);
  assert.equal(
    [(await person(out)).status, (await person(dropped)).status, (await person(dropped)).deactivated_by],
    ['deactivated', 'deactivated', null],
  );
  await s.summit.services.tenants.apply([file]);
  const [kept, returned] = [await person(out), await person(dropped)];
  assert.equal([kept.status, kept.deactivated_by, kept.version], ['deactivated', 'operator', 2]);
  assert.equal([returned.status, returned.roles], ['active', ['ae']]);
  assert.is((await reactivate(out)).status, 200);
});

test('what the kernel has noticed at an issuer stands until an operator says otherwise', async () => {
  const id = await s.userId('ae-2');
  const { runner } = s.summit.services;
  const action = s.summit.services.packs.operations.find(({ operation }) => operation.id === 'user.deactivate');
  if (action?.kind !== 'action') throw new Error('the kernel has the action');
  const notice = () => runner.runAsSystem(action.operation, 'summit', TENANT, 'sign-in', { id }, {});
  assert.is((await notice()).body.deactivated_by, 'issuer');
  assert.is((await notice()).body.receipt, undefined);
  const { items } = (await s.get('auditor', `/receipts?subject_id=${id}&action=user.deactivate`)).body;
  assert.is(items[0].actor, 'system:sign-in');
  assert.is((await deactivate(id)).body.deactivated_by, 'operator', 'an operator makes it theirs');
  await notice();
  assert.is((await person(id)).deactivated_by, 'operator');
});

test.run();
