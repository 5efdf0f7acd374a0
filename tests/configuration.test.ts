import { generateKeyPairSync } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mock } from 'node:test';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Config, ConfigError, loadConfig } from '../kernel/config/config.ts';
import type { TenantFile } from '../kernel/config/tenant.ts';
import { type Engine, openEngine } from '../kernel/database/engine.ts';
import { HttpServer } from '../kernel/http/server.ts';
import { createLog } from '../kernel/log.ts';
import { openKernel, startSummit } from '../kernel/main.ts';
import { loadPacks } from '../kernel/packs/loader.ts';
import type { Pack } from '../sdk/index.ts';
import { packFolder } from './support/pack-folder.ts';
import { readyForProduction } from './support/production.ts';
import { testSummit } from './support/summit.ts';
import { withProbe } from './support/with-probe.ts';

const test = suite('Configuration and packs');
const root = new URL('..', import.meta.url).pathname;
let folder: string;

test.before.each(() => {
  folder = mkdtempSync(join(tmpdir(), 'summit-config-'));
  cpSync(join(root, 'config'), join(folder, 'config'), { recursive: true });
});
test.after.each(() => rmSync(folder, { recursive: true, force: true }));

const environment = (extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({ SUMMIT_DATA_DIR: join(folder, 'data'), NODE_ENV: 'test', ...extra });

function editTenant(edit: (tenant: ReturnType<typeof JSON.parse>) => void): void {
  const path = join(folder, 'config/tenants/demo-external.json');
  const tenant = JSON.parse(readFileSync(path, 'utf8'));
  edit(tenant);
  writeFileSync(path, JSON.stringify(tenant));
}

test('everything that is wrong is listed at once, with file and field', () => {
  editTenant((tenant) => {
    tenant.users[0].roles = ['Not A Role'];
    tenant.colour = 'red';
  });
  writeFileSync(join(folder, 'config/tenants/summit-internal.json'), '{');
  try {
    loadConfig(environment({ PORT: 'eighty', LOG_LEVEL: 'loud', DATABASE_URL: 'mysql://x' }), folder);
    assert.unreachable();
  } catch (error) {
    assert.instance(error, ConfigError);
    for (const expected of [
      'PORT must be integer',
      'LOG_LEVEL must be one of',
      'DATABASE_URL',
      'colour is not a known field',
      'users.0.roles.0',
      'summit-internal.json: ',
    ]) {
      assert.match((error as Error).message, expected);
    }
  }
});

test('a start seeds in development alone, unless it is switched off there', () => {
  const production = readyForProduction(folder);
  const seeds = (extra: NodeJS.ProcessEnv) => loadConfig(environment({ SUMMIT_SEED: 'on', ...extra }), folder).seedsAtStart;
  assert.equal([{ NODE_ENV: 'development' }, { NODE_ENV: '', SUMMIT_SEED: '' }, production, { NODE_ENV: 'test' }].map(seeds), [
    true,
    true,
    false,
    false,
  ]);
  assert.is(seeds({ NODE_ENV: 'development', SUMMIT_SEED: 'off' }), false);
});

/** What is wrong with the configuration of the test's folder, in words. */
function faultsIn(variables: NodeJS.ProcessEnv): readonly string[] {
  try {
    loadConfig(environment(variables), folder);
    return [];
  } catch (error) {
    assert.instance(error, ConfigError);
    return (error as Error).message.split('\n').slice(1);
  }
}

const tokenKey = () => generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

test('a secret is taken from a file too, and what is wrong with the file is said without what lies in it', () => {
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return name;
  };
  const urls = {
    DATABASE_URL_FILE: file('owner', 'postgres://owner@db/summit\n'),
    SUMMIT_APP_DATABASE_URL_FILE: file('app', 'postgres://app@db/summit'),
  };
  const { environment: read } = loadConfig(environment({ ...urls, SUMMIT_TOKEN_KEY_FILE: file('key', tokenKey()) }), folder);
  assert.equal([read.DATABASE_URL, read.SUMMIT_APP_DATABASE_URL], ['postgres://owner@db/summit', 'postgres://app@db/summit']);
  assert.match(read.SUMMIT_TOKEN_KEY ?? '', 'BEGIN PRIVATE KEY');

  const faults = faultsIn({
    DATABASE_URL: 'postgres://other:hunter2@db/summit',
    DATABASE_URL_FILE: 'owner',
    SUMMIT_APP_DATABASE_URL_FILE: 'nowhere',
    SUMMIT_TOKEN_KEY_FILE: file('empty', '\n'),
  });
  assert.is(faults.length, 3);
  for (const [index, said] of [
    'DATABASE_URL and DATABASE_URL_FILE are both set',
    'SUMMIT_APP_DATABASE_URL_FILE: ',
    'SUMMIT_TOKEN_KEY_FILE: ',
  ].entries())
    assert.match(faults[index] ?? '', said);
  assert.match(faults[1] ?? '', join(folder, 'nowhere'));
  const [noKey = '', ...rest] = faultsIn({ SUMMIT_TOKEN_KEY_FILE: file('short', 'hunter2') });
  assert.equal([rest, noKey.includes('hunter2')], [[], false]);
  assert.match(noKey, 'SUMMIT_TOKEN_KEY is no Ed25519 key');
});

test('a pooler is said where there is one, and only there', () => {
  const server = 'postgres://owner:9fT2xq@db/summit';
  assert.match(faultsIn({ SUMMIT_POOLER: 'transaction' })[0] ?? '', 'SUMMIT_POOLER says how DATABASE_URL is reached, which is not set');
  assert.match(faultsIn({ DATABASE_URL: server, SUMMIT_DIRECT_DATABASE_URL: server })[0] ?? '', 'SUMMIT_POOLER names none');
  assert.match(faultsIn({ DATABASE_URL: server, SUMMIT_POOLER: 'session' })[0] ?? '', 'SUMMIT_POOLER');
  assert.equal(faultsIn({ DATABASE_URL: server, SUMMIT_POOLER: 'transaction', SUMMIT_DIRECT_DATABASE_URL: server }), []);
});

test('production refuses all that is for development alone, at once', () => {
  const ready = readyForProduction(folder);
  const owner = 'postgres://owner:9fT2xq@db/summit';
  const app = 'postgres://web:7Lw0bz@db/summit';
  const shared = { NODE_ENV: 'production', DATABASE_URL: owner, SUMMIT_APP_DATABASE_URL: app };
  assert.equal(faultsIn(ready), []);
  assert.equal(faultsIn(shared), []);
  const refusals: readonly (readonly [NodeJS.ProcessEnv, string])[] = [
    [{ NODE_ENV: 'production' }, 'SUMMIT_DATABASE=embedded'],
    [{ ...ready, DATABASE_URL: owner, SUMMIT_APP_DATABASE_URL: app }, 'leave one of them out'],
    [{ ...shared, SUMMIT_APP_DATABASE_URL: '' }, 'SUMMIT_APP_DATABASE_URL must be set in production'],
    [{ ...shared, SUMMIT_APP_DATABASE_URL: owner }, 'log in as the same role'],
    [{ ...shared, DATABASE_URL: 'postgres://owner:changeme@db/summit' }, 'DATABASE_URL has a password that anybody would try first'],
    [{ ...shared, SUMMIT_APP_DATABASE_URL: 'postgres://web:web@db/summit' }, 'SUMMIT_APP_DATABASE_URL has a password'],
    [{ ...shared, SUMMIT_APP_DATABASE_URL: 'postgres://web:w%65b@db/summit' }, 'SUMMIT_APP_DATABASE_URL has a password'],
    [{ ...shared, DATABASE_URL: 'postgres://db/summit?user=owner&password=postgres' }, 'DATABASE_URL has a password that anybody would try first'],
    [{ ...shared, SUMMIT_APP_DATABASE_URL: 'postgres://db/summit?user=owner&password=7Lw0bz' }, 'log in as the same role'],
    [{ ...shared, DATABASE_URL: 'postgres://owner:%ff@db/summit' }, 'DATABASE_URL cannot be read: URI malformed'],
  ];
  for (const [variables, said] of refusals) {
    const [fault = 'none', ...rest] = faultsIn(variables);
    assert.match(fault, said);
    assert.equal(rest, []);
  }
  const inQuery = { ...shared, DATABASE_URL: 'postgres://db/summit?user=owner&password=9fT2xq' };
  const withPercent = { ...shared, DATABASE_URL: 'postgres://owner:50%off@db/summit' };
  for (const variables of [inQuery, withPercent]) assert.equal(faultsIn(variables), []);
  assert.equal(
    faultsIn({ ...withPercent, PORT: 'eighty' }).map((fault) => fault.includes('PORT must be integer')),
    [true],
    'what else is wrong is said',
  );
  for (const [variables] of refusals) assert.equal(faultsIn({ ...variables, NODE_ENV: 'test', SUMMIT_DATABASE: '' }), []);

  const replicas = { ...shared, SUMMIT_REPLICAS: '3' };
  assert.equal(
    faultsIn(replicas).map(
      (fault) => /SUMMIT_TOKEN_KEY must be set|log\.guard\.folder must be on storage that all 3 replicas share/.exec(fault)?.[0],
    ),
    ['log.guard.folder must be on storage that all 3 replicas share', 'SUMMIT_TOKEN_KEY must be set'],
  );
  const path = join(folder, 'config/summit.json');
  const config = JSON.parse(readFileSync(path, 'utf8'));
  writeFileSync(path, JSON.stringify({ ...config, log: { ...config.log, guard: { ...config.log.guard, shared: true } } }));
  assert.equal(faultsIn({ ...replicas, SUMMIT_TOKEN_KEY: tokenKey() }), []);
  assert.match(faultsIn({ ...ready, SUMMIT_REPLICAS: '2', SUMMIT_TOKEN_KEY: tokenKey() }).join(), 'SUMMIT_DATABASE=embedded is for one process');

  writeFileSync(join(folder, 'log.secret'), 'x'.repeat(32));
  assert.match(faultsIn(ready).join(), 'log.secret_file: what lies in');
  rmSync(join(folder, 'log.secret'));
  assert.match(faultsIn({ NODE_ENV: 'production' }).join('\n'), /SUMMIT_DATABASE=embedded[\s\S]*log\.secret_file cannot be read: ENOENT/);
});

test('how long a sign-in lasts is configured in minutes', () => {
  const path = join(folder, 'config/summit.json');
  const config = JSON.parse(readFileSync(path, 'utf8'));
  const minutesOf = (session_minutes?: unknown): number => {
    writeFileSync(path, JSON.stringify({ ...config, http: { ...config.http, session_minutes } }));
    return loadConfig(environment(), folder).sessionMinutes;
  };
  assert.equal([minutesOf(), minutesOf(1), minutesOf(480)], [720, 1, 480]);
  for (const wrong of [0, -1, 1.5, '60', null, 1e9]) assert.throws(() => minutesOf(wrong), /http\.session_minutes must be/);
});

test('what is wrong with the log is named, and in production nothing that proves comes about by itself', () => {
  const path = join(folder, 'config/summit.json');
  const config = JSON.parse(readFileSync(path, 'utf8'));
  const witness = { name: 'w1', vkey: 'witness.example+00000000+AAAA', url: 'http://127.0.0.1:1' };
  const errorsOf = (log: object, extra: NodeJS.ProcessEnv = {}): string => {
    writeFileSync(path, JSON.stringify({ ...config, log: { ...config.log, ...log } }));
    try {
      loadConfig(environment(extra), folder);
      return 'none';
    } catch (error) {
      assert.instance(error, ConfigError);
      return (error as Error).message;
    }
  };
  assert.match(errorsOf({ witnesses: [witness, witness] }), 'log.witnesses.1.name w1 is there twice');
  assert.match(errorsOf({ witnesses: [{ ...witness, name: 'none' }] }), 'log.witnesses.0.name none');
  assert.match(errorsOf({ witnesses: [witness], quorum: 2 }), 'log.quorum is 2, and there are 1 witnesses');
  assert.match(errorsOf({ guard: { witness: 'w2' }, witnesses: [witness] }), 'log.guard.witness w2 is not one of log.witnesses');
  assert.match(errorsOf({ guard: { directory: 'x' } }), 'log.guard');
  assert.match(errorsOf({ origin: 'with space' }), 'log.origin');

  const production = readyForProduction(folder);
  assert.match(errorsOf({}, production), 'log.secret_file must be set in production');
  assert.match(errorsOf({}, production), 'log.guard must be set in production');
  const inside = errorsOf({ secret_file: '../log.secret', guard: { folder: '../data/guard' } }, production);
  assert.match(inside, 'outside of the data directory');
  assert.is(errorsOf({ secret_file: '../log.secret', guard: { folder: '../guard' } }, production), 'none');
  assert.match(errorsOf({ secret_file: '../log.secret', guard: { folder: '../data/..guard' } }, production), 'outside of the data directory');
  assert.is(errorsOf({ secret_file: '../log.secret', guard: { witness: 'w1' }, witnesses: [witness] }, production), 'none');
});

test('a tenant file that contradicts itself is refused', () => {
  editTenant((tenant) => {
    tenant.users[1].handle = 'engineer';
    tenant.users[2].teams = ['no-such-team'];
    tenant.time_zone = 'Mars/Olympus';
  });
  assert.throws(
    () => loadConfig(environment(), folder),
    (error: Error) => ['there twice', 'no-such-team', 'Mars/Olympus'].every((text) => error.message.includes(text)),
  );
});

test('what a file says is applied once, and again when it changes, with a receipt for each person that differs', async () => {
  const summit = await testSummit();
  try {
    const { services } = summit.summit;
    const receipts = async () => (await summit.get('auditor', '/receipts?actor=system:config')).body;
    const first = (await receipts()).total;
    await services.tenants.apply(summit.config.tenants);
    assert.is((await receipts()).total, first, 'an unchanged file changes nothing');

    const changed = (tenant: TenantFile): TenantFile => ({
      ...tenant,
      users: [
        ...tenant.users
          .filter(({ handle }) => handle !== 'manager')
          .map((user) => (user.handle === 'ae' ? { ...user, roles: [...user.roles, 'engineer'], teams: [] } : user)),
        { handle: 'newcomer', roles: ['engineer'], teams: ['enterprise'] },
      ],
    });
    const tenants = summit.config.tenants.map((tenant) => (tenant.id === 'demo-external' ? changed(tenant) : tenant));
    const managerToken = await summit.token('manager');
    await services.tenants.apply(tenants);

    const { items, total } = await receipts();
    assert.is(total, first + 4, 'the tenant and three people');
    assert.equal(new Set(items.slice(0, 4).map((item: { action: string }) => item.action)), new Set(['config.applied']));
    assert.equal((await summit.get('ae', '/me')).body.roles, ['ae', 'engineer']);
    assert.equal((await summit.get('newcomer', '/me')).body.teams, ['enterprise']);
    const members = (await summit.get('auditor', '/graph/entities/team:enterprise/neighbors?relationship=has_member')).body.neighbors;
    const labels: string[] = members.map(({ label }: { label: string }) => label);
    assert.equal([labels.includes('ae'), labels.includes('manager'), labels.includes('newcomer'), labels.length], [false, false, true, 10]);
    assert.equal((await summit.get('auditor', '/graph/paths?from=user:ae&to=team:enterprise&max_length=1')).body, { paths: [] });
    const gone = await summit.send('GET', '/me', { headers: { authorization: `Bearer ${managerToken}` } });
    assert.is(gone.status, 401, 'who is no longer in the file may no longer do anything');
  } finally {
    await summit.close();
  }
});

test('a file that loses every race stops the boot, and does not try for ever', async () => {
  const summit = await testSummit();
  const { runner, tenants } = summit.summit.services;
  const { runAsSystem } = runner;
  let tries = 0;
  try {
    runner.runAsSystem = async () => {
      if (++tries > 100) throw new Error('it tries for ever');
      throw Object.assign(new Error('another has it'), { code: 'SU003' });
    };
    const [file] = summit.config.tenants;
    if (!file) throw new Error('no tenant is configured');
    const why = await tenants.apply([{ ...file, title: 'Another' }]).then(
      () => 'it is applied',
      (error: Error) => `${error.message} (${(error.cause as Error | undefined)?.message})`,
    );
    assert.match(why, /^the file of tenant demo-external could not be applied, 10 times over: .* \(another has it\)$/);
  } finally {
    runner.runAsSystem = runAsSystem;
    await summit.close();
  }
});

test('settings that a pack refuses stop the boot, naming the field', async () => {
  const config = loadConfig(environment(), root);
  const tenants = config.tenants.map((tenant) => ({
    ...tenant,
    packs: { 'high-risk-ops': { enabled: true, settings: { targets: { db: { executor: 'magic' } } } } },
  }));
  try {
    await openKernel({ ...config, tenants }, { log: createLog('silent'), databaseDir: null });
    assert.unreachable();
  } catch (error) {
    assert.match((error as Error).message, 'tenant demo-external: packs.high-risk-ops.settings.targets.db.executor must be one of stub');
  }
});

test('a number in settings that is not whole stops the boot in the same way, whatever the schema allows and whether the pack is on', async () => {
  const packs = packFolder();
  const shares = packs.pack('shares', 'settings: sdk.Strict({ of: sdk.Type.Record(sdk.Type.String(), sdk.Type.Array(sdk.Type.Number())) })');
  const config = loadConfig(environment(), root);
  const starting = (enabled: boolean) => {
    const shared = { shares: { enabled, settings: { of: { ae: [10, 12.5] } } } };
    const tenants = config.tenants.map((tenant) => ({ ...tenant, packs: { ...tenant.packs, ...shared } }));
    const opened = openKernel({ ...config, tenants, packPaths: [...config.packPaths, shares] }, { log: createLog('silent'), databaseDir: null });
    return opened.then((kernel) => kernel.close()).catch((error: unknown) => error);
  };
  try {
    for (const enabled of [true, false]) {
      const error = await starting(enabled);
      assert.instance(error, ConfigError);
      assert.match(
        String(error),
        'tenant demo-external: packs.shares.settings.of.ae.1 is 12.5: a number of the settings is whole, and any other is a decimal string',
      );
    }
  } finally {
    packs.remove();
  }
});

/** An embedded database in memory, and how often it was closed. */
function watchedEngine(config: Config): { engine: Engine; closed: () => number } {
  const engine = openEngine(config.environment, null);
  if (!('close' in engine)) throw new Error('the embedded database was meant');
  let closed = 0;
  const close = () => {
    closed++;
    return engine.close();
  };
  return { engine: { ...engine, close }, closed: () => closed };
}

test('a server that cannot be put together closes what it has opened', async () => {
  const config = loadConfig(environment(), root);
  const { engine, closed } = watchedEngine(config);
  const rig = (pack: Pack): Pack => ({ ...pack, queries: pack.queries.map((query) => Object.assign({}, query, { query: null })) });
  const why = await startSummit(config, { log: createLog('silent'), engine, rig }).then(
    () => 'it starts',
    (error: Error) => error.message,
  );
  assert.match(why, /null/);
  assert.is(closed(), 1);
});

test('so does one that listens already, and cannot say where', async () => {
  const config = loadConfig({ ...environment(), PORT: '0' }, root);
  mkdirSync(join(config.dataDir, 'server.json'), { recursive: true });
  const { engine, closed } = watchedEngine(config);
  const servers = mock.method(HttpServer, 'listening');
  try {
    const why = await startSummit(config, { log: createLog('silent'), engine }).catch((error: NodeJS.ErrnoException) => error.code);
    const server = await servers.mock.calls[0]?.result;
    assert.equal([why, closed()], ['EISDIR', 1]);
    assert.throws(() => server?.port, 'null');
  } finally {
    servers.mock.restore();
  }
});

test('where a part of the kernel cannot be stopped, the rest is closed all the same', async () => {
  const config = loadConfig(environment(), root);
  const { engine, closed } = watchedEngine(config);
  const { services, close } = await openKernel(config, { log: createLog('silent'), engine });
  services.seeding.stop = () => Promise.reject(new Error('not now'));
  services.outbox.stop = () => Promise.reject(new Error('nor now'));
  const error = await close().catch((failure: unknown) => failure);
  assert.instance(error, AggregateError);
  assert.is(closed(), 1);
});

test('a pack that fails is disabled with those that require it, and the rest works', async () => {
  const broken = join(folder, 'high-risk-ops');
  cpSync(join(root, 'packs/high-risk-ops'), broken, { recursive: true });
  writeFileSync(join(broken, 'manifest.ts'), 'throw new Error("broken on purpose");');
  const summit = await testSummit((config) => {
    const probed = withProbe(config);
    return { ...probed, packPaths: [broken, ...probed.packPaths.slice(1)] };
  });
  try {
    const { failed_packs, status } = (await summit.send('GET', '/readyz')).body;
    assert.is(status, 'ok');
    assert.equal(
      failed_packs.map(({ id }: { id: string }) => id),
      ['high-risk-ops', 'trust-and-proof', 'probe'],
    );
    assert.match(failed_packs[0].reason, 'broken on purpose');
    for (const dependent of failed_packs.slice(1)) assert.match(dependent.reason, 'requires high-risk-ops');
    assert.is((await summit.get('engineer', '/me')).status, 200);
    assert.is((await summit.get('engineer', '/high-risk-ops/requests')).status, 404);
  } finally {
    await summit.close();
  }
});

test('a pack that requires what is missing, another version, or itself says so', async () => {
  const packs = packFolder();
  const requiring = (id: string, requires: Record<string, string>) => packs.pack(id, `requires: ${JSON.stringify(requires)}`);
  try {
    const registry = await loadPacks(
      [
        requiring('alone', { nobody: '^1' }),
        requiring('old', { fine: '^9' }),
        requiring('a', { b: '*' }),
        requiring('b', { a: '*' }),
        requiring('late', { fine: '^1' }),
        packs.pack('fine'),
        requiring('unreadable', { fine: 'newest' }),
        packs.pack('elsewhere', "summit: '^7.0.0'"),
      ],
      '0.1.0',
    );
    assert.equal(
      registry.all.map(({ id }) => id),
      ['fine', 'late'],
    );
    const reasons = Object.fromEntries(registry.failed.map(({ id, reason }) => [id, reason]));
    assert.match(reasons.alone ?? '', 'requires nobody ^1, which is not there');
    assert.match(reasons.old ?? '', 'requires fine ^9, found 1.0.0');
    assert.match(reasons.a ?? '', 'a → b → a');
    assert.match(reasons.unreadable ?? '', '"newest" is no range of versions of fine');
    assert.match(reasons.elsewhere ?? '', 'it needs Summit ^7.0.0, this is 0.1.0');
  } finally {
    packs.remove();
  }
});

test.run();
