import { cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Finding } from '../kernel/doctor/finding.ts';
import { cli, startServer } from './support/process.ts';
import { readyForProduction } from './support/production.ts';

const test = suite('summit doctor');
const root = new URL('..', import.meta.url).pathname;
let folder: string;
let env: NodeJS.ProcessEnv;

// One data directory for the whole story: it is not there, runs, is stopped, and loses what belongs to it.
test.before(() => {
  folder = mkdtempSync(join(tmpdir(), 'summit-doctor-'));
  cpSync(join(root, 'config'), join(folder, 'config'), { recursive: true });
  editJson('config/summit.json', (config) => {
    config.packs = config.packs.map((pack: string) => join(root, 'config', pack));
    config.policies.folder = join(root, 'policies');
  });
  env = { SUMMIT_DATA_DIR: join(folder, 'data'), SUMMIT_CONFIG: join(folder, 'config/summit.json'), DATABASE_URL: '', NODE_ENV: '' };
});
test.after(() => rmSync(folder, { recursive: true, force: true }));

function editJson(name: string, edit: (value: ReturnType<typeof JSON.parse>) => void): void {
  const path = join(folder, name);
  const value = JSON.parse(readFileSync(path, 'utf8'));
  edit(value);
  writeFileSync(path, JSON.stringify(value));
}

/** What it exits with, and its findings that are not ok. */
async function examined(variables: NodeJS.ProcessEnv = {}): Promise<{ code: number | null; checks: readonly string[]; amiss: readonly Finding[] }> {
  const { code, stdout, stderr } = await cli(['doctor', '--json'], { ...env, ...variables });
  assert.ok(stdout.startsWith('{'), stderr);
  const { ok, findings } = JSON.parse(stdout) as { ok: boolean; findings: readonly Finding[] };
  const amiss = findings.filter(({ status }) => status !== 'ok');
  assert.is(ok, code === 0);
  return { code, checks: findings.map(({ check }) => check), amiss };
}

/** The first of its findings, which are all of this check: each tenant has its log. */
async function only(check: string, variables: NodeJS.ProcessEnv = {}): Promise<Finding> {
  const { amiss } = await examined(variables);
  assert.equal([...new Set(amiss.map((finding) => finding.check))], [check], JSON.stringify(amiss));
  const [finding] = amiss;
  assert.ok(finding?.mend);
  return finding;
}

test('where nothing was started yet it makes nothing', async () => {
  assert.equal(await examined(), { code: 0, checks: ['configuration', 'data-directory', 'start'], amiss: [] });
  assert.not.ok(existsSync(join(folder, 'data')));
});

test('all is well with a server that runs, and once it is stopped', async () => {
  const server = await startServer(env);
  const sound = ['packs', 'database', 'clock', 'migrations', 'log'];
  try {
    assert.equal(await examined(), { code: 0, checks: ['configuration', 'data-directory', 'server', ...sound], amiss: [] });
  } finally {
    await server.stop('SIGTERM');
  }
  assert.equal(await examined(), { code: 0, checks: ['configuration', 'data-directory', ...sound], amiss: [] });
});

test('a guard that knows nothing of the log, as each pod would have its own, is found before anything is signed', async () => {
  const [guard, aside] = [join(folder, 'data/guard'), join(folder, 'data/aside')];
  renameSync(guard, aside);
  try {
    const { status, detail } = await only('log');
    assert.equal([status, /knows nothing of summit\.local\/demo-external, of which \d+ leaves were signed/.test(detail)], ['failed', true], detail);
  } finally {
    renameSync(aside, guard);
  }
});

test('so is a key that is not the one that the log was signed with', async () => {
  const path = join(folder, 'data/keys/log.secret');
  const secret = readFileSync(path);
  writeFileSync(path, Buffer.alloc(32, 'another secret'));
  try {
    assert.match((await only('log')).detail, 'was signed by another key than the configured one');
  } finally {
    writeFileSync(path, secret);
  }
});

test('a pack that fails, an endpoint whose name leads nowhere, and settings that stop a start are named', async () => {
  editJson('config/tenants/demo-external.json', (tenant) => {
    tenant.webhooks = [{ id: 'crm', url: 'https://crm.invalid/hooks', events: ['*'] }];
    tenant.packs['high-risk-ops'].settings.targets = 'none';
  });
  editJson('config/summit.json', (config) => config.packs.push(join(folder, 'nowhere')));
  const { code, amiss } = await examined();
  assert.is(code, 1);
  assert.equal(
    amiss.map(({ check }) => check),
    ['webhooks', 'packs', 'packs'],
  );
  for (const [index, said] of [
    'demo-external/crm: crm.invalid leads nowhere',
    'nowhere is disabled: ',
    'packs.high-risk-ops.settings.targets',
  ].entries())
    assert.match(amiss[index]?.detail ?? '', said);
  cpSync(join(root, 'config/tenants'), join(folder, 'config/tenants'), { recursive: true });
  editJson('config/summit.json', (config) => config.packs.pop());
});

test('a database that does not answer is told by another code than what failed', async () => {
  const nowhere = await examined({ DATABASE_URL: 'postgres://me:hunter2@127.0.0.1:1/summit' });
  assert.equal([nowhere.code, nowhere.amiss.map(({ check, status }) => [check, status])], [3, [['database', 'unreachable']]]);
  assert.not.match(JSON.stringify(nowhere), 'hunter2');
});

test('what production refuses is listed whole, and a tenant for demonstrations is pointed out', async () => {
  const refused = await examined({ NODE_ENV: 'production' });
  assert.equal([refused.code, [...new Set(refused.amiss.map(({ check }) => check))]], [1, ['configuration']]);
  const faults = refused.amiss.map(({ detail }) => detail).join('\n');
  for (const setting of ['SUMMIT_DATABASE=embedded', 'log.secret_file', 'log.guard']) assert.match(faults, setting);
  const { code, amiss } = await examined(readyForProduction(folder));
  assert.equal([code, amiss.map(({ check }) => check)], [1, ['demonstrations', 'log', 'log']]);
});

test('people are told what to do, a line below what is wrong', async () => {
  const { code, stdout } = await cli(['doctor'], { ...env, PORT: 'eighty' });
  assert.is(code, 1);
  assert.match(stdout, /^FAILED {6}configuration: environment: PORT must be integer\n {12}→ docs\/deploy\.md/m);
});

test.run();
