import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Seeding } from '../kernel/demo/seeding.ts';
import { Problem } from '../sdk/index.ts';
import { assertWhole, inventory } from './support/demonstration.ts';
import { type TestSummit, testSummit } from './support/summit.ts';
import { assertSound, verifiedEvidence } from './support/verified-evidence.ts';
import { withoutSku } from './support/without-sku.ts';

const test = suite('Seeding');
const TENANT = 'demo-external';

async function withSummit(work: (s: TestSummit) => Promise<void>, ...how: Parameters<typeof testSummit>): Promise<void> {
  const s = await testSummit(...how);
  try {
    await work(s);
  } catch (error) {
    // uvu takes `details` for a drawn comparison.
    throw error instanceof Problem ? new Error(`${error.code}: ${error.message}`, { cause: error }) : error;
  } finally {
    await s.close();
  }
}

/** As if no story had come to its end. */
function forgetEnds(s: TestSummit): Promise<void> {
  return s.tamper('idempotency_keys', "UPDATE idempotency_keys SET settled = false WHERE key LIKE 'seed %' AND key NOT LIKE '%/%'");
}

/** Seeds, and is stopped as soon as something is there. */
async function seedInPart(s: TestSummit, isThere: () => Promise<boolean>): Promise<void> {
  const stopped = new Seeding(s.summit.services);
  const refused = stopped.seed(TENANT).then(
    () => assert.unreachable('it was stopped'),
    (error: Error) => assert.match(error.message, 'being stopped'),
  );
  while (!(await isThere()));
  await stopped.stop();
  await refused;
}

test('the stories of the packs are told by real actions, and all that they leave can be proven', () =>
  withSummit(async (s) => {
    const stories = await s.summit.services.seeding.seed(TENANT);
    assert.equal(
      stories.map(({ pack, outcome }) => [pack, outcome]),
      [
        ['high-risk-ops', 'told'],
        ['revops', 'told'],
        ['finops', 'told'],
      ],
    );
    await assertWhole(s);
    const { items: requests } = (await s.get('auditor', '/high-risk-ops/requests')).body;
    assert.equal(requests.map(({ status }: { status: string }) => status).toSorted(), ['executed', 'failed', 'pending', 'rejected', 'revoked']);
    const executed = requests.find(({ status }: { status: string }) => status === 'executed');
    assert.equal([executed.requester, executed.approvals.length, executed.execution.success], ['engineer', 2, true]);
    assertSound(await verifiedEvidence(s, `/evidence/high-risk-ops/${executed.id}`), ['LOGGED', 'OPEN', 'REPRODUCED 2 of 2']);
    assert.is((await s.get('auditor', '/policy-decisions?allowed=false')).body.total, 1);

    const { items: deals } = (await s.get('auditor', '/revops/quotes?q=globex')).body;
    assert.equal([deals[0].status, deals[0].discount_percent, deals[0].contract.status], ['activated', '25.00', 'active']);
    assert.equal(
      deals[0].approvals.map(({ role }: { role: string }) => role),
      ['manager', 'finance'],
    );
    assertSound(await verifiedEvidence(s, `/evidence/revops/deals/${deals[0].id}`), ['LOGGED', 'OPEN', 'REPRODUCED 2 of 2']);
  }));

test('past months are billed from usage of their own time that says it is made up, each otherwise', () =>
  withSummit(
    async (s) => {
      await s.summit.services.seeding.seed(TENANT);
      const { items } = (await s.get('finance', '/billing/invoices?sort=period')).body;
      assert.equal(
        items.map(({ period, status }: { period: string; status: string }) => [period, status]),
        [...['2025-10', '2025-11', '2025-12', '2026-01', '2026-02'].map((period) => [period, 'finalized']), ['2026-03', 'draft']],
      );
      assert.is(new Set(items.map(({ total }: { total: string }) => total)).size, 6);
      for (const { period, status } of items) {
        if (status === 'draft') continue;
        assert.is((await s.get('auditor', `/billing/invoices/${TENANT}/${period}/recomputation`)).body.matches, true, period);
      }
      const { findings, ok } = await verifiedEvidence(s, `/evidence/billing/${TENANT}/2026-01?events=all`);
      assert.equal([findings, ok], [[], true]);
      const { items: events } = (await s.get('auditor', '/metering/events?source=/summit-demo&limit=200')).body;
      for (const { timestamp, metadata, external_id, type } of events) {
        assert.is(metadata.demo, 'true');
        assert.is(external_id, `${type}-${timestamp.slice(0, 10)}`);
        assert.ok(timestamp < '2026-03-15');
      }
      const { cards } = (await s.get('finance', '/dashboards/finops.demo-economics')).body;
      for (const { id, value } of cards) if (id !== 'discrepancies') assert.ok(Number(value) > 1_000, `${id} ${value}`);
      assert.is((await s.get('auditor', '/metering/adjustments')).body.total, 0);
    },
    undefined,
    '2026-03-15T09:00:00Z',
  ));

test('on the first day of a year there is nothing of its month yet, and the others are there', () =>
  withSummit(
    async (s) => {
      await s.summit.services.seeding.seed(TENANT);
      await assertWhole(s);
      const { items } = (await s.get('finance', '/billing/invoices?sort=period')).body;
      assert.equal([items[0].period, items.at(-1).period], ['2025-08', '2026-01']);
    },
    (config) => ({ ...config, tenants: config.tenants.map((tenant) => ({ ...tenant, time_zone: 'Pacific/Auckland' })) }),
    '2025-12-31T11:30:00Z',
  ));

test('a second time changes nothing, also days later, when the keys of requests are forgotten', () =>
  withSummit(async (s) => {
    const { seeding, jobs } = s.summit.services;
    await seeding.seed(TENANT);
    const before = await inventory(s);
    s.advance({ hours: 80 });
    await jobs.forget([TENANT]);
    assert.equal(
      (await seeding.seed(TENANT)).map(({ outcome, made }) => [outcome, made]),
      [
        ['known', {}],
        ['known', {}],
        ['known', {}],
      ],
    );
    // Even where it is forgotten that the stories were told to their end, no step of them is done again.
    await forgetEnds(s);
    assert.equal(
      (await seeding.seed(TENANT)).map(({ outcome, made }) => [outcome, made]),
      [
        ['told', {}],
        ['told', {}],
        ['told', {}],
      ],
    );
    assert.equal(await inventory(s), before);
  }));

test('what was stopped between two steps is taken up, and ends as if it had not been', () =>
  withSummit(async (s) => {
    const { seeding } = s.summit.services;
    for (const receipts of [12, 40, 80]) {
      await seedInPart(s, async () => (await s.get('auditor', '/receipts?limit=1')).body.total >= receipts);
    }
    assert.ok((await seeding.seed(TENANT)).some(({ outcome }) => outcome === 'told'));
    await assertWhole(s);
  }));

test('a stop goes on with no other tenant', () =>
  withSummit(
    async (s) => {
      const stopped = new Seeding(s.summit.services);
      const background = stopped.inBackground();
      while ((await s.get('auditor', '/receipts?limit=1')).body.total < 12);
      await stopped.stop();
      await background;
      const begun = (tenant: string) => s.asApp("SELECT key FROM idempotency_keys WHERE key LIKE 'seed %' LIMIT 1", [], tenant);
      assert.equal([(await begun(TENANT)).length, await begun('summit-internal')], [1, []]);
    },
    (config) => ({
      ...config,
      // The one that is stopped comes first.
      tenants: config.tenants.map((tenant) => ({ ...tenant, demo: true })).toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    }),
  ));

test('what time has gone on with while a story was cut off is left as it is, and the rest is told', () =>
  withSummit(async (s) => {
    const { runner } = s.summit.services;
    const run = runner.run.bind(runner);
    runner.run = async (action, ...request) => {
      if (action.id === 'high-risk-ops.request.revoke') throw new Error('cut off');
      return run(action, ...request);
    };
    const refused = await s.summit.services.seeding.seed(TENANT).catch((error: Error) => error);
    assert.match(String(refused), 'cut off');
    runner.run = run;
    s.advance({ hours: 2 });
    assert.ok((await s.runJob('high-risk-ops.expire-grants')) >= 1);
    const [first] = await s.summit.services.seeding.seed(TENANT);
    assert.equal([first?.outcome, first?.left], ['told', ['revoked']]);
    await assertWhole(s);
    const { items } = (await s.get('auditor', '/high-risk-ops/requests')).body;
    assert.equal(items.map(({ status }: { status: string }) => status).toSorted(), ['expired', 'expired', 'failed', 'pending', 'rejected']);
  }));

test('a step is known by its key, also where a later version words it otherwise', () =>
  withSummit(async (s) => {
    const { seeding, runner } = s.summit.services;
    await seeding.seed(TENANT);
    await forgetEnds(s);
    const run = runner.run.bind(runner);
    const reworded = new Set<string>();
    runner.run = (action, pack, caller, { params, read }) => {
      const otherwise = async () => {
        const content = await read();
        const body = content.body as Readonly<Record<string, unknown>>;
        if (typeof body.justification !== 'string') return content;
        reworded.add(action.id);
        return { ...content, body: { ...body, justification: `${body.justification} Or so.` } };
      };
      return run(action, pack, caller, { params, read: otherwise });
    };
    assert.equal(
      (await seeding.seed(TENANT)).map(({ made, left }) => [made, left]),
      [
        [{}, []],
        [{}, []],
        [{}, []],
      ],
    );
    assert.ok(reworded.size > 0);
    await assertWhole(s);
  }));

test('what people billed before stays as it is, and the story begins after it', () =>
  withSummit(
    async (s) => {
      await s.post('operator', '/billing/runs', { period: '2026-01' });
      const { body: own } = await s.post('finance', `/billing/invoices/${TENANT}/2026-01/finalize`);
      await s.summit.services.seeding.seed(TENANT);
      const { items } = (await s.get('finance', '/billing/invoices?sort=period')).body;
      assert.equal(
        items.map(({ period, number }: { period: string; number: string | null }) => [period, number]),
        [
          ['2026-01', own.number],
          ['2026-02', 'INV-000002'],
          ['2026-03', null],
        ],
      );
      assert.equal([items[0].total, items[0].credit_notes], [own.total, []]);
      assert.is((await s.get('auditor', '/metering/adjustments')).body.total, 0);
    },
    undefined,
    '2026-03-15T09:00:00Z',
  ));

test('where people have billed up to the month that is, the story of billing has nothing to add', () =>
  withSummit(
    async (s) => {
      await s.post('operator', '/billing/runs', { period: '2026-03' });
      const { body: own } = await s.post('finance', `/billing/invoices/${TENANT}/2026-03/finalize`);
      const stories = await s.summit.services.seeding.seed(TENANT);
      assert.equal(stories.at(-1), { ...stories.at(-1), pack: 'finops', outcome: 'told', made: {}, left: [] });
      const { items, total } = (await s.get('finance', '/billing/invoices')).body;
      assert.equal([total, items[0].number, items[0].total, items[0].credit_notes], [1, own.number, own.total, []]);
      assert.is((await s.get('auditor', '/metering/events?source=/summit-demo')).body.total, 0);
    },
    undefined,
    '2026-03-15T09:00:00Z',
  ));

test('where people bill a month while the story was cut off, it is left to them, and no other is', () =>
  withSummit(
    async (s) => {
      await seedInPart(s, async () => (await s.get('auditor', '/billing/invoices?status=finalized')).body.total >= 1);
      const { body: own } = await s.post('finance', `/billing/invoices/${TENANT}/2026-01/finalize`);
      const stories = await s.summit.services.seeding.seed(TENANT);
      assert.equal(stories.at(-1)?.left, ['2026-01']);
      const { items } = (await s.get('finance', '/billing/invoices?sort=period')).body;
      assert.equal(
        items.map(({ period, status }: { period: string; status: string }) => [period, status]),
        [...['2025-10', '2025-11', '2025-12', '2026-01', '2026-02'].map((period) => [period, 'finalized']), ['2026-03', 'draft']],
      );
      assert.equal(items[3], { ...items[3], number: own.number, credit_notes: [] });
    },
    undefined,
    '2026-03-15T09:00:00Z',
  ));

test('a pack that is switched on later tells its story then', () =>
  withSummit(async (s) => {
    await s.put('operator', `/tenants/${TENANT}/packs/revops`, { enabled: false });
    const { seeding } = s.summit.services;
    assert.equal(
      (await seeding.seed(TENANT)).map(({ pack }) => pack),
      ['high-risk-ops', 'finops'],
    );
    await s.put('operator', `/tenants/${TENANT}/packs/revops`, { enabled: true });
    assert.equal(
      (await seeding.seed(TENANT)).map(({ pack, outcome }) => [pack, outcome]),
      [
        ['high-risk-ops', 'known'],
        ['revops', 'told'],
        ['finops', 'known'],
      ],
    );
    await assertWhole(s);
  }, withoutSku));

test('only the tenants that are there for it are seeded, also where another is named', () =>
  withSummit(async (s) => {
    const { commands } = s.summit.services;
    const { stories } = await commands.seed({});
    assert.equal([...new Set(stories.map(({ tenant }) => tenant))], [TENANT]);
    const refused = { 'summit-internal': ['invalid-state', /says "demo": true/], nobody: ['not-found', /nobody/] } as const;
    for (const [tenant, [code, message]] of Object.entries(refused)) {
      await commands.seed({ tenant }).then(
        () => assert.unreachable(tenant),
        (error: Problem) => {
          assert.is(error.code, code);
          assert.match(error.message, message);
        },
      );
    }
    assert.is((await inventory(s, 'summit-internal')).requests, 0);
  }));

test('a kernel in production seeds nothing, whoever asks it', () =>
  withSummit(
    async (s) => {
      await s.summit.services.commands.seed({ tenant: TENANT }).then(
        () => assert.unreachable(),
        (error: Error) => assert.match(error.message, 'Nothing is seeded in production'),
      );
      assert.is((await inventory(s)).requests, 0);
    },
    (config) => ({ ...config, environment: { ...config.environment, NODE_ENV: 'production' } }),
  ));

test('who acts in a story and is not there is named, and the other stories are told', () =>
  withSummit(
    async (s) => {
      await s.summit.services.seeding.seed(TENANT).then(
        () => assert.unreachable(),
        (error: Error) => assert.match(error.message, 'nobody with the handle manager, who acts in the demonstration of revops'),
      );
      const { requests, invoices } = await inventory(s);
      assert.equal([requests, invoices], [5, 6]);
    },
    (config) => ({
      ...config,
      tenants: config.tenants.map((tenant) => ({ ...tenant, users: tenant.users.filter(({ handle }) => handle !== 'manager') })),
    }),
  ));

test.run();
