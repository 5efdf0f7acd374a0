import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Config, loadConfig } from '../kernel/config/config.ts';
import type { TenantFile } from '../kernel/config/tenant.ts';
import { createLog } from '../kernel/log.ts';
import { openKernel, type Summit, startSummit } from '../kernel/main.ts';
import { errorsIn } from '../kernel/validation.ts';
import { definePack, Empty } from '../sdk/index.ts';
import { handsOn } from '../sdk/testing/hands.ts';
import { migratedDataDir } from './support/migrated-data-dir.ts';
import { type Answer, accessRequest, type TestSummit, testSummit } from './support/summit.ts';

const test = suite('SKUs');
const root = new URL('..', import.meta.url).pathname;
const SKU = 'trust-and-proof';
const REQUIRED = ['high-risk-ops', 'revops', 'finops'];

let s: TestSummit;
let folder: string;

test.before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'summit-sku-'));
  s = await testSummit();
});
test.after(async () => {
  await s?.close();
  rmSync(folder, { recursive: true, force: true });
});

const set = (pack: string, body: object, call = {}, tenant = 'demo-external') =>
  s.put('operator', `/tenants/${tenant}/packs/${pack}`, body, { tenant, ...call });
const sku = async (tenant = 'demo-external') => (await s.get('auditor', `/skus/${SKU}`, { tenant })).body;
const enabledOf = ({ body }: Answer) => Object.fromEntries(body.items.map(({ id, enabled }: { id: string; enabled: boolean }) => [id, enabled]));
const receiptsOf = async (action: string, tenant: string) => (await s.get('auditor', `/receipts?action=${action}&outcome=allowed`, { tenant })).body;

/** The configuration with other packs than `packs` in each tenant's file. */
const withPacks = (packs: TenantFile['packs']) => (config: Config) => ({
  ...config,
  tenants: config.tenants.map((tenant) => ({ ...tenant, packs })),
});
const settingsIn = ({ tenants }: Config, pack: string) => tenants[0]?.packs[pack]?.settings ?? {};

/** For those that start on the same data more than once. */
async function onDisk(name: string): Promise<Config> {
  return loadConfig({ PORT: '0', NODE_ENV: 'test', SUMMIT_DATA_DIR: await migratedDataDir(join(folder, name)) }, root);
}

/** What keeps a Summit from starting. */
async function whyNot(change: (config: Config) => Config): Promise<string> {
  try {
    await (await testSummit(change)).close();
  } catch (error) {
    return (error as Error).message;
  }
  return 'it starts';
}

/** A copy of the SKU with another manifest. */
function edited(name: string, edit: (source: string) => string): string {
  const path = join(folder, name, SKU);
  cpSync(join(root, 'packs', SKU), path, { recursive: true });
  for (const file of ['manifest.ts', 'features.ts']) writeFileSync(join(path, file), edit(readFileSync(join(path, file), 'utf8')));
  return path;
}

const withSku = (path: string) => (config: Config) => ({ ...config, packPaths: config.packPaths.map((pack) => (pack.endsWith(SKU) ? path : pack)) });

test('a SKU says what it contains, and what provides each part of it', async () => {
  const answer = await sku();
  assert.equal([answer.id, answer.title, answer.version, answer.enabled], [SKU, 'Trust & Proof Pack', '0.1.0', true]);
  assert.equal(
    answer.packs.map(({ id, enabled }: { id: string; enabled: boolean }) => [id, enabled]),
    REQUIRED.map((id) => [id, true]),
  );
  for (const { id, provided_by, enabled } of answer.features) {
    assert.ok(provided_by.length > 0, id);
    assert.is(enabled, true, id);
  }
  const feature = answer.features.find(({ id }: { id: string }) => id === 'policy-replay');
  assert.equal(feature.provided_by[1], {
    ...{ kind: 'query', id: 'policy-decision.replay', title: 'Make a decision again' },
    ...{ pack: 'summit', version: '0.1.0', enabled: true, method: 'POST', path: '/policy-decisions/:id/replay' },
  });
  assert.equal(
    answer.evidence.map(({ path }: { path: string }) => path),
    ['/evidence/high-risk-ops/:id', '/evidence/revops/deals/:id', '/evidence/billing/:tenant_id/:period', '/evidence/populations/:type'],
  );
});

test('everything that it names is there: dashboards answer, policies name the bundle that decides, routes are in the document', async () => {
  const { dashboards, policies, features, evidence } = await sku();
  assert.is(dashboards.length, 3);
  for (const { id, path } of dashboards) assert.is((await s.get('operator', path)).body.id, id);
  const bundles = (await s.get('auditor', '/policy-bundles')).body.items;
  assert.is(policies.length, 2);
  for (const { id, active } of policies) {
    const deciding = bundles.find((bundle: { id: string; active: boolean }) => bundle.id === id && bundle.active);
    assert.equal(active, { digest: deciding.digest, version: deciding.version });
  }
  const { paths } = (await s.send('GET', '/openapi.json')).body;
  const routes = [...evidence, ...features.flatMap(({ provided_by }: { provided_by: object[] }) => provided_by)].filter(({ path }) => path !== null);
  for (const { method, path } of routes) assert.ok(paths[path.replaceAll(/[:*](\w+)/g, '{$1}')]?.[method.toLowerCase()], `${method} ${path}`);
});

test('answers are what the OpenAPI document says, everybody may read them, and what is no SKU is not found', async () => {
  const { paths } = (await s.send('GET', '/openapi.json')).body;
  const schemaOf = (path: string) => paths[path].get.responses['200'].content['application/json'].schema;
  const list = (await s.get('engineer', '/skus')).body;
  assert.equal([list.total, list.items[0]], [1, await sku()]);
  assert.equal(errorsIn(schemaOf('/skus'), list), []);
  assert.equal(errorsIn(schemaOf('/skus/{id}'), await sku()), []);
  for (const id of ['finops', 'nothing', 'summit']) assert.equal((await s.get('engineer', `/skus/${id}`)).body.code, 'not-found', id);
  assert.is((await s.send('GET', '/skus')).status, 401);
});

test('disabled, it leaves its packs as they are; they can then be disabled, and it says what is missing', async () => {
  const refused = await set('revops', { enabled: false });
  assert.equal([refused.status, refused.body.code], [409, 'conflict']);
  assert.match(refused.body.detail, SKU);
  const off = await set(SKU, { enabled: false });
  assert.equal([off.status, off.body.also_enabled], [200, []]);
  assert.equal([(await sku()).enabled, (await s.get('engineer', '/high-risk-ops/requests')).status], [false, 200]);
  assert.is((await set('revops', { enabled: false })).status, 200);
  const { enabled, packs, features, policies, dashboards } = await sku();
  const on = (parts: { id: string; enabled: boolean }[]) => Object.fromEntries(parts.map((part) => [part.id, part.enabled]));
  assert.equal([enabled, on(packs)], [false, { 'high-risk-ops': true, revops: false, finops: true }]);
  const has = on(features);
  assert.equal([has['temporary-access'], has['discount-governance'], has.receipts], [true, false, true]);
  assert.equal([on(policies)['revops.discount_approvals'], on(dashboards)['revops.governance']], [false, false]);
  assert.is((await sku('summit-internal')).enabled, true, 'each tenant has its own');
});

test('enabled, it brings along what it requires and is off, in one action with a receipt for each', async () => {
  const before = await receiptsOf('tenant.set-pack', 'demo-external');
  const settings = { targets: { 'only-db': { executor: 'stub' } } };
  await set('high-risk-ops', { enabled: false, settings });
  const on = await set(SKU, { enabled: true });
  assert.equal([on.status, on.body.enabled, on.body.also_enabled], [200, true, ['high-risk-ops', 'revops']]);
  assert.is((await sku()).enabled, true);
  const after = await receiptsOf('tenant.set-pack', 'demo-external');
  assert.is(after.total, before.total + 4, 'one for switching off, three for the action');
  const subjects = after.items.slice(0, 3).map(({ subject }: { subject: { id: string } }) => subject.id);
  const witnessed = await s.asApp('SELECT pack_id FROM pack_enablements WHERE id = ANY($1) ORDER BY pack_id', [subjects]);
  assert.equal(
    witnessed.map(({ pack_id }) => pack_id),
    ['high-risk-ops', 'revops', SKU],
  );
  assert.is((await s.post('engineer', '/high-risk-ops/requests', accessRequest({ target: 'only-db' }))).status, 201, 'with the settings that it had');
  const again = await set(SKU, { enabled: true });
  assert.equal([again.status, again.body.also_enabled], [200, []]);
});

test('a pack that cannot be enabled with what settings it has is named with the field, and nothing is enabled', async () => {
  const bare = await testSummit(withPacks({}));
  try {
    const put = (pack: string, body: object) => bare.put('operator', `/tenants/demo-external/packs/${pack}`, body);
    const refused = await put(SKU, { enabled: true });
    assert.equal([refused.status, refused.body.code], [400, 'invalid-input']);
    assert.equal(
      refused.body.errors.map(({ path }: { path: string }) => path),
      ['packs.high-risk-ops.settings.targets', 'packs.finops.settings.plans'],
    );
    assert.match(refused.body.detail, 'Enable first, with its settings');
    assert.ok(Object.values(enabledOf(await bare.get('operator', '/packs'))).every((enabled) => enabled === false));
    for (const pack of ['high-risk-ops', 'finops']) {
      assert.is((await put(pack, { enabled: true, settings: settingsIn(s.config, pack) })).status, 200);
    }
    assert.equal((await put(SKU, { enabled: true })).body.also_enabled, ['revops']);
    assert.is((await bare.get('auditor', `/skus/${SKU}`)).body.enabled, true);
  } finally {
    await bare.close();
  }
});

test('an ordinary pack brings along nothing', async () => {
  const probe = join(root, 'tests/support/probe-pack');
  const bare = await testSummit((config) => ({ ...withPacks({})(config), packPaths: [...config.packPaths, probe] }));
  try {
    const refused = await bare.put('operator', '/tenants/demo-external/packs/probe', { enabled: true });
    assert.is(refused.status, 409);
    assert.match(refused.body.detail, 'requires high-risk-ops');
  } finally {
    await bare.close();
  }
});

test('one line of a tenant file enables it with what it requires, each with the settings that stand beside it', async () => {
  assert.equal(
    enabledOf(await s.get('auditor', '/packs', { tenant: 'summit-internal' })),
    Object.fromEntries([...REQUIRED, SKU].map((id) => [id, true])),
  );
  assert.equal(
    s.config.tenants.map(({ packs }) => [packs[SKU], packs.revops]),
    [
      [{ enabled: true }, undefined],
      [{ enabled: true }, undefined],
    ],
  );
  const { items } = (await s.get('auditor', '/packs', { tenant: 'summit-internal' })).body;
  for (const { id, tenant_settings } of items) assert.equal(tenant_settings, settingsIn(s.config, id), id);
});

test('a file that contradicts itself, or leaves open what no SKU decides, stops the boot naming both', async () => {
  const { packs = {} } = s.config.tenants[0] ?? {};
  const contradicting = await whyNot(withPacks({ ...packs, revops: { enabled: false } }));
  assert.match(contradicting, `tenant demo-external: packs.revops.enabled is false, and ${SKU}, which is enabled, requires it`);
  assert.not.match(contradicting, 'enable it too');
  const { [SKU]: _, ...others } = packs;
  const open = await whyNot(withPacks(others));
  assert.match(open, 'tenant summit-internal: packs.finops.enabled is required');
  assert.match(await whyNot(withPacks({ [SKU]: { enabled: true } })), 'packs.high-risk-ops.settings.targets');
  assert.match(await whyNot(withPacks({ [SKU]: { enabled: true }, finops: {}, 'high-risk-ops': {} })), 'packs.finops.settings.plans');
});

test('a name that nothing provides stops the boot, with the SKU, the name and the nearest known one', async () => {
  const path = edited('misspelt', (source) =>
    source
      .replace("'revops.governance'", "'revops.governence'")
      .replace("'high_risk.operations'", "'high_risk.operation'")
      .replace("'finops.billing'", "'finops.bills'")
      .replace("'slo.get'", "'slo.gets'"),
  );
  const message = await whyNot(withSku(path));
  for (const [where, name, nearest] of [
    ['dashboards', 'revops.governence', 'revops.governance'],
    ['policies', 'high_risk.operation', 'high_risk.operations'],
    ['evidence', 'finops.bills', 'finops.billing'],
    ['features.service-levels.provided_by', 'slo.gets', 'slo.get'],
  ]) {
    const expected = `the SKU ${SKU}: ${where}: neither the kernel nor a pack that it requires provides "${name}"; the nearest known one is "${nearest}"`;
    assert.ok(message.includes(expected), `${expected} in ${message}`);
  }
  const narrow = edited('narrow', (source) => source.replace(", finops: '^0.1.0'", ''));
  assert.match(await whyNot((config) => withSku(narrow)(withPacks({})(config))), 'provides "finops.demo-economics"');
});

test('a SKU whose pack fails to load fails with it, and the tenants keep the rest', async () => {
  const broken = join(folder, 'revops');
  cpSync(join(root, 'packs/revops'), broken, { recursive: true });
  writeFileSync(join(broken, 'manifest.ts'), 'throw new Error("broken on purpose");');
  const left = await testSummit((config) => ({ ...config, packPaths: config.packPaths.map((pack) => (pack.endsWith('revops') ? broken : pack)) }));
  try {
    const { failed_packs } = (await left.send('GET', '/readyz')).body;
    assert.equal(
      failed_packs.map(({ id }: { id: string }) => id),
      ['revops', SKU],
    );
    assert.match(failed_packs[1].reason, 'requires revops');
    assert.equal((await left.get('auditor', '/skus')).body.items, []);
    assert.is((await left.post('engineer', '/high-risk-ops/requests', accessRequest())).status, 201, 'enabled by the SKU, by its file alone');
    assert.equal(
      (await left.asApp("SELECT pack_id FROM pack_enablements WHERE status = 'enabled' ORDER BY pack_id")).map(({ pack_id }) => pack_id),
      ['finops', 'high-risk-ops', 'revops', SKU],
      'for when it is mended',
    );
  } finally {
    await left.close();
  }
});

test('under a SKU whose manifest cannot be read a changed file leaves packs as they are, until it can', async () => {
  const config = await onDisk('unread');
  // The folder's name is not the SKU's id, which a manifest that does not load cannot say.
  const broken = withSku(edited('unreadable', () => 'throw new Error("broken on purpose");'))(config);
  const changed = {
    ...broken,
    tenants: broken.tenants.map((tenant) => ({ ...tenant, users: tenant.users.filter(({ handle }) => handle !== 'ae-2') })),
  };
  const after = async (configured: Config) => {
    const kernel = await openKernel(configured, { log: createLog('silent') });
    const { database: db } = kernel.services;
    const read = <Row extends object>(sql: string) => db.transaction('demo-external', 'read', (tx) => tx.query<Row>(sql));
    const packs = await read<{ pack_id: string }>("SELECT pack_id FROM pack_enablements WHERE status = 'enabled' ORDER BY pack_id");
    const [active] = await read<{ n: number }>("SELECT count(*)::int AS n FROM users WHERE status = 'active'");
    const applied = await read("SELECT FROM receipts WHERE action = 'config.applied' AND subject_type = 'tenant'");
    await kernel.close();
    return { packs: packs.map(({ pack_id }) => pack_id), active: active?.n, applied: applied.length };
  };
  const all = ['finops', 'high-risk-ops', 'revops', SKU];
  const first = await after(config);
  assert.equal(first.packs, all);
  assert.equal(await after(broken), first, 'a file that did not change is not applied');
  const second = await after(changed);
  assert.equal([second.packs, second.active], [all, Number(first.active) - 1], 'who is gone is gone, and nothing is switched off');
  assert.is((await after(changed)).applied, second.applied);
  const mended = await after({ ...changed, packPaths: config.packPaths });
  assert.equal([mended.packs, mended.applied > second.applied], [all, true], 'to the end, now that it can be read');
});

test('a pack that is taken out of the configuration takes its SKU along, and not the server', async () => {
  const left = await testSummit((config) => ({ ...config, packPaths: config.packPaths.filter((pack) => !pack.endsWith('revops')) }));
  try {
    const { failed_packs } = (await left.send('GET', '/readyz')).body;
    assert.match(failed_packs[0].reason, 'requires revops');
    assert.is((await left.get('auditor', '/high-risk-ops/requests')).status, 200);
  } finally {
    await left.close();
  }
});

test('an installation whose tenant file names no SKU is not affected', async () => {
  const { services } = s.summit;
  const plain = (config: Config): readonly TenantFile[] =>
    config.tenants.map((tenant) => {
      const { [SKU]: _, ...others } = tenant.packs;
      return {
        ...tenant,
        packs: Object.fromEntries(Object.entries({ revops: {}, ...others }).map(([id, pack]) => [id, { enabled: true, ...pack }])),
      };
    });
  await services.tenants.apply(plain(s.config));
  const count = async () => (await receiptsOf('config.applied', 'summit-internal')).total;
  const before = await count();
  assert.equal(enabledOf(await s.get('auditor', '/packs', { tenant: 'summit-internal' }))[SKU], false);
  await services.tenants.apply(plain(s.config));
  assert.is(await count(), before);
  await services.tenants.apply(s.config.tenants);
  assert.is(await count(), before + 2, 'the tenant, and the SKU: what it requires is on already');
});

test('a SKU that has come to require another pack is not enabled where the tenant has not got that, and the log says so', async () => {
  const path = edited('smaller', (source) => (source.includes('definePack') ? SMALLER : source));
  const config = await onDisk('data');
  const lines: string[] = [];
  const log = createLog('warn', { write: (line) => void lines.push(line) });
  const warned = () => lines.splice(0).flatMap((line) => (JSON.parse(line).missing ? [JSON.parse(line)] : []));
  const running: Summit[] = [];
  const start = async (configured: Config) => {
    await running.pop()?.close();
    const summit = await startSummit(configured, { log });
    running.push(summit);
    const { call } = handsOn(summit, 'demo-external');
    return async (method: string, path: string, body?: object) => (await call(method, 'operator', path, body)).body;
  };
  try {
    const first = await start(withSku(path)(config));
    assert.is((await first('GET', `/skus/${SKU}`)).enabled, true);
    assert.equal(warned(), []);
    const second = await start(config);
    const { enabled, packs } = await second('GET', `/skus/${SKU}`);
    assert.equal([enabled, packs.map((pack: { enabled: boolean }) => pack.enabled)], [false, [true, false, true]]);
    const told = warned().map(({ tenant, pack, missing }) => ({ tenant, pack, missing }));
    assert.equal(
      told,
      config.tenants.map(({ id }) => ({ tenant: id, pack: SKU, missing: ['revops'] })),
    );
    const { also_enabled } = await second('PUT', `/tenants/demo-external/packs/${SKU}`, { enabled: true });
    assert.equal([also_enabled, (await second('GET', `/skus/${SKU}`)).enabled], [['revops'], true]);
  } finally {
    await running.pop()?.close();
  }
});

const SMALLER = `import { definePack } from '@summit/sdk';
export default definePack({
  id: 'trust-and-proof', title: 'Smaller', version: '0.0.1', summit: '^0.1.0',
  requires: { 'high-risk-ops': '^0.1.0', finops: '^0.1.0' },
  sku: { features: [{ id: 'graph', title: 'Graph', description: 'Graph.', provided_by: ['graph.paths'] }], policies: [], dashboards: [], evidence: [] },
});`;

test('a SKU declares nothing of its own', () => {
  const named = { id: 'bundle', title: 'Bundle', version: '1.0.0', summit: '^0.1.0' };
  const empty = { features: [], policies: [], dashboards: [], evidence: [] };
  assert.throws(() => definePack({ ...named, sku: empty, settings: Empty }), 'pack bundle: a SKU has no "settings" of its own');
});

test.run();
