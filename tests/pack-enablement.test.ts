import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Action } from '../sdk/index.ts';
import { packFolder } from './support/pack-folder.ts';
import { type Answer, accessRequest, type TestSummit, testSummit } from './support/summit.ts';
import { withoutSku } from './support/without-sku.ts';

const test = suite('A pack that is switched off');
const requests = '/high-risk-ops/requests';
const TENANT = 'demo-external';
const OTHER = { tenant: 'summit-internal' };
let s: TestSummit;
let packs: ReturnType<typeof packFolder>;

test.before(async () => {
  packs = packFolder();
  const lamps = packs.pack(
    'lamps',
    `settings: sdk.Strict({ brightness: sdk.Type.Optional(sdk.Type.Number()) }),
     entities: [Lamp], migrations: [sdk.migration('0001-lamps', [sdk.governedTable('lamps', 'name text NOT NULL')])], actions: [light, put],
     queries: [get], effects: [burn], jobs: [sdk.defineJob({ id: 'lamps.put', title: 'Put out', schedule: '0 0 1 1 *', action: put,
       due: async ({ db }) => (await db.find(Lamp, { status: 'lit' })).map(({ id }) => id) })],
     indicators: [sdk.defineIndicator({ id: 'lamps.lit', title: 'Lit', definition: 'Lamps that are lit', unit: 'count', read: async ({ db }) => ({ value: await db.count(Lamp, {}) }) })]`,
    `const Lamp = sdk.governed({ type: 'lamps.lamp', table: 'lamps', fields: { name: sdk.field.text() }, transitions: { lit: ['out'], out: [] } });
     const common = { title: 'Lamp', roles: ['engineer'], entity: Lamp, policy: sdk.none('lamps are harmless') };
     const nothing = { edges: sdk.none('a lamp is alone'), usage: sdk.none('light is free') };
     const light = sdk.defineAction({ ...common, id: 'lamps.light', route: { method: 'POST', path: '/lamps' }, input: sdk.Empty, from: [], success: 201,
       load: async () => null, subject: () => null, apply: (_, at) => ({ ...nothing, answer: { id: at.subjectId },
         subjects: [sdk.create(Lamp, at, { id: at.subjectId, status: 'lit', name: 'lamp' })], messages: [{ effect: 'lamps.burn', subject: at.subjectId, payload: {} }] }) });
     const put = sdk.defineAction({ ...common, id: 'lamps.put-out', input: sdk.Empty, from: ['lit'],
       load: async ({ db, params }) => { await globalThis.beforeLampsArePut?.(); return db.lock(Lamp, params.id); },
       subject: (lamp) => lamp, apply: (lamp, at) => ({ ...nothing, answer: {}, subjects: [sdk.change(Lamp, at, lamp, { status: 'out' })] }) });
     const get = sdk.defineQuery({ id: 'lamps.get', title: 'Lamp', route: { method: 'GET', path: '/lamps/:id' }, query: sdk.Empty, run: ({ db, params }) => db.one(Lamp, params.id) });
     const burn = sdk.defineEffect({ id: 'lamps.burn', outcome: put, async run({ subject }) { await globalThis.whileLampsBurn?.(subject); return {}; } });`,
  );
  s = await testSummit((shipped) => {
    const config = withoutSku(shipped);
    return {
      ...config,
      packPaths: [...config.packPaths, lamps],
      tenants: config.tenants.map((tenant) => ({ ...tenant, packs: { ...tenant.packs, lamps: { enabled: true } } })),
    };
  });
  // The sweeper of the schedule would deliver behind the test's back.
  await s.summit.services.jobs.stop();
});
test.after(async () => {
  await s?.close();
  packs.remove();
});

async function enable(pack: string, enabled: boolean): Promise<void> {
  const { status, body } = await s.put('operator', `/tenants/${TENANT}/packs/${pack}`, { enabled });
  assert.is(status, 200, JSON.stringify(body));
}

/** Something to look at: a request that waits for approval, with a decision and a receipt. */
async function requested(): Promise<string> {
  const { status, body } = await s.post('engineer', requests, accessRequest());
  assert.is(status, 201, JSON.stringify(body));
  return body.id;
}

const codeOf = ({ status, body }: Answer) => [status, body.code];
const OFF = [404, 'pack-disabled'];

test('it answers nothing that it declares, in that tenant alone, and shows everything again once it is on', async () => {
  const id = await requested();
  const before = (await s.get('engineer', `${requests}/${id}`)).body;
  const evidence = (await s.get('auditor', `/evidence/high-risk-ops/${id}?format=summary`)).status;
  const total = (await s.get('engineer', requests)).body.total;
  assert.is(evidence, 200);
  await enable('high-risk-ops', false);
  try {
    for (const [handle, path] of [
      ['engineer', requests],
      ['engineer', `${requests}/${id}`],
      ['auditor', `/evidence/high-risk-ops/${id}`],
      ['auditor', `/evidence/high-risk-ops/${id}?format=summary`],
      ['auditor', '/dashboards/high-risk-ops.overview'],
      ['auditor', '/evidence/populations/high-risk-ops.request'],
      ['auditor', '/evidence/populations/high-risk-ops.request?format=csv'],
    ] as const)
      assert.equal(codeOf(await s.get(handle, path)), OFF, path);
    assert.equal(codeOf(await s.post('engineer', requests, accessRequest())), OFF);
    assert.equal(codeOf(await s.post('team-lead', `${requests}/${id}/approve`)), OFF);
    assert.is((await s.get('engineer', `/subjects/${id}/actions`)).status, 404);
    assert.is((await s.post('engineer', '/dry-run', { action: 'high-risk-ops.request.create', input: accessRequest() })).body.code, 'pack-disabled');
    const asked = await s.post('engineer', '/access/v1/evaluation', {
      subject: { type: 'user', id: 'engineer' },
      action: { name: 'read' },
      resource: { type: 'high-risk-ops.request', id },
    });
    assert.is(asked.body.context.reasons[0].rule, 'no-policy');
    assert.not.match((await s.get('auditor', '/evidence/populations/nothing')).body.detail, 'high-risk-ops.request');
    const { items } = (await s.get('auditor', '/dashboards')).body;
    assert.not(items.some(({ pack }: { pack: string }) => pack === 'high-risk-ops'));
    const shown = (await s.get('auditor', '/switchboard')).body.packs;
    assert.not(shown.some((pack: { id: string }) => pack.id === 'high-risk-ops'));

    const { body } = await s.get('auditor', `/receipts?subject_id=${id}&outcome=allowed`);
    assert.is(body.total, 1, 'what happened stays on record');
    assert.is((await s.get('engineer', requests, OTHER)).status, 200, 'another tenant has it still');
  } finally {
    await enable('high-risk-ops', true);
  }
  assert.equal((await s.get('engineer', `${requests}/${id}`)).body, before);
  assert.is((await s.get('engineer', requests)).body.total, total);
  assert.is((await s.get('auditor', '/evidence/populations/high-risk-ops.request?format=csv')).status, 200);
  assert.is((await s.post('team-lead', `${requests}/${id}/approve`)).status, 200, 'it goes on where it stood');
});

const lampOf = async (id: string) => (await s.get('engineer', `/lamps/${id}`)).body.status;
const messageOf = async (id: string) => (await s.asApp('SELECT attempts, done_at, last_error FROM outbox WHERE subject_id = $1', [id]))[0];

/** What the effect of a lamp does, as long as `work` takes, and what happens before its outcome is recorded. */
async function whileBurning(burn: (subject: string) => Promise<void>, work: () => Promise<void>, before = async () => {}): Promise<void> {
  Object.assign(globalThis, { whileLampsBurn: burn, beforeLampsArePut: before });
  try {
    await work();
  } finally {
    for (const name of ['whileLampsBurn', 'beforeLampsArePut']) Reflect.deleteProperty(globalThis, name);
  }
}

test('its jobs do nothing, and what it measures is not shown', async () => {
  const { id } = await lit();
  const measured = async () => (await s.get('auditor', '/slo')).body.indicators.some((one: { id: string }) => one.id === 'lamps.lit');
  assert.ok(await measured());
  await enable('lamps', false);
  assert.equal([await s.runJob('lamps.put'), await measured()], [0, false]);
  const put = s.summit.services.packs.find('lamps')?.actions.find((action) => action.id === 'lamps.put-out');
  await assertRefused(put, id);
  await enable('lamps', true);
  assert.ok((await s.runJob('lamps.put')) >= 1);
  assert.is(await lampOf(id), 'out');
});

async function assertRefused(action: Action | undefined, id: string): Promise<void> {
  if (!action) throw new Error('no such action');
  const [refused] = await Promise.allSettled([s.summit.services.runner.runAsSystem(action, 'lamps', TENANT, 'lamps.put', { id }, {})]);
  assert.match(refused?.status === 'rejected' ? refused.reason.message : 'it ran', 'The pack lamps is not enabled');
}

/** A lamp whose message nobody has delivered yet, as a process would leave it that dies right after COMMIT. */
async function lit(): Promise<{ id: string }> {
  const { outbox } = s.summit.services;
  const { deliver } = outbox;
  outbox.deliver = async () => undefined;
  try {
    const { status, body } = await s.post('engineer', '/lamps');
    assert.is(status, 201, JSON.stringify(body));
    return body;
  } finally {
    outbox.deliver = deliver;
  }
}

test('what it has left in the outbox waits, costs no attempt, and is done once it is on', async () => {
  const burnt: string[] = [];
  await whileBurning(
    async (subject) => {
      burnt.push(subject);
    },
    async () => {
      const { id } = await lit();
      await enable('lamps', false);
      await s.summit.services.outbox.sweep([TENANT]);
      await s.summit.services.outbox.takeUp(TENANT, id);
      await s.summit.services.outbox.sweep([TENANT]);
      assert.equal([burnt.includes(id), await messageOf(id)], [false, { attempts: 0, done_at: null, last_error: null }]);
      await enable('lamps', true);
      await s.summit.services.outbox.sweep([TENANT]);
      assert.equal([burnt.includes(id), await lampOf(id)], [true, 'out']);
    },
  );
});

test('an effect during which it is switched off has run: its outcome is recorded, and it does not run again', async () => {
  const { id } = await lit();
  let runs = 0;
  await whileBurning(
    async (subject) => {
      if (subject !== id) return;
      runs += 1;
      await enable('lamps', false);
    },
    async () => {
      await s.summit.services.outbox.sweep([TENANT]);
      assert.ok((await messageOf(id))?.done_at);
      const { items } = (await s.get('auditor', `/receipts?subject_id=${id}&outcome=allowed`)).body;
      assert.equal(items.map(({ action }: { action: string }) => action).sort(), ['lamps.light', 'lamps.put-out']);
      await enable('lamps', true);
      assert.is(await lampOf(id), 'out');
      s.advance({ minutes: 1 });
      await s.summit.services.outbox.sweep([TENANT]);
      assert.is(runs, 1);
    },
  );
});

test('where the record of an outcome loses a race, the record is made again, and not the effect', async () => {
  const { id } = await lit();
  const burnt: string[] = [];
  const races = ['40P01', '40001'].map((code) => Object.assign(new Error('the race is lost'), { code }));
  await whileBurning(
    async (subject) => {
      burnt.push(subject);
    },
    () => s.summit.services.outbox.sweep([TENANT]),
    async () => {
      const lost = races.pop();
      if (lost) throw lost;
    },
  );
  assert.equal([races, burnt.filter((subject) => subject === id), await lampOf(id)], [[], [id], 'out']);
});

test('its settings hold no number that is not whole, also while it is switched off', async () => {
  const path = `/tenants/${TENANT}/packs/lamps`;
  for (const enabled of [true, false]) {
    const { status, body } = await s.put('operator', path, { enabled, settings: { brightness: 12.5 } });
    assert.equal([status, body.code, body.errors[0].path], [400, 'invalid-input', 'settings.brightness']);
    assert.match(body.detail, 'settings.brightness is 12.5: a number of the settings is whole');
  }
  assert.is((await s.put('operator', path, { enabled: true, settings: { brightness: 12 } })).status, 200);
});

test.run();
