import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { loadPacks } from '../kernel/packs/loader.ts';
import { packFolder } from './support/pack-folder.ts';
import { type TestSummit, testSummit } from './support/summit.ts';
import { withProbe } from './support/with-probe.ts';

const test = suite('Meters that a pack declares');
const TENANT = 'demo-external';
let s: TestSummit;

/** A price of each kind, for what the probes meter. */
const plan = {
  ...{ id: 'probes', version: 1, currency: 'USD', base_fee: '10.00' },
  charges: [
    {
      meter: 'gigabytes',
      model: 'graduated',
      tiers: [
        { up_to: '1000', unit_price: '0.10' },
        { up_to: null, unit_price: '0.05', flat_fee: '1.00' },
      ],
    },
    {
      meter: 'transfers',
      model: 'volume',
      tiers: [
        { up_to: '2', unit_price: '1.00' },
        { up_to: null, unit_price: '0.50' },
      ],
    },
    { meter: 'peak_seats', model: 'package', package_price: '9.00', package_size: '5' },
  ],
};

test.before(async () => {
  s = await testSummit((config) => {
    const probed = withProbe(config);
    const priced = { enabled: true, settings: { plans: [{ plan }] } };
    return { ...probed, tenants: probed.tenants.map((tenant) => ({ ...tenant, packs: { ...tenant.packs, finops: priced } })) };
  });
  await s.summit.services.jobs.stop();
});
test.after(() => s?.close());

let next = 0;

/** @returns the event as it was sent */
async function report(type: string, time: string, quantity: string, more: object = {}) {
  const event = { specversion: '1.0', id: `e-${next++}`, source: '/gateway', type, time, data: { quantity }, ...more };
  const { status, body } = await s.post('operator', '/metering/events', event);
  assert.is(status, 200, JSON.stringify(body));
  return event;
}

const corrected = (wrong: { id: string; type: string; time: string }, quantity: string) =>
  report(wrong.type, wrong.time, quantity, { corrects: wrong.id });

async function run(period: string) {
  const { status, body } = await s.post('operator', '/billing/runs', { period });
  assert.is(status, 201, JSON.stringify(body));
  return body.invoice;
}

async function readings(period: string) {
  const { items } = (await s.get('auditor', `/metering/readings?period=${period}`)).body;
  return items.map(({ day, meter, aggregation, quantity }: Record<string, string>) => [day, meter, aggregation, quantity]).sort();
}

const lineOf = (invoice: { lines: readonly { meter: string | null }[] }, meter: string) => invoice.lines.find((line) => line.meter === meter);

test('they are listed beside those of the kernel', async () => {
  const { items } = (await s.get('finance', '/metering/meters')).body;
  assert.equal(
    items.map(({ id, event_type, aggregation }: Record<string, string>) => [id, event_type, aggregation]),
    [
      ['policy_decisions', 'policy_decision', 'sum'],
      ['workflow_runs', 'workflow_run', 'sum'],
      ['gigabytes', 'data_transfer', 'sum'],
      ['transfers', 'data_transfer', 'count'],
      ['peak_seats', 'seat_report', 'max'],
    ],
  );
});

test('an event of a declared type takes the metadata that it declares, and no other', async () => {
  const event = { specversion: '1.0', id: 'm-1', source: '/gateway', type: 'data_transfer', time: '2025-01-10T12:00:00Z' };
  const { body } = await s.post('operator', '/metering/events', [
    { ...event, data: { quantity: '1', region: 'eu' } },
    { ...event, id: 'm-2', data: { quantity: '1', colour: 'red' } },
  ]);
  assert.equal([body.accepted, body.events[1].errors[0].path], [1, 'data.colour']);
  const { items } = (await s.get('auditor', '/metering/events?external_id=m-1')).body;
  assert.equal([items[0].pack, items[0].metadata], ['probe', { region: 'eu' }]);
});

test('from events to an invoice every quantity is exact, of 40 digits too', async () => {
  await report('data_transfer', '2025-03-01T12:00:00Z', '1234567890123456789012345678901234567890.25');
  await report('data_transfer', '2025-03-02T12:00:00Z', '0.7');
  await report('data_transfer', '2025-03-02T13:00:00Z', '0.05');
  await report('data_transfer', '2025-03-02T14:00:00Z', '0');
  for (const [time, seats] of [
    ['2025-03-01T08:00:00Z', '7'],
    ['2025-03-01T09:00:00Z', '12'],
    ['2025-03-01T10:00:00Z', '3'],
    ['2025-03-02T09:00:00Z', '9'],
  ] as const) {
    await report('seat_report', time, seats);
  }
  const invoice = await run('2025-03');
  assert.equal(await readings('2025-03'), [
    ['2025-03-01', 'gigabytes', 'sum', '1234567890123456789012345678901234567890.25'],
    ['2025-03-01', 'peak_seats', 'max', '12'],
    ['2025-03-01', 'transfers', 'count', '1'],
    ['2025-03-02', 'gigabytes', 'sum', '0.75'],
    ['2025-03-02', 'peak_seats', 'max', '9'],
    ['2025-03-02', 'transfers', 'count', '2'],
  ]);
  assert.equal(
    invoice.lines.map(({ meter, quantity, unit_price, amount }: Record<string, string>) => [meter, quantity, unit_price, amount]),
    [
      [null, '1', '10.00', '10.00'],
      // 1000 at 0.10, the rest at 0.05, and the fee of the tier that is entered.
      ['gigabytes', '1234567890123456789012345678901234567891', null, '61728394506172839450617283945061728445.55'],
      // All of them at the price of three.
      ['transfers', '3', '0.50', '1.50'],
      // The highest day, in whole packages.
      ['peak_seats', '12', '9.00', '27.00'],
    ],
  );
  assert.is(invoice.total, '61728394506172839450617283945061728484.05');
  const stored = (await s.get('finance', `/billing/invoices/${TENANT}/2025-03`)).body;
  assert.equal([stored.lines, stored.total], [invoice.lines, invoice.total]);
  const { items } = (await s.get('finance', '/billing/rated-usage?period=2025-03&meter=gigabytes')).body;
  assert.is(items[0].quantity, '1234567890123456789012345678901234567891');
});

test('what is exact when it is billed is exact when it is worked out again', async () => {
  const { body: finalized } = await s.post('finance', `/billing/invoices/${TENANT}/2025-03/finalize`);
  assert.is(finalized.total, '61728394506172839450617283945061728484.05', JSON.stringify(finalized));
  const { body } = await s.get('auditor', `/billing/invoices/${TENANT}/2025-03/recomputation`);
  assert.equal([body.matches, body.differences], [true, []]);
});

test('correcting the highest event of a day lowers the maximum to the next one', async () => {
  await report('seat_report', '2025-05-01T08:00:00Z', '6');
  const highest = await report('seat_report', '2025-05-01T09:00:00Z', '30');
  await report('seat_report', '2025-05-02T09:00:00Z', '11');
  assert.equal(lineOf(await run('2025-05'), 'peak_seats'), { ...lineOf(await run('2025-05'), 'peak_seats'), quantity: '30', amount: '54.00' });
  const again = await corrected(highest, '4');
  const invoice = await run('2025-05');
  assert.equal(await readings('2025-05'), [
    ['2025-05-01', 'peak_seats', 'max', '6'],
    ['2025-05-02', 'peak_seats', 'max', '11'],
  ]);
  assert.equal(lineOf(invoice, 'peak_seats'), { ...lineOf(invoice, 'peak_seats'), quantity: '11', amount: '27.00' });
  await corrected(again, '21');
  assert.equal((await run('2025-05')).lines[3].quantity, '21', 'a correction can be corrected');
});

test('correcting the highest event of a closed period gives back what its maximum had cost', async () => {
  await report('seat_report', '2025-07-01T08:00:00Z', '6');
  const highest = await report('seat_report', '2025-07-02T09:00:00Z', '30');
  const { body } = await s.post('finance', `/billing/invoices/${TENANT}/2025-07/finalize`);
  assert.is(body.lines[3].amount, '54.00', JSON.stringify(body));
  await corrected(highest, '0');
  const { lines } = await run('2025-08');
  assert.equal(
    lines.slice(4).map(({ meter, quantity, amount }: Record<string, string>) => [meter, quantity, amount]),
    // From six packages of five to two.
    [['peak_seats', '-24', '-36.00']],
  );
});

test('a pack may not meter what the kernel or another pack meters, nor one thing twice, nor what nobody reports', async () => {
  const folder = packFolder();
  const pack = (id: string, usage: readonly string[], meters: readonly string[], eventType = 'workflow_run') =>
    folder.pack(
      id,
      `usage: ${JSON.stringify(usage)}.map((type) => ({ type, title: type, metadata: sdk.Empty })),
       meters: ${JSON.stringify(meters)}.map((id, index) => ({ id, title: 'Meter ' + index, event_type: '${eventType}', aggregation: 'sum' }))`,
    );
  try {
    const registry = await loadPacks(
      [
        pack('first', ['disk_write'], ['disk_writes']),
        pack('type-of-kernel', ['workflow_run'], []),
        pack('meter-of-kernel', [], ['policy_decisions']),
        pack('type-of-first', ['disk_write'], []),
        pack('meter-of-first', [], ['disk_writes']),
        pack('twice', [], ['disk_reads', 'disk_reads']),
        pack('of-nothing', [], ['dreams'], 'dream'),
        pack('of-another', [], ['own_disk_writes'], 'disk_write'),
      ],
      '0.1.0',
    );
    assert.equal(
      registry.all.map(({ id }) => id),
      ['first'],
    );
    const reasons = Object.fromEntries(registry.failed.map(({ id, reason }) => [id, reason]));
    assert.match(reasons['type-of-kernel'] ?? '', 'the usage type "workflow_run" is declared by the kernel already');
    assert.match(reasons['meter-of-kernel'] ?? '', 'the meter "policy_decisions" is declared by the kernel already');
    assert.match(reasons['type-of-first'] ?? '', 'the usage type "disk_write" is declared by the pack first already');
    assert.match(reasons['meter-of-first'] ?? '', 'the meter "disk_writes" is declared by the pack first already');
    assert.match(reasons['of-nothing'] ?? '', 'the meter "dreams" counts dream, which neither it nor a pack that it requires declares');
    assert.match(reasons['of-another'] ?? '', 'own_disk_writes');
    assert.match(reasons.twice ?? '', 'the meter "disk_reads" is declared twice');
  } finally {
    folder.remove();
  }
});

test.run();
