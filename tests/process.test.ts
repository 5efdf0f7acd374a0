import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { cli, type ServerProcess, startServer, tokenOf } from './support/process.ts';
import { type Answer, accessRequest } from './support/summit.ts';
import { openTerminal, type Terminal } from './support/terminal.ts';

const test = suite('Process and CLI');
const requests = '/high-risk-ops/requests';
let dataDir: string;
let env: NodeJS.ProcessEnv;
let server: ServerProcess;
/** Of the README's reader. */
let terminal: Terminal;

// One data directory for the whole story: a person starts, asks, stops, crashes and starts again. The demonstrations are told meanwhile.
test.before(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'summit-process-'));
  env = { SUMMIT_DATA_DIR: dataDir, DATABASE_URL: '', SUMMIT_SEED: 'on' };
  server = await startServer(env);
  terminal = openTerminal({ ...env, URL: server.url });
});
test.after(async () => {
  await terminal?.close();
  await server?.stop('SIGKILL');
  rmSync(dataDir, { recursive: true, force: true });
});

async function call(method: string, token: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(server.url + path, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

test('a token is printed while the server runs, and says who one is', async () => {
  const { body } = await call('GET', await tokenOf('engineer', env), '/me');
  assert.equal([body.handle, body.tenant], ['engineer', 'demo-external']);
  const json = await cli(['token', '--tenant', 'summit-internal', '--user', 'auditor', '--json'], env);
  assert.type(JSON.parse(json.stdout).token, 'string');
});

test('wrong use ends with the code that says what kind of wrong it is', async () => {
  const nobody = await cli(['token', '--tenant', 'demo-external', '--user', 'nobody'], env);
  assert.equal([nobody.code, nobody.stdout], [1, '']);
  assert.match(nobody.stderr, 'nobody with the handle nobody');
  assert.is((await cli(['token', '--tenant', 'demo-external'], env)).code, 2);
  assert.is((await cli(['no-such-command'], env)).code, 2);
  assert.is((await cli(['start'], { ...env, PORT: 'x' })).code, 2);
  const help = await cli(['token', '--help'], env);
  assert.equal([help.code, help.stdout.includes('Example:')], [0, true]);
});

test('what could be stolen is readable by its owner only', () => {
  for (const path of ['server.json', 'keys/token.jwk', 'lock']) assert.is(statSync(join(dataDir, path)).mode & 0o077, 0, path);
});

test('the control endpoint takes the local credential and nothing else', async () => {
  const { status } = await call('POST', await tokenOf('operator', env), '/-/control/token', { tenant: 'demo-external', user: 'auditor' });
  assert.is(status, 401);
});

test('a second process on the same data directory is told who holds it', async () => {
  const second = await cli(['start'], { ...env, PORT: '0' });
  assert.is(second.code, 3);
  assert.match(second.stderr, `in use by process ${server.child.pid}`);
});

/** A block of commands in the README, as it stands there. */
function commands(name: string): string {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const script = readme.split(`<!-- ${name}:begin -->`)[1]?.split(`<!-- ${name}:end -->`)[0];
  const [, block] = /```sh\n([\s\S]*?)```/.exec(script ?? '') ?? [];
  assert.ok(block, name);
  return block;
}

/** What curl has printed, a line each. */
function answersIn(stdout: string) {
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

test('the flow of the README runs as it stands there', async () => {
  const { code, stdout, stderr } = await terminal.run(commands('flow'));
  assert.is(code, 0, stderr);
  assert.equal(
    answersIn(stdout).map((answer) => answer.code ?? answer.status ?? (answer.manifest ? 'evidence' : answer.node ? 'graph' : 'list')),
    ['pending', 'policy-denied', 'separation-of-duties', 'pending', 'approved', 'executed', 'revoked', 'list', 'evidence', 'graph'],
  );
});

test('so does its RevOps flow', async () => {
  const { code, stdout, stderr } = await terminal.run(commands('revops'));
  assert.is(code, 0, stderr);
  assert.equal(
    answersIn(stdout).map((answer) => answer.code ?? answer.status ?? (answer.manifest ? 'evidence' : answer.id)),
    ['pending_approval', 'pending_approval', 'approved', 'draft', 'approved', 'activated', 'evidence', 'revops.governance'],
  );
});

test('so does its FinOps flow, and the same usage sent twice counts once', async () => {
  const { code, stdout, stderr } = await terminal.run(commands('finops'));
  assert.is(code, 0, stderr);
  const [first, second, run, readings, finalized, invoice, recomputation, evidence, rated] = answersIn(stdout);
  assert.equal([first.accepted, second.duplicates], [1, 1]);
  assert.equal([run.status, run.invoice.status, finalized.status, invoice.number], ['completed', 'draft', 'finalized', finalized.number]);
  assert.match(finalized.number, /^INV-\d{6}$/);
  assert.equal([...new Set(readings.items.map(({ meter }: { meter: string }) => meter))].sort(), ['policy_decisions', 'workflow_runs']);
  assert.is(recomputation.matches, true);
  assert.is(evidence.manifest.usage.shown, evidence.manifest.usage.total);
  assert.is(rated.total, '3200.00');
});

test('what the README says of evidence runs as it stands there, and verifies', async () => {
  const { code, stdout, stderr } = await terminal.run(commands('proof'));
  assert.is(code, 0, stderr + stdout);
  assert.is(stdout.match(/^Verified\.$/gm)?.length, 2, stdout);
  assert.match(stdout, /^ {2}Completeness: {3}COMPLETE/m);
  assert.match(stdout, /^ {2}Policy replay: {2}REPRODUCED 2 of 2/m);
  assert.match(stdout, /^high-risk-ops\.request,[0-9a-f-]{36},.*,revoked,6,6,true\r?$/m);
});

test('kill -9 in the middle of writes loses nothing that was acknowledged, and nothing is half done', async () => {
  const engineer = await tokenOf('engineer', env);
  const acknowledged: string[] = [];
  const unanswered: string[] = [];
  let stopped = false;
  const clients = Array.from({ length: 6 }, async (_, client) => {
    for (let n = 0; !stopped; n++) {
      const key = `crash-${client}-${n}`;
      try {
        const { status, body } = await call('POST', engineer, requests, accessRequest(), { 'idempotency-key': key });
        if (status === 201) acknowledged.push(body.id);
      } catch {
        // The connection died with the server: whether it was done is what the key is for.
        unanswered.push(key);
        return;
      }
    }
  });
  while (acknowledged.length < 60) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.is(await server.stop('SIGKILL'), 'SIGKILL');
  stopped = true;
  await Promise.all(clients);
  assert.ok(unanswered.length > 0, 'it was killed in the middle');

  server = await startServer(env);
  const listed = new Set<string>();
  let cursor = '';
  do {
    const { body } = await call('GET', engineer, `${requests}?limit=200${cursor && `&cursor=${cursor}`}`);
    for (const { id } of body.items) listed.add(id);
    cursor = body.next_cursor;
  } while (cursor);
  assert.equal(
    acknowledged.filter((id) => !listed.has(id)),
    [],
  );
  assert.is((await call('GET', engineer, `${requests}?without_receipts=true`)).body.total, 0);

  // A retry with the same key gives one request, whether the first had been written or not.
  for (const key of unanswered) {
    const first = await call('POST', engineer, requests, accessRequest(), { 'idempotency-key': key });
    const second = await call('POST', engineer, requests, accessRequest(), { 'idempotency-key': key });
    assert.equal([first.status, second.body.id], [201, first.body.id]);
  }
});

test('an execution that a crash interrupted is finished after the restart, once', async () => {
  const [engineer, lead, officer] = [await tokenOf('engineer', env), await tokenOf('team-lead', env), await tokenOf('security-officer', env)];
  const ids: string[] = [];
  for (let n = 0; n < 4; n++) {
    const { body } = await call('POST', engineer, requests, accessRequest());
    await call('POST', lead, `${requests}/${body.id}/approve`, {});
    await call('POST', officer, `${requests}/${body.id}/approve`, {});
    ids.push(body.id);
  }
  // It dies as soon as one of them has been decided: the others are anywhere between the two actions.
  const underway = ids.map((id) => call('POST', engineer, `${requests}/${id}/execute`, {}).catch(() => null));
  await Promise.race(underway);
  await server.stop('SIGKILL');
  await Promise.all(underway);
  server = await startServer(env);
  const deadline = Date.now() + 20_000;
  const finished: string[] = [];
  for (const id of ids) {
    for (;;) {
      const { status } = (await call('GET', engineer, `${requests}/${id}`)).body;
      // Never decided: as it was before.
      if (status === 'approved') break;
      if (status === 'executed') {
        finished.push(id);
        break;
      }
      assert.ok(Date.now() < deadline, `${id} is still ${status}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  assert.ok(finished.length > 0);
  for (const id of finished) {
    const { body } = await call('GET', engineer, `${requests}/${id}/receipts`);
    assert.is(body.items.filter(({ action }: { action: string }) => action.endsWith('record-outcome')).length, 1, id);
  }
});

test('SIGTERM lets what runs finish, closes cleanly, and the next start finds everything', async () => {
  const engineer = await tokenOf('engineer', env);
  const underway = Array.from({ length: 10 }, () => call('POST', engineer, requests, accessRequest()).catch(() => null));
  await new Promise((resolve) => setTimeout(resolve, 15));
  assert.is(await server.stop('SIGTERM'), 0);
  const answered = (await Promise.all(underway)).flatMap((answer) => (answer?.status === 201 ? [answer.body.id as string] : []));
  assert.ok(answered.length > 0, 'what was underway was answered');
  assert.throws(() => readFileSync(join(dataDir, 'lock')), /ENOENT/);
  const offline = await tokenOf('auditor', env);
  server = await startServer(env);
  for (const id of answered) assert.is((await call('GET', engineer, `${requests}/${id}`)).status, 200);
  assert.is((await call('GET', offline, `${requests}?without_receipts=true`)).body.total, 0);
});

test.run();
