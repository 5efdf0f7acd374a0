import { Writable } from 'node:stream';
import { mock } from 'node:test';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Database } from '../kernel/database/database.ts';
import { JobClaims } from '../kernel/jobs/claims.ts';
import { Clock } from '../kernel/jobs/clock.ts';
import { JobScheduler } from '../kernel/jobs/jobs.ts';
import { createLog } from '../kernel/log.ts';
import type { PackRegistry } from '../kernel/packs/registry.ts';
import type { Job } from '../sdk/index.ts';
import { type TestSummit, testSummit } from './support/summit.ts';

const test = suite('Jobs');
const TENANT = 'demo-external';
/** The day's run of a job that runs once a day. */
const PERIOD = '2026-11-23T04:15:00.000Z';
const run = { tenant: TENANT, job: 'finops.rating', period: PERIOD };

interface Line {
  readonly msg: string;
  readonly job?: string;
  readonly tenant?: string;
  readonly run_id?: string;
}

let s: TestSummit;
let lines: Line[] = [];
const destination = new Writable({
  write(chunk, _, done) {
    lines.push(JSON.parse(String(chunk)));
    done();
  },
});

test.before(async () => {
  s = await testSummit(undefined, undefined, createLog('info', destination));
  const { services } = s.summit;
  await services.jobs.stop();
  const declared = services.packs.find('finops')?.jobs.find(({ id }) => id === run.job);
  assert.ok(declared);
  job = { ...declared, due: (context) => due(context) };
  const packs = { all: [{ id: 'finops', jobs: [job] }] } as unknown as PackRegistry;
  jobs = new JobScheduler({ ...services, packs });
});
test.before.each(async () => {
  lines = [];
  await s.asApp('DELETE FROM job_runs RETURNING 1');
});
test.after(() => s?.close());

/** A job of each day, which finds due what a test says. */
let due: Job['due'];
let job: Job;
let jobs: JobScheduler;

const claims = () => new JobClaims(s.summit.services.database, s.summit.services.log);
const tick = () => jobs.runEverywhere('finops', job, new Date(PERIOD));
const takeOver = () => jobs.takeOver([TENANT]);
const runs = () => s.asApp('SELECT failed, finished_at IS NOT NULL AS finished FROM job_runs WHERE job = $1 AND period = $2', [run.job, PERIOD]);

async function metric(job: string, outcome: string): Promise<number> {
  const { body } = await s.send('GET', '/metrics');
  return Number(new RegExp(`^summit_job_runs_total\\{job_name="${job}",outcome="${outcome}"\\} (\\d+)$`, 'm').exec(String(body))?.[1]);
}

test('a run whose process died is taken over within minutes, and not with the next period', async () => {
  let looks = 0;
  due = async () => (++looks > 0 ? ['2026-10'] : []);
  assert.is(await claims().take(run), true);
  await takeOver();
  assert.is(looks, 0, 'it may be at work');
  s.advance({ minutes: 6 });
  await takeOver();
  assert.equal([looks, await runs()], [1, [{ failed: false, finished: true }]]);
  await takeOver();
  assert.is(looks, 1, 'what is done is done');
});

test('a replica that leaves lets go of a run after the subject that it is at, and another goes on with it at once', async () => {
  const { services } = s.summit;
  const packs = { all: [{ id: 'finops', jobs: [job] }] } as unknown as PackRegistry;
  const acted: string[] = [];
  const runner = {
    async runAsSystem(...[, , , , { id = '' }]: Parameters<typeof services.runner.runAsSystem>) {
      acted.push(id);
      leaving.leave();
    },
  } as unknown as typeof services.runner;
  const leaving = new JobScheduler({ ...services, packs, runner });
  due = async () => ['2026-09', '2026-10'].filter((id) => !acted.includes(id));
  await leaving.runEverywhere('finops', job, new Date(PERIOD));
  assert.equal([acted, await runs()], [['2026-09'], [{ failed: false, finished: false }]]);
  await leaving.runEverywhere('finops', job, new Date('2026-11-24T04:15:00.000Z'));
  await new JobScheduler({ ...services, packs, runner }).takeOver([TENANT]);
  assert.equal([acted, await runs()], [['2026-09', '2026-10'], [{ failed: false, finished: true }]]);
});

test('a run that failed is tried again after a while, and stays failed until it succeeds', async () => {
  let mayRun = false;
  due = async () => {
    if (mayRun) return [];
    throw new Error('not yet');
  };
  await claims().take(run);
  await claims().fail(run, true);
  await takeOver();
  assert.equal([await runs(), lines.length], [[{ failed: true, finished: true }], 0]);
  s.advance({ minutes: 11 });
  await takeOver();
  assert.equal(
    lines.map(({ msg, job: id, tenant }) => [msg, id, tenant]),
    [['job failed', job.id, TENANT]],
  );
  mayRun = true;
  await takeOver();
  assert.equal(await runs(), [{ failed: false, finished: true }]);
});

for (const [what, end] of [
  ['crashed', async () => {}],
  ['failed', () => claims().fail(run, true)],
] as const) {
  test(`a run that ${what} while the clock was ahead is taken over once it is set back, by one`, async () => {
    s.advance({ hours: 2 });
    await claims().take(run);
    await end();
    s.advance({ hours: -2 });
    assert.equal(
      (await claims().unfinished(TENANT)).map(({ job }) => job),
      [run.job],
    );
    assert.equal([await claims().take(run), await claims().take(run)], [true, false]);
    assert.equal(await claims().unfinished(TENANT), []);
  });
}

test('what another replica wrote a moment after it was looked for is no sign of a clock that was set', async () => {
  for (const end of [async () => {}, () => claims().fail(run, true)]) {
    s.advance({ minutes: 0.5 });
    await claims().take(run);
    await end();
    s.advance({ minutes: -0.5 });
    assert.equal([await claims().unfinished(TENANT), await claims().take(run)], [[], false]);
  }
});

test('a replica whose look failed after another had found nothing to do leaves no failure behind for a day', async () => {
  due = async () => [];
  await tick();
  due = () => Promise.reject(new Error('only here'));
  await tick();
  assert.equal(await runs(), [{ failed: true, finished: false }]);
  due = async () => [];
  await takeOver();
  assert.equal(await runs(), [{ failed: false, finished: true }]);
});

test('where nothing is due and nothing is unsettled, nothing is written', async () => {
  const { database, tenants, transparencyLog } = s.summit.services;
  for (const tenant of await tenants.ids()) await transparencyLog.upToDate(tenant);
  due = async () => [];
  // What the tests before have left is settled now.
  await tick();
  const { transaction } = database;
  const modes: string[] = [];
  Object.assign(database, {
    transaction: (...given: Parameters<typeof transaction>) => {
      if (given[0] !== 'summit') modes.push(given[1]);
      return transaction(...given);
    },
  });
  try {
    await tick();
  } finally {
    Object.assign(database, { transaction });
  }
  assert.equal([modes.length > 0, modes.includes('write')], [true, false]);
});

test('a run that hangs is held for an hour, and then somebody may take it over', async () => {
  let holds = 0;
  const counting = { transaction: async () => void ++holds } as unknown as Database;
  mock.timers.enable({ apis: ['setInterval'] });
  try {
    const hangs = Promise.withResolvers<void>();
    const held = new JobClaims(counting, s.summit.services.log).holding(run, () => hangs.promise);
    mock.timers.tick(3 * 3_600_000);
    hangs.resolve();
    await held;
  } finally {
    mock.timers.reset();
  }
  assert.is(holds, 60);
  assert.equal(
    lines.map(({ msg, job, tenant }) => [msg, job, tenant]),
    [['a run has not ended within an hour, and may be taken over', run.job, TENANT]],
  );
});

test('a run that a stop has left behind keeps no process', async () => {
  const intervals = mock.method(globalThis, 'setInterval');
  try {
    await claims().holding(run, async () => undefined);
  } finally {
    intervals.mock.restore();
  }
  assert.equal(
    intervals.mock.calls.map(({ result }) => result?.hasRef()),
    [false],
  );
});

/** What no clock comes to while the tests run. */
const SELDOM = '0 0 1 1 *';

test('ticks that are skipped for a run that has not ended are counted, and told of once it takes long', async () => {
  const { metrics, log } = s.summit.services;
  const clock = new Clock(metrics, log);
  const hangs = Promise.withResolvers<void>();
  const at = clock.schedule('test.hanging', SELDOM, () => hangs.promise);
  at(new Date('2026-11-23T05:00:00Z'));
  at(new Date('2026-11-23T05:00:59Z'));
  assert.equal([await metric('test.hanging', 'skipped'), lines], [1, []]);
  for (const later of ['2026-11-23T05:01:00Z', '2026-11-23T05:02:00Z']) at(new Date(later));
  assert.is(await metric('test.hanging', 'skipped'), 3);
  assert.equal(
    lines.map(({ msg, job: id }) => [msg, id]),
    [['a job is still at work, and is not begun again until it has ended', 'test.hanging']],
  );
  hangs.resolve();
  await clock.stop();
});

test("a run of the kernel's own that succeeds is counted, like those of packs", async () => {
  jobs.start(['outbox', 'log', 'take-over', 'partitions', 'forget', run.job]);
  await jobs.stop();
  assert.is(await metric('receipts', 'succeeded'), 1);
});

test('a line from deep inside a run says of which job and tenant it is, and of which run', async () => {
  const { metrics, log } = s.summit.services;
  due = async ({ tenant }) => {
    if (tenant === TENANT) log.info('deep inside');
    return [];
  };
  const clock = new Clock(metrics, log);
  clock.schedule(run.job, SELDOM, tick)(new Date(PERIOD));
  await clock.stop();
  const [line] = lines.filter(({ msg }) => msg === 'deep inside');
  assert.equal([line?.job, line?.tenant], [run.job, TENANT]);
  assert.match(String(line?.run_id), /^[0-9a-f-]{36}$/);
});

test.run();
