import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { loadConfig } from '../../kernel/config/config.ts';
import { createLog } from '../../kernel/log.ts';
import { startSummit } from '../../kernel/main.ts';
import { packFolder } from '../support/pack-folder.ts';
import { root, type ServerProcess } from '../support/process.ts';
import { type Replicas, replicated } from '../support/replicas.ts';

const test = suite('Jobs of several replicas');
const TENANT = 'demo-external';
const CLOCKS = 3;
const PATIENCE_MS = 30_000;
/** Longer than the claim of a replica that does not keep it. */
const AFTER_THE_CLAIM_MS = 6 * 60_000;

/** Each second every clock strikes: nothing in its state would keep it from striking twice. */
const CHIMES = `entities: [Clock], migrations: [sdk.migration('0001-clocks', [sdk.governedTable('clocks', 'strikes integer NOT NULL')])],
  actions: [hang, strike],
  jobs: [sdk.defineJob({ id: 'chimes.strike', title: 'Strike', schedule: '* * * * * *', action: strike,
    due: async ({ db }) => (await db.find(Clock, {})).map(({ id }) => id).sort() })]`;
const CHIMES_PARTS = `
  const Clock = sdk.governed({ type: 'chimes.clock', table: 'clocks', fields: { strikes: sdk.field.integer() }, transitions: { hung: ['hung'] } });
  const common = { title: 'Clock', roles: ['engineer'], entity: Clock, input: sdk.Empty, policy: sdk.none('clocks are harmless') };
  const nothing = { edges: sdk.none('a clock is alone'), usage: sdk.none('time is free') };
  const hang = sdk.defineAction({ ...common, id: 'chimes.hang', route: { method: 'POST', path: '/clocks' }, from: [], success: 201,
    load: async () => null, subject: () => null,
    apply: (_, at) => ({ ...nothing, answer: {}, subjects: [sdk.create(Clock, at, { id: at.subjectId, status: 'hung', strikes: 0 })] }) });
  const strike = sdk.defineAction({ ...common, id: 'chimes.do-strike', from: ['hung'],
    load: ({ db, params }) => db.lock(Clock, params.id), subject: (clock) => clock,
    apply: (clock, at) => ({ ...nothing, answer: {}, subjects: [sdk.change(Clock, at, clock, { strikes: clock.strikes + 1 })] }) });`;

let packs: ReturnType<typeof packFolder>;
let replicas: Replicas;

test.before(async () => {
  packs = packFolder();
  const chimes = packs.pack('chimes', CHIMES, CHIMES_PARTS);
  replicas = await replicated({ SUMMIT_CONFIG: configured(chimes) });
});
test.after(async () => {
  await replicas?.close();
  packs.remove();
});

/** The shipped configuration with this pack alone. */
function configured(pack: string): string {
  const folder = join(packs.path, 'config');
  cpSync(join(root, 'config'), folder, { recursive: true });
  const edit = (file: string, change: object) => {
    const path = join(folder, file);
    writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), ...change }));
  };
  edit('summit.json', { packs: [pack], policies: { folder: join(root, 'policies') } });
  edit('tenants/summit-internal.json', { packs: {} });
  edit(`tenants/${TENANT}.json`, { packs: { chimes: { enabled: true } } });
  return join(folder, 'summit.json');
}

interface Clock {
  readonly id: string;
  readonly strikes: number;
}

const clocks = () => replicas.asApp<Clock>('SELECT id, strikes FROM clocks ORDER BY id');

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await isSo())) {
    assert.ok(Date.now() < deadline, `never came: ${what}`);
    await sleep(50);
  }
}

async function runsOf({ url }: ServerProcess): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^summit_job_runs_total\{job_name="chimes\.strike",outcome="succeeded"\} (\d+)$/m.exec(text)?.[1] ?? 0);
}

test('two whose schedules fire at the same moment do the work of each period once', async () => {
  const servers = await Promise.all([replicas.start('first'), replicas.start('second')]);
  const headers = { authorization: `Bearer ${await replicas.token('engineer')}`, 'content-type': 'application/json' };
  for (let hung = 0; hung < CLOCKS; hung++) {
    const { status } = await fetch(`${servers[0]?.url}/clocks`, { method: 'POST', headers, body: '{}' });
    assert.is(status, 201);
  }
  await until('each has had a few', async () => (await Promise.all(servers.map(runsOf))).every((runs) => runs >= 2));
  await Promise.all(servers.map((server) => server.stop('SIGTERM')));
  const runs = await replicas.asApp<{ finished: boolean }>('SELECT finished_at IS NOT NULL AS finished FROM job_runs');
  assert.ok(runs.length >= 4 && runs.every(({ finished }) => finished));
  // Nothing is due before there is a clock, so the first has struck in every run; the others may have come after one.
  assert.is(Math.max(...(await clocks()).map(({ strikes }) => strikes)), runs.length);
});

test('what a replica that is killed in the middle has left is taken over, and by one alone', async () => {
  const before = await clocks();
  const [, second] = before;
  assert.ok(second);
  // Whoever strikes waits here, with the first clock behind it and others before it.
  const holder = new pg.Client({ connectionString: replicas.url });
  await holder.connect();
  await holder.query(`BEGIN; SET LOCAL ROLE summit_app; SET LOCAL summit.tenant = '${TENANT}'`);
  await holder.query('SELECT FROM clocks WHERE id = $1 FOR UPDATE', [second.id]);
  const victim = await replicas.start('victim');
  const waits = `SELECT FROM pg_stat_activity WHERE application_name = 'victim' AND wait_event_type = 'Lock' AND query LIKE '%clocks%'`;
  await until('the victim is in the middle', async () => (await replicas.query(waits)).length > 0);
  await victim.stop('SIGKILL');
  await holder.query('COMMIT');
  await holder.end();
  const unfinished = () => replicas.asApp<{ period: Date }>('SELECT period FROM job_runs WHERE finished_at IS NULL');
  assert.is((await unfinished()).length, 1);
  const left = await clocks();
  assert.equal([left[0]?.strikes, left[1]?.strikes], [(before[0]?.strikes ?? 0) + 1, second.strikes]);

  const config = loadConfig({ NODE_ENV: 'test', PORT: '0', ...replicas.env }, root);
  const options = { log: createLog('silent'), clockShift: () => AFTER_THE_CLAIM_MS, idle: true };
  const survivors = await Promise.all([startSummit(config, options), startSummit(config, options)]);
  try {
    await Promise.all(survivors.map(({ services }) => services.jobs.takeOver([TENANT])));
    assert.is((await unfinished()).length, 0);
    const struck = (await clocks()).map(({ strikes }, index) => strikes - (left[index]?.strikes ?? 0));
    assert.equal(struck, Array(CLOCKS).fill(1));
    await survivors[0]?.services.jobs.takeOver([TENANT]);
    assert.equal(
      (await clocks()).map(({ strikes }, index) => strikes - (left[index]?.strikes ?? 0)),
      struck,
    );
  } finally {
    await Promise.all(survivors.map((survivor) => survivor.close()));
  }
});

test.run();
