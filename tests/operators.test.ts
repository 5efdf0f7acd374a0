import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type TestSummit, testSummit } from './support/summit.ts';

const test = suite('A tenant keeps an operator');
const TENANT = 'demo-external';
let s: TestSummit;

test.before(async () => {
  s = await testSummit();
  // Jobs run when the test says so.
  await s.summit.services.jobs.stop();
});
test.after(() => s?.close());

async function person(id: string) {
  const { body } = await s.get('auditor', '/users?limit=200');
  return body.items.find((item: { id: string }) => item.id === id);
}

const operators = async () =>
  (await s.get('auditor', '/users?role=operator&status=active')).body.items.map(({ handle }: { handle: string }) => handle);

test('nobody does to themselves what takes another operator, however they write their id', async () => {
  const id = await s.userId('operator');
  for (const written of [id.toUpperCase(), id.replace(/[a-f]/, (letter) => letter.toUpperCase())]) {
    const refused = [
      await s.put('operator', `/users/${written}/roles`, { roles: ['operator', 'security_officer'] }),
      await s.post('operator', `/users/${written}/deactivate`),
      await s.post('operator', `/users/${written}/erase`),
      await s.post('operator', '/dry-run', { action: 'user.set-roles', subject_id: written, input: { roles: [] } }),
    ];
    for (const { body } of refused) assert.is(body.code, 'separation-of-duties', JSON.stringify(body));
  }
  assert.is((await person(id)).version, 1);
  const { items } = (await s.get('auditor', `/receipts?subject_id=${id}&action=user.erase`)).body;
  assert.is(items[0].outcome, 'refused', 'on record by the id that they have');
  assert.is((await s.get('auditor', `/receipts/${items[0].id.toUpperCase()}`)).body.id, items[0].id, 'whoever writes an id so is understood');
});

/** Runs both while neither may have anybody yet: on PostgreSQL once both wait for it, and embedded they wait anyway, for the one connection. */
async function atOnce<T>(people: readonly string[], ...attempts: readonly (() => Promise<T>)[]): Promise<readonly T[]> {
  const { database } = s.summit.services;
  const waiting = await database.transaction(TENANT, 'write', async (tx) => {
    await tx.query('SELECT FROM users WHERE tenant_id = $1 AND id = ANY($2::uuid[]) ORDER BY id FOR UPDATE', [TENANT, people]);
    const answers = attempts.map((attempt) => attempt());
    for (let waits = database.embedded ? attempts.length : 0; waits < attempts.length; ) {
      const rows = await s.asOwner("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'");
      waits = rows.length;
    }
    return { answers };
  });
  return Promise.all(waiting.answers);
}

test('of two operators who take each other out at once one is left', async () => {
  const [one, other] = [await s.userId('operator'), await s.userId('finance')];
  const ways = [
    (of: string, by: string) => s.post(by, `/users/${of}/deactivate`),
    (of: string, by: string) => s.put(by, `/users/${of}/roles`, { roles: [] }),
  ];
  for (const takeOut of ways) {
    assert.is((await s.put('operator', `/users/${other}/roles`, { roles: ['operator'] })).status, 200);
    const answers = await atOnce(
      [one, other],
      () => takeOut(other, 'operator'),
      () => takeOut(one, 'finance'),
    );
    const said = answers.map(({ status, body }) => `${status} ${body.code}`).sort();
    const [left, ...more] = await operators();
    assert.equal([typeof left, more], ['string', []], said.join());
    assert.match(said.join(), /^200 undefined,40[13] (unauthenticated|forbidden)$/);
    const gone = left === 'operator' ? other : one;
    if ((await person(gone)).status === 'deactivated') assert.is((await s.post(left, `/users/${gone}/reactivate`)).status, 200);
    assert.is((await s.put(left, `/users/${gone}/roles`, { roles: ['operator'] })).status, 200);
  }
});

test('who deactivates the last operator leaves the file of the tenant to name another, as docs/runbook.md has it', async () => {
  const [file] = s.config.tenants.filter(({ id }) => id === TENANT);
  if (!file) throw new Error('the tenant is configured');
  const { runner, packs, tenants } = s.summit.services;
  const noticed = async (id: string) => {
    const action = packs.action(id)?.operation;
    if (!action) throw new Error(`the kernel has the action ${id}`);
    await runner.runAsSystem(action, 'summit', TENANT, 'sign-ins', { id: operator }, {});
  };
  const operator = await s.userId('operator');
  const named = (handle: string) => ({
    ...file,
    users: file.users.map((user) => (user.handle === handle ? { ...user, roles: ['operator'] } : user)),
  });
  // The tests before have given roles that the file does not.
  for (const title of ['Before', file.title]) await tenants.apply([{ ...file, title }]);
  assert.equal(await operators(), ['operator']);

  await noticed('user.deactivate');
  await tenants.apply([file]);
  await tenants.apply([{ ...file, title: 'Changed' }]);
  assert.equal(await operators(), [], 'neither an unchanged file nor one that names them anew');
  await tenants.apply([named('finance')]);
  assert.equal(await operators(), ['finance']);
  assert.is((await s.post('finance', `/users/${operator}/reactivate`)).status, 200);
  assert.is((await s.put('finance', `/users/${operator}/roles`, { roles: ['operator'] })).status, 200);

  await tenants.apply([file]);
  await noticed('user.deactivate');
  await noticed('user.reactivate');
  await tenants.apply([file]);
  assert.equal(await operators(), [], 'who came back by signing in has no role');
  await tenants.apply([{ ...file, title: 'Changed' }]);
  assert.equal(await operators(), ['operator']);
});

test.run();
