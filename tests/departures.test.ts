import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { abandonedApprovals, leftBehind } from '../kernel/approvals/abandoned.ts';
import type { Transaction } from '../kernel/database/database.ts';
import { createLog } from '../kernel/log.ts';
import { openKernel } from '../kernel/main.ts';
import { HighRiskRequest } from '../packs/high-risk-ops/entities.ts';
import { sendSignIn } from './support/browser.ts';
import { dealsOf } from './support/deal.ts';
import { accessRequest, type TestSummit, testSummit } from './support/summit.ts';
import { assertSound, verifiedEvidence } from './support/verified-evidence.ts';

const test = suite('Somebody leaves');
const TENANT = 'demo-external';
let s: TestSummit;

test.before(async () => {
  s = await testSummit();
  // Jobs run when the test says so.
  await s.summit.services.jobs.stop();
});
test.after(() => s?.close());

const requests = '/high-risk-ops/requests';

const statusOf = async (id: string) => (await s.get('auditor', `${requests}/${id}`)).body.status;

async function approve(id: string, ...handles: readonly string[]) {
  for (const handle of handles) assert.is((await s.post(handle, `${requests}/${id}/approve`)).status, 200);
}

/** What was done to a request last, and by whom. */
async function doneTo(id: string) {
  const { action, actor } = (await s.get('auditor', `/receipts?subject_id=${id}`)).body.items[0];
  return [action, actor];
}

async function comeBack(id: string, roles: readonly string[]) {
  assert.is((await reactivate(id)).status, 200);
  assert.is((await s.put('operator', `/users/${id}/roles`, { roles })).status, 200);
}

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
  assert.is((await s.put('operator', `/users/${id}/roles`, { roles: ['manager'] })).status, 200);
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
  await comeBack(out, ['finance']);
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

test('what somebody asked for who leaves is cancelled, and what they were given is revoked, with receipts', async () => {
  const ask = async () => (await s.post('engineer-2', requests, accessRequest())).body.id as string;
  const [pending, approved, executed, others] = [
    await ask(),
    await ask(),
    await ask(),
    (await s.post('engineer', requests, accessRequest())).body.id,
  ];
  for (const id of [approved, executed]) await approve(id, 'security-officer', 'team-lead');
  assert.is((await s.post('engineer-2', `${requests}/${executed}/execute`)).body.status, 'executed');
  const person = await s.userId('engineer-2');
  await deactivate(person);
  assert.is(await s.runJob('high-risk-ops.request.cancel-left-behind'), 2);
  assert.is(await s.runJob('high-risk-ops.request.revoke-left-behind'), 1);
  assert.equal(await Promise.all([pending, approved, executed, others].map(statusOf)), ['cancelled', 'cancelled', 'revoked', 'pending']);
  assert.equal(await doneTo(executed), ['high-risk-ops.request.revoke-left-behind', 'system:high-risk-ops.request.revoke-left-behind']);
  assert.equal(await doneTo(pending), ['high-risk-ops.request.cancel-left-behind', 'system:high-risk-ops.request.cancel-left-behind']);
  assert.is(await s.runJob('high-risk-ops.request.cancel-left-behind'), 0);
  await comeBack(person, ['engineer']);
  const anew = await ask();
  assert.is(await s.runJob('high-risk-ops.request.cancel-left-behind'), 0, 'what they ask for since is theirs to have');
  assert.equal([await statusOf(pending), await statusOf(anew)], ['cancelled', 'pending']);
  assertSound(await verifiedEvidence(s, `/evidence/high-risk-ops/${executed}`), ['LOGGED', 'COMPLETE', 'REPRODUCED 2 of 2']);
});

test('whoever leaves and is back within the minute has kept nothing', async () => {
  const { id } = (await s.post('engineer-2', requests, accessRequest())).body;
  const person = await s.userId('engineer-2');
  await deactivate(person);
  await comeBack(person, ['engineer']);
  assert.is(await s.runJob('high-risk-ops.request.cancel-left-behind'), 2, 'that of the test before too');
  assert.is(await statusOf(id), 'cancelled');
});

test('a token of whoever leaves and is back at once works no more, before any job has come by', async () => {
  const expires_at = new Date(Date.now() + 86_400_000).toISOString();
  const tokenOf = async () => (await s.post('engineer-2', '/api-tokens', { title: 'theirs', expires_at })).body.token;
  const by = (token: string) => s.send('GET', '/me', { headers: { authorization: `Bearer ${token}` } });
  const before = await tokenOf();
  assert.is((await by(before)).status, 200);
  const person = await s.userId('engineer-2');
  await deactivate(person);
  await comeBack(person, ['engineer']);
  const { status, body } = await by(before);
  assert.equal([status, body.detail], [401, 'The API token has ended, since its person had left: make another.']);
  assert.is((await by(await tokenOf())).status, 200, 'one that they make since is theirs');
});

test('an approval counts no more once its approver has left, and the request waits for the role again', async () => {
  const { id } = (await s.post('engineer', requests, accessRequest())).body;
  await approve(id, 'security-officer', 'team-lead');
  assert.is(await statusOf(id), 'approved');
  const person = await s.userId('team-lead');
  await deactivate(person);
  assert.is(await s.runJob('high-risk-ops.request.withdraw-approvals'), 1);
  assert.is(await s.runJob('high-risk-ops.request.withdraw-approvals'), 0);
  const { body } = await s.get('engineer', `${requests}/${id}`);
  assert.equal(
    [body.status, body.approvals.map(({ approver, status }: Record<string, string>) => `${approver} ${status}`)],
    ['pending', ['security-officer approved', 'team-lead withdrawn']],
  );
  assert.equal(await doneTo(id), ['high-risk-ops.request.withdraw-approvals', 'system:high-risk-ops.request.withdraw-approvals']);
  const early = await s.post('engineer', `${requests}/${id}/execute`);
  assert.is(early.body.code, 'invalid-state');
  await comeBack(person, ['team_lead']);
  assert.is(await statusOf(id), 'pending', 'coming back brings no approval to life');
  await approve(id, 'team-lead');
  assert.is(await s.runJob('high-risk-ops.request.withdraw-approvals'), 0);
  assert.is((await s.post('engineer', `${requests}/${id}/execute`)).body.status, 'executed');
  await deactivate(person);
  assert.is(await s.runJob('high-risk-ops.request.withdraw-approvals'), 0, 'what was done by it is done');
  await comeBack(person, ['team_lead']);
  assertSound(await verifiedEvidence(s, `/evidence/high-risk-ops/${id}`), ['LOGGED', 'OPEN', 'REPRODUCED 2 of 2']);
  const { approvals } = (await s.get('auditor', `/evidence/high-risk-ops/${id}?format=summary`)).body;
  assert.equal(
    approvals.given.map(({ approver, status, counts }: Record<string, unknown>) => [approver, status, counts]),
    [
      ['security-officer', 'approved', true],
      ['team-lead', 'withdrawn', false],
      ['team-lead', 'approved', true],
    ],
  );
});

test('a quote stays when its owner leaves, and waits again for the role of an approver who does', async () => {
  const deals = dealsOf(s);
  const id = await deals.approved();
  const [owner, approver] = [await s.userId('ae'), await s.userId('finance')];
  await deactivate(owner);
  await deactivate(approver);
  assert.is(await s.runJob('revops.quote.withdraw-approvals'), 1);
  const { body: quote } = await s.get('auditor', `/revops/quotes/${id}`);
  assert.equal(
    [quote.status, quote.approvals.map(({ approver }: Record<string, string>) => approver), quote.submitter],
    ['pending_approval', ['manager'], 'ae'],
  );
  await comeBack(owner, ['ae']);
  await comeBack(approver, ['finance']);
  assert.is((await s.post('finance', `/revops/quotes/${id}/approve`)).body.status, 'approved');
  // An approval of what has been changed since counts no more, and is withdrawn all the same.
  assert.is((await s.patch('ae', `/revops/quotes/${id}`, { discount_percent: '24' })).body.status, 'draft');
  await deactivate(approver);
  assert.is(await s.runJob('revops.quote.withdraw-approvals'), 1);
  await comeBack(approver, ['finance']);
  const again = await s.post('ae', `/revops/quotes/${id}/submit-for-approval`);
  assert.equal([again.body.status, again.body.approvals.map(({ approver }: Record<string, string>) => approver)], ['pending_approval', ['manager']]);
  assertSound(await verifiedEvidence(s, `/evidence/revops/deals/${id}`), ['LOGGED', 'OPEN', 'REPRODUCED 2 of 2']);
});

test('what does not say since when it is somebody’s is theirs since it was made', async () => {
  const ask = async () => (await s.post('engineer-2', requests, accessRequest())).body.id as string;
  const left = () =>
    s.summit.services.database.transaction(TENANT, 'read', (tx) =>
      leftBehind(tx, TENANT, HighRiskRequest, { status: ['pending'], person: 'requester_id', since: 'started_at' }),
    );
  const before = await ask();
  const person = await s.userId('engineer-2');
  assert.not.ok((await left()).includes(before));
  await deactivate(person);
  assert.ok((await left()).includes(before));
  await comeBack(person, ['engineer']);
  const anew = await ask();
  assert.equal([(await left()).includes(before), (await left()).includes(anew)], [true, false]);
  assert.is(await s.runJob('high-risk-ops.request.cancel-left-behind'), 1);
});

test('where nobody has left nothing else is read, however much is open', async () => {
  const open = { status: ['pending', 'approved'] };
  await s.summit.services.database.transaction(TENANT, 'read', async (tx) => {
    await tx.query("SELECT set_config('enable_seqscan', 'off', true)");
    const explained: Transaction = {
      ...tx,
      query: async (sql, values) => {
        const plan = await tx.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${sql}`, values);
        plans.push(plan.map((line) => line['QUERY PLAN']).join('\n'));
        return [];
      },
    };
    const plans: string[] = [];
    await abandonedApprovals(explained, TENANT, HighRiskRequest, open);
    await leftBehind(explained, TENANT, HighRiskRequest, { ...open, person: 'requester_id', since: 'created_at' });
    assert.is(plans.length, 2);
    for (const plan of plans) assert.match(plan, /CTE gone\n[\s\S]*(Index|Index Only|Bitmap Index) Scan (using|on) users_gone/);
  });
});

test('however many replicas see that somebody has left, and whichever is killed, each thing happens once', async () => {
  const ids = await Promise.all([1, 2, 3].map(async () => (await s.post('engineer-2', requests, accessRequest())).body.id as string));
  const person = await s.userId('engineer-2');
  await deactivate(person);
  const { packs, runner } = s.summit.services;
  const job = packs.find('high-risk-ops')?.jobs.find(({ id }) => id === 'high-risk-ops.request.cancel-left-behind');
  if (!job) throw new Error('the pack has the job');
  // Killed after the first: what is left is due still.
  await runner.runAsSystem(job.action, 'high-risk-ops', TENANT, job.id, { id: ids[0] ?? '' }, {});
  // An embedded database is one process's own.
  const other = s.summit.services.database.embedded ? null : await openKernel(s.config, { log: createLog('silent') });
  try {
    const period = new Date();
    const schedulers = [s.summit.services.jobs, (other ?? s.summit).services.jobs];
    await Promise.all([...schedulers.map((jobs) => jobs.runEverywhere('high-risk-ops', job, period)), s.runJob(job.id)]);
  } finally {
    await other?.close();
  }
  for (const id of ids) {
    const { items } = (await s.get('auditor', `/receipts?subject_id=${id}&action=${job.id}`)).body;
    assert.equal(
      items.map(({ outcome }: Record<string, string>) => outcome),
      ['allowed'],
      id,
    );
  }
  await comeBack(person, ['engineer']);
});

test.run();
