import { EventEmitter, on } from 'node:events';
import { Writable } from 'node:stream';
import { mock } from 'node:test';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startReplay } from '../kernel/core/policy-runs.ts';
import { createLog } from '../kernel/log.ts';
import { OutboxWorker } from '../kernel/outbox/outbox.ts';
import type { PackRegistry } from '../kernel/packs/registry.ts';
import { type Effect, none } from '../sdk/index.ts';
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

/** Messages of the kernel's own that wait to be delivered. */
async function leave(count: number, { tenant = 'demo-external', attempts = 0 } = {}): Promise<void> {
  await s.asApp(
    `INSERT INTO outbox (tenant_id, id, pack, effect, subject_id, payload, attempts, available_at, created_at)
       SELECT $1, gen_random_uuid(), 'summit', 'test.deliver', gen_random_uuid(), '{}', $2, summit_now(), summit_now() FROM generate_series(1, $3) RETURNING 1`,
    [tenant, attempts, count],
    tenant,
  );
}

/** A worker whose only effect is this one. */
function workerWith(run: Effect['run'], services: Partial<TestSummit['summit']['services']> = {}): OutboxWorker {
  const effect = { id: 'test.deliver', run, outcome: none('nobody waits for it') };
  const packs = { find: () => ({ effects: [effect] }) } as unknown as PackRegistry;
  return new OutboxWorker({ ...s.summit.services, packs, ...services });
}

test('a message that has failed for months is tried again like any other', async () => {
  await leave(1, { attempts: 1_021 });
  let tried = 0;
  await workerWith(async () => ({ tried: ++tried })).sweep(['demo-external']);
  assert.is(tried, 1);
});

test('what is slow for one tenant holds up no other', async () => {
  await leave(1);
  await leave(1, { tenant: 'summit-internal' });
  const released = Promise.withResolvers<void>();
  const delivered = Promise.withResolvers<void>();
  const worker = workerWith(async ({ tenant }) => {
    if (tenant === 'demo-external') await released.promise;
    else delivered.resolve();
    return {};
  });
  const begun = performance.now();
  const swept = worker.sweep(['demo-external', 'summit-internal']);
  await delivered.promise;
  released.resolve();
  await swept;
  assert.ok(performance.now() - begun < 4_000, 'as long as the first is waited for');
});

test('what fails for one tenant holds up no other, and is told', async () => {
  await leave(1, { tenant: 'summit-internal' });
  const { database } = s.summit.services;
  const transaction: typeof database.transaction = (tenant, ...rest) =>
    tenant === 'demo-external' ? Promise.reject(new Error('not this one')) : database.transaction(tenant, ...rest);
  let delivered = 0;
  const worker = workerWith(async () => ({ delivered: ++delivered }), { database: { ...database, transaction } });
  const failure = await worker.sweep(['demo-external', 'summit-internal']).catch((error: unknown) => error);
  assert.is(delivered, 1);
  assert.ok(failure instanceof AggregateError);
  assert.match(failure.message, 'of 1 tenants');
});

test('an effect that does not hear that it is to stop is left, and keeps no process', async () => {
  const told: string[] = [];
  const log = createLog('warn', new Writable({ write: (chunk, _, done) => done(void told.push(JSON.parse(String(chunk)).msg)) }));
  await leave(1);
  const [begun, hangs] = [Promise.withResolvers<void>(), Promise.withResolvers<Record<string, unknown>>()];
  const worker = workerWith(
    () => {
      begun.resolve();
      return hangs.promise;
    },
    { log },
  );
  const intervals = mock.method(globalThis, 'setInterval');
  const swept = worker.sweep(['demo-external']);
  await begun.promise;
  intervals.mock.restore();
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    const stopped = worker.stop();
    mock.timers.tick(10_000);
    await stopped;
  } finally {
    mock.timers.reset();
    hangs.resolve({});
  }
  await swept;
  assert.equal(told, ['effects have not ended, and are left']);
  assert.equal(
    intervals.mock.calls.map(({ result }) => result?.hasRef()),
    [false],
  );
});

test('so much is underway for a tenant and no more, however much waits', async () => {
  await leave(60);
  const released = Promise.withResolvers<void>();
  const begun = new EventEmitter();
  let underway = 0;
  const worker = workerWith(async () => {
    begun.emit('another', ++underway);
    await released.promise;
    return {};
  });
  const until = async (count: number) => {
    for await (const [now] of on(begun, 'another')) if (now === count) return;
  };
  const sweeps: Promise<void>[] = [];
  for (const count of [20, 40]) {
    const reached = until(count);
    sweeps.push(worker.sweep(['demo-external']));
    await reached;
  }
  await worker.sweep(['demo-external']);
  assert.is(underway, 40);
  released.resolve();
  await Promise.all(sweeps);
  await worker.sweep(['demo-external']);
  assert.is(underway, 60);
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
