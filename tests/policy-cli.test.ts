import { readFileSync, rmSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { loadConfig } from '../kernel/config/config.ts';
import { createLog } from '../kernel/log.ts';
import { openKernel } from '../kernel/main.ts';
import { bundleDigest } from '../policies/manifest.ts';
import { migratedDataDir } from './support/migrated-data-dir.ts';
import { emptyPolicyFolder, type PolicyFolder } from './support/policy-folder.ts';
import { cli, type Output, type ServerProcess, startServer, tokenOf } from './support/process.ts';
import { accessRequest } from './support/summit.ts';

const test = suite('summit policy replay and backtest');
const CANDIDATE = readFileSync(new URL('./policies/candidates/candidate.wasm', import.meta.url));
const DIGEST = bundleDigest(CANDIDATE);
const TENANT = ['--tenant', 'demo-external'];
const PRELOAD = new URL('./support/signal-at-batch.ts', import.meta.url).href;
/** Three that people were given, and more than three batches of 500. */
const MANY = 1_700;
const ALL = MANY + 3;

let dataDir: string;
let env: NodeJS.ProcessEnv;
let server: ServerProcess;
let tampered: string;
const tokens = new Map<string, string>();
const folders: PolicyFolder[] = [];

// One data directory for the whole story: first a server runs on it, then none does.
test.before(async () => {
  dataDir = await migratedDataDir();
  env = { SUMMIT_DATA_DIR: dataDir, DATABASE_URL: '' };
  server = await startServer(env);
  for (const duration_minutes of [60, 30, 300]) await call('engineer', 'POST', '/high-risk-ops/requests', accessRequest({ duration_minutes }));
  // The newest comes first.
  tampered = JSON.parse((await call('operator', 'GET', '/policy-decisions')).text).items.at(-1).id;
});
test.after(async () => {
  await server?.stop('SIGKILL');
  rmSync(dataDir, { recursive: true, force: true });
  for (const folder of folders) folder.remove('.');
});

function policy(...args: string[]): Promise<Output> {
  return cli(['policy', ...args], env);
}

async function call(user: string, method: string, path: string, body?: unknown) {
  const token = tokens.get(user) ?? (await tokenOf(user, env));
  tokens.set(user, token);
  const response = await fetch(server.url + path, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, text: await response.text() };
}

/** A folder of compiled policies, as `summit policy build` would leave it. */
function candidate(entrypoint: string, wasm: Buffer | string = CANDIDATE): string {
  const folder = emptyPolicyFolder();
  folders.push(folder);
  const bundle = { id: 'high_risk.operations', version: '9.0.0', entrypoint, digest: bundleDigest(Buffer.from(wasm)) };
  folder.write('compiled/candidate.wasm', wasm);
  folder.write('manifest.json', JSON.stringify({ opa: '1.22.2', bundles: [{ ...bundle, wasm: 'compiled/candidate.wasm', sources: {} }] }));
  return folder.path;
}

/** SQL as only the owner of the database can, while nothing else has it open. @returns the rows of the last statement */
async function asOwner(...statements: string[]): Promise<unknown[]> {
  const kernel = await openKernel(loadConfig(env, process.cwd()), { log: createLog('silent') });
  const connection = kernel.services.database.orm.em.getConnection();
  let rows: unknown[] = [];
  for (const sql of statements) rows = await connection.execute(sql);
  await kernel.close();
  return rows;
}

/** The id of the run, which is said before anything else. */
function runIn({ stderr }: Output): string {
  const id = /^demo-external: (?:replay|backtest) (\S+)\n/.exec(stderr)?.[1];
  assert.ok(id, stderr);
  return id;
}

test('in a running server, decisions that come out the same are a success', async () => {
  const { code, stdout, stderr } = await policy('replay', ...TENANT);
  assert.is(code, 0, stderr);
  assert.match(stdout, /^Replay \S+ for demo-external\n3 decisions made again\nAll come out the same\.\n/);
  assert.match(stderr, /^demo-external: replay \S+\n$/);
});

test('without a tenant all are replayed, and --json prints nothing but an array of their runs', async () => {
  const { code, stdout, stderr } = await policy('replay', '--json');
  assert.is(code, 0, stderr);
  const runs = JSON.parse(stdout) as { tenant: string; status: string; kind: string; report: { evaluated: number } }[];
  assert.equal(
    runs.map(({ tenant, kind, status, report }) => [tenant, kind, status, report.evaluated]),
    [
      ['demo-external', 'replay', 'done', 3],
      ['summit-internal', 'replay', 'done', 0],
    ],
  );
});

test('a stricter candidate shows its flips by rule, is there to be switched on, and decides nothing yet', async () => {
  const { code, stdout, stderr } = await policy('backtest', ...TENANT, '--candidate', candidate('high_risk/operations/decision'));
  assert.is(code, 0, stderr);
  assert.match(stdout, `for demo-external: high_risk.operations 9.0.0, bundle ${DIGEST.slice(0, 12)}\n3 decisions made again\n`);
  assert.match(stdout, /allow → deny +1\n {4}half-an-hour +1\n/);
  assert.match(stdout, /other approvals +1\n {4}short-enough +1\n/);
  assert.match(stdout, 'Blast radius: 2 high-risk-ops.request, 0 approvals, 1 person');
  assert.match((await call('auditor', 'GET', `/policy-bundles/${DIGEST}`)).text, '"active":false');
  assert.match((await call('auditor', 'GET', '/receipts?action=policy-bundle.add')).text, 'system:cli');
});

test('a hostile candidate is refused by the server, with the reason, before anything is tried', async () => {
  const { code, stdout, stderr } = await policy('backtest', ...TENANT, '--json', '--candidate', candidate('high_risk/operations/loops'));
  assert.equal([code, stdout], [1, '']);
  assert.match(stderr, /refused: .*longer than 2000 ms/);
  assert.match((await call('operator', 'GET', '/policy-backtests')).text, '"total":1');
});

test('a broken candidate is refused, with the reason', async () => {
  const { code, stdout, stderr } = await policy('backtest', ...TENANT, '--candidate', candidate('high_risk/operations/decision', 'no wasm'));
  assert.equal([code, stdout], [1, '']);
  assert.match(stderr, /refused: it is no WebAssembly/);
});

test('wrong use names the option', async () => {
  const wrong: [string[], string][] = [
    [['replay', '--since', 'yesterday'], "option '--since <time>' argument 'yesterday' is invalid"],
    [['backtest', '--candidate', '.', '--since', '2026-02-30T00:00:00Z'], "option '--since <time>'"],
    [['replay', '--resume', '01985c3e-7d1a-7e2b-9c4f-1a2b3c4d5e6f'], "option '--resume <run>' needs option '--tenant <id>'"],
    [['backtest'], "required option '--candidate <dir>' not specified"],
    [['backtest', '--candidate', '/nowhere'], '/nowhere is not a folder'],
  ];
  for (const [args, message] of wrong) {
    const { code, stdout, stderr } = await policy(...args);
    assert.equal([code, stdout], [2, ''], args.join(' '));
    assert.match(stderr, message);
  }
});

test('an unknown tenant and an unknown run are failures that say so', async () => {
  const nobody = await policy('replay', '--tenant', 'nobody');
  assert.equal([nobody.code, nobody.stderr], [1, 'summit: There is no tenant nobody.\n']);
  const nothing = await policy('replay', ...TENANT, '--resume', '01985c3e-7d1a-7e2b-9c4f-1a2b3c4d5e6f');
  assert.is(nothing.code, 1);
  assert.match(nothing.stderr, 'There is no policy-run 01985c3e');
});

test('with no server, a replay that kill -9 cut off goes on where it stopped, and names what was tampered with', async () => {
  await server.stop('SIGTERM');
  await asOwner(
    "SET session_replication_role = 'replica'",
    `UPDATE policy_decisions SET result = jsonb_set(result, '{allowed}', to_jsonb(NOT allowed)) WHERE id = '${tampered}'`,
    `INSERT INTO policy_decisions SELECT (jsonb_populate_record(d, jsonb_build_object('id', left(d.id::text, 24) || lpad(to_hex(n), 12, '0')))).*
       FROM policy_decisions d, generate_series(1, ${MANY}) n WHERE d.id = (SELECT max(id::text)::uuid FROM policy_decisions)`,
  );
  const killed = await cutOff('SIGKILL', 'replay', ...TENANT);
  assert.equal([killed.code, killed.stdout], [null, '']);
  const id = runIn(killed);
  const progress = await asOwner(
    // The claim of the dead process would run out by itself, in a few seconds.
    'UPDATE outbox SET available_at = summit_now() WHERE done_at IS NULL',
    `SELECT evaluated::int, total::int FROM policy_run_progress WHERE run_id = '${id}'`,
  );
  assert.equal(progress, [{ evaluated: 1_000, total: ALL }]);

  const { code, stdout, stderr } = await policy('replay', ...TENANT, '--resume', id);
  assert.is(code, 1, stderr);
  assert.match(stdout, `Replay ${id} for demo-external\n1,703 decisions made again\n`);
  assert.match(stdout, /deny → allow +1\n/);
  assert.match(stdout, `Which:\n  ${tampered}  deny → allow  high-risk-ops.request `);
});

test('Ctrl-C ends a backtest cleanly and says how to go on, which can be done at once', async () => {
  const interrupted = await cutOff('SIGINT', 'backtest', ...TENANT, '--json', '--candidate', candidate('high_risk/operations/decision'));
  assert.equal([interrupted.code, interrupted.stdout], [130, ''], interrupted.stderr);
  const goOn = /\nsummit: interrupted\nTo go on: summit (.*)\n$/.exec(interrupted.stderr)?.[1];
  assert.ok(goOn, interrupted.stderr);
  const { code, stdout, stderr } = await cli(goOn.split(' '), env);
  assert.is(code, 0, stderr);
  const run = JSON.parse(stdout);
  assert.equal([run.id, run.kind, run.status, run.candidate], [runIn(interrupted), 'backtest', 'done', DIGEST]);
  assert.equal([run.progress, run.report.evaluated], [{ evaluated: ALL, skipped: 0, total: ALL }, ALL]);
});

/** Sends the signal to a command as its run hands over its third batch. */
function cutOff(signal: NodeJS.Signals, ...args: string[]): Promise<Output> {
  return cli(['policy', ...args], { ...env, NODE_OPTIONS: `--import=${PRELOAD}`, SIGNAL_AT_BATCH: signal });
}

test.run();
