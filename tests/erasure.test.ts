import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { accessRequest, type TestSummit, testSummit } from './support/summit.ts';

const test = suite('Erasing a person');
let s: TestSummit;

const requests = '/high-risk-ops/requests';

test.before(async () => {
  s = await testSummit();
});
test.after(() => s?.close());

test('only an operator may, not for themselves, and only a person who is there', async () => {
  const [engineer, operator] = [await s.userId('engineer'), await s.userId('operator')];
  assert.is((await s.post('security-officer', `/users/${engineer}/erase`)).body.code, 'forbidden');
  assert.is((await s.post('operator', `/users/${operator}/erase`)).body.code, 'separation-of-duties');
  assert.is((await s.post('operator', `/users/${crypto.randomUUID()}/erase`)).body.code, 'not-found');
  assert.is((await s.post('operator', `/users/${engineer}/erase`, {}, { tenant: 'summit-internal' })).body.code, 'not-found');
  assert.equal((await s.post('operator', `/users/${engineer}/erase`, { why: 'x' })).body.errors[0].path, 'why');
});

test('handle and texts are gone, salts and all, while receipts, proofs and decisions stay as they were', async () => {
  const secret = 'my customer Erika Mustermann complains';
  const made = (await s.post('engineer-2', requests, accessRequest({ justification: secret }))).body;
  await s.post('team-lead', `${requests}/${made.id}/approve`, { comment: 'spoke to the requester' });
  const user = await s.userId('engineer-2');
  const proof = (await s.get('auditor', `/receipts/${made.receipt.id}/proof`)).body;
  const before = (await s.get('auditor', `/receipts/${made.receipt.id}`)).body;
  const [{ bytes }] = (await s.asApp('SELECT bytes FROM receipts WHERE id = $1', [made.receipt.id])) as [{ bytes: Uint8Array }];

  const { status, body } = await s.post('operator', `/users/${user}/erase`);
  assert.is(status, 200);
  assert.ok(body.erased >= 3, 'handle, input and justification');

  const kept = JSON.stringify(await s.asApp('SELECT name, salt, value FROM disclosures WHERE value IS NOT NULL'));
  for (const gone of [secret, 'Mustermann', 'engineer-2']) assert.not(kept.includes(gone), gone);
  const erased = await s.asApp("SELECT salt, value FROM disclosures WHERE subject_id = $1 AND name = 'justification'", [made.id]);
  assert.equal(erased, [{ salt: null, value: null }]);
  assert.ok(kept.includes('spoke to the requester'), 'what others wrote is theirs, and stays');

  const request = (await s.get('auditor', `${requests}/${made.id}`)).body;
  assert.equal([request.justification, request.requester], [null, user]);
  const [{ bytes: after }] = (await s.asApp('SELECT bytes FROM receipts WHERE id = $1', [made.receipt.id])) as [{ bytes: Uint8Array }];
  assert.equal(Buffer.from(after), Buffer.from(bytes));
  assert.equal((await s.get('auditor', `/receipts/${made.receipt.id}`)).body.leaf_hash, before.leaf_hash);
  assert.is((await s.get('auditor', `/receipts/${made.receipt.id}/proof`)).body.split('\n')[1], proof.split('\n')[1]);
  assert.is((await s.post('auditor', `/policy-decisions/${made.decision_ids[0]}/replay`)).body.matches, true);
});

test('it leaves a receipt that names what was erased', async () => {
  const { items } = (await s.get('auditor', '/receipts?action=user.erase&outcome=allowed')).body;
  assert.is(items.length, 1);
  const [{ changes }] = (await s.asApp('SELECT changes FROM receipts WHERE id = $1', [items[0].id])) as [{ changes: string }];
  const { erased } = JSON.parse(changes);
  assert.ok(erased.length >= 3 && erased.every((commitment: string) => /^[\w-]{43}$/.test(commitment)));
});

test('an erased person is nobody any more, and is erased again where something of theirs was underway', async () => {
  const [{ id }] = (await s.asApp("SELECT id FROM users WHERE status = 'erased'")) as [{ id: string }];
  const again = await s.post('operator', `/users/${id}/erase`);
  assert.equal([again.status, again.body.status], [200, 'erased']);
  const stale = await s.send('GET', '/me', { headers: { authorization: `Bearer ${await s.token('engineer-2')}` } });
  assert.is(stale.status, 401);
});

test('a tenant file that is applied later leaves the erased person alone', async () => {
  const [file] = s.config.tenants.filter(({ id }) => id === 'demo-external');
  if (!file) throw new Error('the tenant is configured');
  await s.summit.services.tenants.apply([{ ...file, title: 'Renamed', users: file.users.filter(({ handle }) => handle !== 'engineer-2') }]);
  const users = await s.asApp("SELECT status, version FROM users WHERE status = 'erased'");
  assert.equal(users, [{ status: 'erased', version: 3 }]);
});

test.run();
