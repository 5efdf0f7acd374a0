import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ConfigError, loadConfig } from '../kernel/config/config.ts';
import { createLog } from '../kernel/log.ts';
import { openKernel } from '../kernel/main.ts';
import { type TestSummit, testSummit } from './support/summit.ts';

const test = suite('Price plans of a tenant');
const TENANT = 'demo-external';
const root = new URL('..', import.meta.url).pathname;
let s: TestSummit;
let folder: string;

test.before(async () => {
  s = await testSummit();
  await s.summit.services.jobs.stop();
});
test.before.each(() => {
  folder = mkdtempSync(join(tmpdir(), 'summit-plans-'));
  cpSync(join(root, 'config'), join(folder, 'config'), { recursive: true });
});
test.after.each(() => rmSync(folder, { recursive: true }));
test.after(() => s?.close());

const charge = { meter: 'workflow_runs', model: 'per_unit', unit_price: '1.00' };
const tiered = (...ends: readonly (string | null)[]) => ({
  ...{ meter: 'workflow_runs', model: 'graduated' },
  tiers: ends.map((up_to) => ({ up_to, unit_price: '1.00' })),
});
const plan = (more: object = {}) => ({ id: 'ours', version: 1, currency: 'USD', base_fee: '10.00', charges: [charge], ...more });
const charging = (...charges: readonly object[]) => ({ plans: [{ plan: plan({ charges }) }] });
const inTurn = (...plans: readonly object[]) => ({ plans });

/** Settings that are wrong, the field, and what is said of it. */
const wrong: readonly (readonly [title: string, settings: object, path: string, message: RegExp])[] = [
  ['tiers that go down', charging(tiered('100', '50', null)), 'plans.0.plan.charges.0.tiers.1.up_to', /must be above 100/],
  ['tiers that end where the one before does', charging(tiered('100', '100.0', null)), 'plans.0.plan.charges.0.tiers.1.up_to', /must be above 100/],
  ['a tier in the middle without an end', charging(tiered('1', null, null)), 'plans.0.plan.charges.0.tiers.1.up_to', /only the last tier/],
  ['tiers that end', charging(tiered('1', '2')), 'plans.0.plan.charges.0.tiers.1.up_to', /must be null/],
  ['no tiers', charging(tiered()), 'plans.0.plan.charges.0.tiers', /./],
  ['a negative price', charging({ ...charge, unit_price: '-1.00' }), 'plans.0.plan.charges.0.unit_price', /./],
  ['a negative base fee', inTurn({ plan: plan({ base_fee: '-1.00' }) }), 'plans.0.plan.base_fee', /./],
  ['a base fee finer than a cent', inTurn({ plan: plan({ base_fee: '1.001' }) }), 'plans.0.plan.base_fee', /at most 2 decimal places/],
  ['a price that is a float', charging({ ...charge, unit_price: 1.1 }), 'plans.0.plan.charges.0.unit_price', /./],
  ['a currency that is none', inTurn({ plan: plan({ currency: 'XXY' }) }), 'plans.0.plan.currency', /ISO 4217/],
  ['a model that is none', charging({ ...charge, model: 'per_dozen' }), 'plans.0.plan.charges.0.model', /./],
  ['a meter that is charged twice', charging(charge, charge), 'plans.0.plan.charges.1.meter', /has a charge already/],
  ['a field that nobody knows', charging({ ...charge, discount: '1' }), 'plans.0.plan.charges.0.discount', /not a known field/],
  ['a version that is no number', inTurn({ plan: plan({ version: '1' }) }), 'plans.0.plan.version', /./],
  ['no plan at all', inTurn(), 'plans', /./],
  [
    'one id and version for two plans',
    inTurn({ plan: plan() }, { from: '2026-01', plan: plan({ base_fee: '20.00' }) }),
    'plans.1.plan.version',
    /plans.0/,
  ],
  [
    'one id and version for two plans with another between',
    inTurn({ plan: plan() }, { from: '2026-01', plan: plan({ version: 2 }) }, { from: '2026-02', plan: plan() }),
    'plans.2.plan.version',
    /plans.0/,
  ],
  [
    'plans that go back',
    inTurn({ from: '2026-03', plan: plan() }, { from: '2026-02', plan: plan({ version: 2 }) }),
    'plans.1.from',
    /must be after 2026-03/,
  ],
  [
    'two plans from one month on',
    inTurn({ plan: plan() }, { from: '2026-02', plan: plan({ version: 2 }) }, { from: '2026-02', plan: plan({ version: 3 }) }),
    'plans.2.from',
    /must be after 2026-02/,
  ],
  ['a second plan that does not say from when', inTurn({ plan: plan() }, { plan: plan({ version: 2 }) }), 'plans.1.from', /is required/],
  ['a month that is none', inTurn({ from: '2026-13', plan: plan() }), 'plans.0.from', /./],
  [
    'another currency',
    inTurn({ plan: plan() }, { from: '2026-02', plan: plan({ version: 2, currency: 'EUR' }) }),
    'plans.1.plan.currency',
    /must be USD/,
  ],
  ['too long a grace', { ...charging(charge), grace_days: 61 }, 'grace_days', /./],
];

for (const [title, settings, path, message] of wrong) {
  test(`${title}: refused by PUT, which names the field`, async () => {
    const { status, body } = await s.put('operator', `/tenants/${TENANT}/packs/finops`, { enabled: true, settings });
    assert.equal([status, body.code], [400, 'invalid-input'], JSON.stringify(body));
    const found = body.errors.filter((error: { path: string }) => error.path === `settings.${path}`);
    assert.ok(found.length > 0, JSON.stringify(body.errors));
    assert.match(found[0].message, message);
  });
}

/** What stops a Summit whose tenant file has these settings. */
async function refusal(settings: object): Promise<string> {
  const path = join(folder, 'config/tenants', `${TENANT}.json`);
  const tenant = JSON.parse(readFileSync(path, 'utf8'));
  tenant.packs.finops.settings = settings;
  writeFileSync(path, JSON.stringify(tenant));
  try {
    const environment = { SUMMIT_DATA_DIR: join(folder, 'data'), NODE_ENV: 'test' };
    const config = loadConfig(environment, folder);
    const paths = config.packPaths.map((pack) => pack.replace(folder, root));
    const policies = { ...config.policies, folder: config.policies.folder.replace(folder, root) };
    const kernel = await openKernel({ ...config, packPaths: paths, policies }, { log: createLog('silent'), databaseDir: null });
    await kernel.close();
    return 'none';
  } catch (error) {
    assert.instance(error, ConfigError, String(error));
    return (error as Error).message;
  }
}

test('what PUT refuses keeps a Summit from starting, all of it listed at once with the field', async () => {
  const all = inTurn(
    { plan: plan({ charges: [tiered('100', '50', null)] }) },
    { from: '2026-02', plan: plan({ version: 2, currency: 'EUR' }) },
    { from: '2026-03', plan: plan({ version: 3, charges: [charge, charge] }) },
  );
  const message = await refusal(all);
  const at = `tenant ${TENANT}: packs.finops.settings.`;
  assert.match(message, `${at}plans.0.plan.charges.0.tiers.1.up_to must be above 100`);
  assert.match(message, `${at}plans.1.plan.currency must be USD`);
  assert.match(message, `${at}plans.2.plan.charges.1.meter`);
  assert.match(await refusal(charging({ ...charge, unit_price: '-1' })), `${at}plans.0.plan.charges.0.unit_price`);
});

test('a plan can be a file of its own; one that is not there, or is no JSON, is named', async () => {
  writeFileSync(join(folder, 'config/plans/ours.json'), JSON.stringify(plan()));
  const referred = (name: string) => inTurn({ plan: { $file: name } });
  assert.is(await refusal(referred('../plans/ours.json')), 'none');
  assert.match(await refusal(referred('../plans/theirs.json')), `${TENANT}.json: $file ../plans/theirs.json: ENOENT`);
  writeFileSync(join(folder, 'config/plans/ours.json'), '{');
  assert.match(await refusal(referred('../plans/ours.json')), '$file ../plans/ours.json');
});

test('over HTTP nobody reads the files of the server', async () => {
  const settings = inTurn({ plan: { $file: '../plans/internal-demo.json' } });
  const { status, body } = await s.put('operator', `/tenants/${TENANT}/packs/finops`, { enabled: true, settings });
  assert.is(status, 400);
  assert.ok(
    body.errors.some(({ path }: { path: string }) => path.startsWith('settings.plans.0.plan')),
    JSON.stringify(body.errors),
  );
});

test('none of what was refused has changed the plan that holds', async () => {
  const { items } = (await s.get('finance', '/billing/plans')).body;
  assert.equal(
    items.map(({ from, plan: { id, version } }: { from: string | null; plan: { id: string; version: number } }) => [from, id, version]),
    [[null, 'internal-demo', 1]],
  );
});

test('a plan that charges what nobody meters rates nothing, and says what it is', async () => {
  const settings = charging(charge, { ...charge, meter: 'moon_phases' });
  assert.is((await s.put('operator', `/tenants/${TENANT}/packs/finops`, { enabled: true, settings })).status, 200);
  const { status, body } = await s.post('operator', '/billing/runs', { period: '2025-03' });
  assert.equal([status, body.code], [409, 'invalid-state']);
  assert.match(body.detail, 'moon_phases');
  assert.is((await s.post('finance', `/billing/invoices/${TENANT}/2025-03/finalize`)).status, 409);
  assert.is((await s.get('finance', '/billing/invoices')).body.total, 0, 'nothing was half done');
});

test('where no plan holds yet nothing is billed, and the field is named that mends it', async () => {
  const settings = inTurn({ from: '2025-06', plan: plan() });
  assert.is((await s.put('operator', `/tenants/${TENANT}/packs/finops`, { enabled: true, settings })).status, 200);
  const early = await s.post('operator', '/billing/runs', { period: '2025-05' });
  assert.equal([early.status, early.body.code], [409, 'invalid-state']);
  assert.match(early.body.detail, '2025-05');
  assert.is((await s.post('operator', '/billing/runs', { period: '2025-06' })).status, 201);
});

test.run();
