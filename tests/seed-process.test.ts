import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { migratedDataDir } from './support/migrated-data-dir.ts';
import { cli, type ServerProcess, startServer, tokenOf } from './support/process.ts';

const test = suite('Seeding, by processes');
let dataDir: string;
let env: NodeJS.ProcessEnv;
let server: ServerProcess | null = null;
/** The token of who asks it, once somebody does. */
let auditor: string | null = null;

// One data directory for the whole story: somebody starts, is cut off, seeds, makes it anew.
test.before(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'summit-seed-'));
  env = { SUMMIT_DATA_DIR: dataDir, DATABASE_URL: '', LOG_LEVEL: 'info', NODE_ENV: '' };
});
test.after(async () => {
  await server?.stop('SIGKILL');
  rmSync(dataDir, { recursive: true, force: true });
});

async function start(SUMMIT_SEED: 'on' | 'off', of = env): Promise<ServerProcess> {
  server = await startServer({ ...of, SUMMIT_SEED });
  auditor = null;
  return server;
}

async function stop(signal: NodeJS.Signals): Promise<number | string | undefined> {
  const code = await server?.stop(signal);
  server = null;
  return code;
}

async function total(path: string, of = env): Promise<number> {
  auditor ??= await tokenOf('auditor', of);
  const response = await fetch(server?.url + path, { headers: { authorization: `Bearer ${auditor}` } });
  assert.is(response.status, 200, path);
  return ((await response.json()) as { total: number }).total;
}

/** Until the stories have begun. */
async function begun(): Promise<void> {
  while ((await total('/high-risk-ops/requests')) === 0) await sleep(20);
}

/** Resolves once the server has logged this of its seeding. */
function logged({ child }: ServerProcess, line: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let text = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    text += chunk;
    if (text.includes(line)) resolve();
    if (text.includes('could not be seeded')) reject(new Error(text));
  });
  child.on('close', () => reject(new Error(text)));
  return promise;
}

interface Story {
  readonly pack: string;
  readonly outcome: 'told' | 'known';
  readonly made: Readonly<Record<string, number>>;
}

async function seeded(): Promise<readonly Story[]> {
  const { code, stdout, stderr } = await cli(['seed', '--json'], env);
  assert.is(code, 0, stderr);
  return JSON.parse(stdout).stories;
}

test('the first start seeds while the server answers; kill -9 in the middle loses nothing and does nothing twice', async () => {
  await start('on');
  await begun();
  assert.is(await stop('SIGKILL'), 'SIGKILL');
  await start('on');
  await seeded();
  const whole = { '/high-risk-ops/requests': 5, '/revops/quotes': 5, '/revops/leads': 5, '/billing/invoices': 6, '/billing/runs': 6 };
  for (const [path, expected] of Object.entries(whole)) assert.is(await total(path), expected, path);
  assert.is(await stop('SIGTERM'), 0);
});

test('a stop in the middle of seeding is a clean one, and the next start goes on', async () => {
  assert.is((await cli(['reset-demo', '--yes'], { ...env, NODE_ENV: 'production' })).code, 1);
  for (const name of ['database', 'guard']) rmSync(join(dataDir, name), { recursive: true, force: true });
  const stopped = logged(await start('on'), 'seeding was stopped: the next start goes on with it');
  await begun();
  assert.is(await stop('SIGTERM'), 0);
  await stopped;
  await logged(await start('on'), 'the tenant is seeded');
  assert.is(await total('/billing/invoices'), 6);
  assert.is(await stop('SIGTERM'), 0);
});

test('what is seeded is seeded, by whoever it is asked: without a server, by its start, by its command', async () => {
  const nothing = (stories: readonly Story[]) =>
    assert.ok(stories.every(({ outcome, made }) => outcome === 'known' && Object.keys(made).length === 0));
  nothing(await seeded());
  await start('on');
  nothing(await seeded());
  const { stdout, stderr } = await cli(['seed'], env);
  assert.is(stdout, '');
  assert.is(stderr.match(/was seeded before, nothing has changed/g)?.length, 3, stderr);
});

test('nothing is made anew below a running server, which is named', async () => {
  const { code, stderr } = await cli(['reset-demo', '--yes'], env);
  assert.is(code, 1);
  assert.match(stderr, `The server at ${server?.url} runs on ${dataDir}: stop it first (Ctrl-C in its terminal, or kill ${server?.child.pid})`);
  assert.ok(existsSync(join(dataDir, 'database')));
  assert.is(await stop('SIGTERM'), 0);
});

test('it asks before it deletes, and where nobody can answer it does not', async () => {
  const { code, stderr } = await cli(['reset-demo'], env);
  assert.is(code, 2);
  for (const name of ['database', 'keys', 'guard']) assert.match(stderr, join(dataDir, name));
  assert.match(stderr, 'say --yes');
});

test('made anew, there are the stories alone, under a log with other keys that can be signed', async () => {
  const keys = async () => (await cli(['log-policy', '--tenant', 'demo-external'], env)).stdout;
  const before = await keys();
  writeFileSync(join(dataDir, 'mine'), 'of somebody else');
  const { code, stderr } = await cli(['reset-demo', '--yes'], env);
  assert.is(code, 0, stderr);
  assert.match(stderr, 'Made 5 high-risk-ops.request');
  assert.ok(existsSync(join(dataDir, 'mine')));
  const status = await cli(['log', 'status', '--tenant', 'demo-external'], env);
  assert.is(status.code, 0, status.stderr);
  assert.is(JSON.parse(status.stdout).halted, null);
  assert.is.not(await keys(), before);
});

test('nothing is seeded or reset in production, nor where it is switched off', async () => {
  for (const command of ['seed', 'reset-demo']) {
    const { code, stderr } = await cli([command, '--yes'].slice(0, command === 'seed' ? 1 : 2), { ...env, NODE_ENV: 'production' });
    assert.equal([code, /^summit: Nothing is (seeded|reset) in production/.test(stderr)], [1, true], stderr);
  }
  const empty = { ...env, SUMMIT_DATA_DIR: await migratedDataDir() };
  const { child } = await start('off', empty);
  let log = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    log += chunk;
  });
  for (const path of ['/high-risk-ops/requests', '/revops/leads']) assert.is(await total(path, empty), 0, path);
  assert.is(await stop('SIGTERM'), 0);
  // One that had begun would say how far it came.
  assert.not.match(log, 'seed');
  rmSync(empty.SUMMIT_DATA_DIR, { recursive: true });
});

test('a log that is remembered elsewhere, and a database that may hold more, are left alone, and what to do is said', async () => {
  const { code, stderr } = await cli(['reset-demo', '--yes'], { ...env, DATABASE_URL: 'postgres://me:secret@db.example:5432/summit' });
  assert.equal([code, stderr.includes('secret')], [1, false]);
  assert.match(stderr, 'dropdb -h db.example -p 5432 -U me summit && createdb -h db.example -p 5432 -U me summit && rm -r');
  const odd = await cli(['reset-demo', '--yes'], { ...env, DATABASE_URL: "postgres://o'hara@%2Frun/x%20y?host=/run/pg&port=1" });
  assert.match(odd.stderr, `dropdb -h /run/pg -p 1 -U 'o'\\''hara' 'x y' && createdb`);
  assert.ok(existsSync(join(dataDir, 'database')));
});

test('what remembers a database that lies elsewhere stays, though nobody says where that is', async () => {
  const kept = ['guard', 'keys'].map((name) => join(dataDir, name));
  renameSync(join(dataDir, 'database'), join(dataDir, 'elsewhere'));
  const { code, stderr } = await cli(['reset-demo', '--yes'], env);
  assert.is(code, 1);
  assert.match(stderr, `no database, and yet ${kept.join(' and ')}`);
  assert.ok(kept.every((path) => existsSync(path)));
});

test.run();
