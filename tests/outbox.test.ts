import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startReplay } from '../kernel/core/policy-runs.ts';
import { OutboxWorker } from '../kernel/outbox/outbox.ts';
import { accessRequest, type TestSummit, testSummit } from './support/summit.ts';

const test = suite('Outbox');
let s: TestSummit;

test.before(async () => {
  s = await testSummit((config) => ({ ...config, outcomeWaitMs: 500 }));
  // The sweeper of the schedule would deliver behind the test's back.
  await s.summit.services.jobs.stop();
});
test.after(() => s?.close());

const requests = '/high-risk-ops/requests';

/** Decides to execute, as a process would that dies right after COMMIT. @returns request id and outbox message */
async function executing(): Promise<{ id: string; messages: readonly string[] }> {
  const { id } = (await s.post('engineer', requests, accessRequest())).body;
  await s.post('team-lead', `${requests}/${id}/approve`);
  await s.post('security-officer', `${requests}/${id}/approve`);
  const { runner, packs } = s.summit.services;
  const action = packs.find('high-risk-ops')?.actions.find((candidate) => candidate.id.endsWith('.execute'));
  if (!action) throw new Error('no execute action');
  const caller = { tenant: 'demo-external', userId: await s.userId('engineer') };
  const { messages } = await runner.run(action, 'high-risk-ops', caller, { params: { id }, read: async () => ({ body: {} }) });
  assert.is((await s.get('engineer', `${requests}/${id}`)).body.status, 'executing');
  return { id, messages };
}

const outcomesOf = async (id: string) =>
  (await s.get('auditor', `${requests}/${id}/receipts`)).body.items.filter(({ action }: { action: string }) => action.endsWith('record-outcome'))
    .length;

test('what a dead process left is delivered by the next sweep', async () => {
  const { id } = await executing();
  await s.summit.services.outbox.sweep(['summit-internal']);
  assert.is((await s.get('engineer', `${requests}/${id}`)).body.status, 'executing', 'each tenant has its own');
  await s.summit.services.outbox.sweep(['demo-external']);
  assert.is((await s.get('engineer', `${requests}/${id}`)).body.status, 'executed');
});

test('a message delivered many times at once has one outcome', async () => {
  const { id, messages } = await executing();
  await Promise.all(Array.from({ length: 6 }, () => s.summit.services.outbox.deliver('demo-external', messages)));
  assert.equal([(await s.get('engineer', `${requests}/${id}`)).body.status, await outcomesOf(id)], ['executed', 1]);
});

test('a worker that died after the effect, or after its outcome, is followed by another', async () => {
  const { id, messages } = await executing();
  // It claimed the message and died: the claim keeps others away only for a while.
  await s.asApp("UPDATE outbox SET attempts = 1, available_at = summit_now() + interval '8 seconds' WHERE id = $1", [messages[0]]);
  await s.summit.services.outbox.sweep(['demo-external']);
  assert.is(await outcomesOf(id), 0);
  s.advance({ minutes: 1 });
  await s.summit.services.outbox.sweep(['demo-external']);
  assert.is(await outcomesOf(id), 1);
  // It recorded the outcome and died before it could say so: the effect runs again, the outcome stays one.
  await s.asApp('UPDATE outbox SET done_at = NULL, available_at = summit_now() WHERE id = $1', [messages[0]]);
  await s.summit.services.outbox.sweep(['demo-external']);
  assert.is(await outcomesOf(id), 1);
  assert.equal(await s.asApp('SELECT id FROM outbox WHERE done_at IS NULL'), []);
});

test('what a stop cuts off is taken up at once by whoever comes next', async () => {
  const { services } = s.summit;
  const { subjectId, messages } = await services.runner.runAsSystem(startReplay, 'summit', 'demo-external', 'test', {}, {});
  const status = async () => (await s.get('auditor', `/policy-replays/${subjectId}`)).body.status;
  const stopped = new OutboxWorker(services);
  await stopped.stop();
  await stopped.deliver('demo-external', messages);
  assert.is(await status(), 'running');
  await services.outbox.sweep(['demo-external']);
  assert.is(await status(), 'done');
});

test('an execution that takes longer answers 202, and a replay of its key waits for the outcome', async () => {
  const { id } = (await s.post('engineer', requests, accessRequest())).body;
  await s.post('team-lead', `${requests}/${id}/approve`);
  await s.post('security-officer', `${requests}/${id}/approve`);
  const call = { headers: { 'idempotency-key': 'slow' } };
  const { outbox } = s.summit.services;
  const deliver = outbox.deliver;
  outbox.deliver = async () => undefined;
  const first = await s.post('engineer', `${requests}/${id}/execute`, {}, call);
  outbox.deliver = deliver;
  assert.equal([first.status, first.body.status, first.body.execution], [202, 'executing', null]);
  const replay = s.post('engineer', `${requests}/${id}/execute`, {}, call);
  await outbox.sweep(['demo-external']);
  const replayed = await replay;
  assert.equal([replayed.status, replayed.body.status, replayed.headers.get('idempotent-replayed')], [200, 'executed', 'true']);
  assert.equal(replayed.body.receipt, first.body.receipt);
});

test.run();
