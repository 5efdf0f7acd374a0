import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { dayAfter, firstDayOf, nextPeriod, periodOf } from '../packs/finops/period.ts';
import { type TestSummit, testSummit } from './support/summit.ts';

const test = suite('Billing periods');
const NEW_YORK = 'demo-external';
const KOLKATA = 'summit-internal';
let s: TestSummit;

test.before(async () => {
  s = await testSummit((config) => ({
    ...config,
    tenants: config.tenants.map((tenant) => ({ ...tenant, time_zone: tenant.id === NEW_YORK ? 'America/New_York' : 'Asia/Kolkata' })),
  }));
  // Those of the schedule would count behind the test's back.
  await s.summit.services.jobs.stop();
});
test.after(() => s?.close());

interface Quantity {
  readonly day: string;
  readonly meter: string;
  readonly quantity: string;
  readonly revision: number;
}
interface Line {
  readonly meter: string | null;
  readonly quantity: string;
  readonly amount: string;
  readonly description: string;
}

let next = 0;

/** A workflow run of some time. @returns the ids that they have here */
async function report(tenant: string, times: readonly string[], more: object = {}): Promise<readonly string[]> {
  const events = times.map((time) => ({ specversion: '1.0', id: `e-${next++}`, source: '/gateway', type: 'workflow_run', time, ...more }));
  const { status, body } = await s.post('operator', '/metering/events', events, { tenant });
  assert.equal([status, body.accepted], [200, times.length], JSON.stringify(body));
  return body.events.map(({ event_id }: { event_id: string }) => event_id);
}

/** Workflow runs by local day, once all is counted. */
async function counted(tenant: string, query: string): Promise<Record<string, string>> {
  await s.runJob('finops.metering', tenant);
  const { body } = await s.get('auditor', `/metering/readings?meter=workflow_runs&${query}`, { tenant });
  return Object.fromEntries(body.items.map(({ day, quantity }: Quantity) => [day, quantity]));
}

async function run(tenant: string, period: string) {
  const { status, body } = await s.post('operator', '/billing/runs', { period }, { tenant });
  assert.is(status, 201, JSON.stringify(body));
  return body.invoice;
}

const invoicePath = (tenant: string, period: string, tail = '') => `/billing/invoices/${tenant}/${period}${tail}`;
const invoice = async (tenant: string, period: string) => (await s.get('finance', invoicePath(tenant, period), { tenant })).body;
const runsIn = ({ lines }: { lines: readonly Line[] }) => lines.find(({ meter }) => meter === 'workflow_runs')?.quantity;

async function clock(): Promise<string> {
  const [row] = await s.asApp('SELECT to_char(summit_now() AT TIME ZONE \'UTC\', \'YYYY-MM-DD"T"HH24:MI:SS"Z"\') AS now');
  return String(row?.now);
}

async function advanceTo(time: string): Promise<void> {
  s.advance({ minutes: (Date.parse(time) - Date.parse(await clock())) / 60_000 });
}

test('usage is of the day that it is for the tenant, to the millisecond', async () => {
  await report(NEW_YORK, ['2025-06-10T03:59:59.999Z', '2025-06-10T04:00:00Z', '2025-06-11T03:59:59.999Z', '2025-06-11T04:00:00Z']);
  assert.equal(await counted(NEW_YORK, 'period=2025-06'), { '2025-06-09': '1', '2025-06-10': '2', '2025-06-11': '1' });
  await report(KOLKATA, ['2025-06-10T18:29:59.999Z', '2025-06-10T18:30:00Z', '2025-06-11T18:29:59.999Z']);
  assert.equal(await counted(KOLKATA, 'period=2025-06'), { '2025-06-10': '1', '2025-06-11': '2' });
});

test('usage around the end of a month, or of a year, is in the invoice of the local one', async () => {
  await report(NEW_YORK, ['2025-11-01T03:59:59.999Z', '2025-11-01T04:00:00Z', '2026-01-01T04:59:59.999Z', '2026-01-01T05:00:00Z']);
  await report(KOLKATA, ['2025-12-31T18:29:59.999Z', '2025-12-31T18:30:00Z', '2025-12-31T23:59:59.999Z']);
  const periods = ['2025-10', '2025-11', '2025-12', '2026-01'];
  const billed = async (tenant: string) => {
    const quantities: unknown[] = [];
    for (const period of periods) quantities.push(runsIn(await run(tenant, period)));
    return quantities;
  };
  assert.equal(await billed(NEW_YORK), ['1', '1', '1', '1']);
  assert.equal(await billed(KOLKATA), ['0', '0', '1', '2']);
});

test('a day on which the clocks change has 23 or 25 hours', async () => {
  // Clocks go forward at 2:00 on 9 March, and back at 2:00 on 2 November.
  await report(NEW_YORK, ['2025-03-09T04:59:59Z', '2025-03-09T05:00:00Z', '2025-03-10T03:59:59Z', '2025-03-10T04:00:00Z']);
  assert.equal(await counted(NEW_YORK, 'from=2025-03-08&to=2025-03-10'), { '2025-03-08': '1', '2025-03-09': '2', '2025-03-10': '1' });
  await report(NEW_YORK, ['2025-11-02T03:59:59Z', '2025-11-02T04:00:00Z', '2025-11-02T05:30:00Z', '2025-11-02T06:30:00Z']);
  await report(NEW_YORK, ['2025-11-03T04:59:59Z', '2025-11-03T05:00:00Z']);
  // The first day of November has one from the test before.
  assert.equal(await counted(NEW_YORK, 'from=2025-11-01&to=2025-11-03'), { '2025-11-01': '2', '2025-11-02': '4', '2025-11-03': '1' });
});

test('what is rated in a time zone is worked out again in it', async () => {
  const finalized = await s.post('finance', invoicePath(NEW_YORK, '2025-11', '/finalize'));
  assert.equal([finalized.status, finalized.body.time_zone, runsIn(finalized.body)], [200, 'America/New_York', '7'], JSON.stringify(finalized.body));
  const { body } = await s.get('auditor', invoicePath(NEW_YORK, '2025-11', '/recomputation'));
  assert.equal([body.matches, body.differences], [true, []]);
});

test('a period of before the tenant was there can be brought in, and stays open', async () => {
  await report(KOLKATA, ['2019-02-27T12:00:00Z', '2019-02-28T12:00:00Z']);
  assert.is(runsIn(await run(KOLKATA, '2019-02')), '2');
  await s.runJob('finops.metering', KOLKATA);
  await report(KOLKATA, ['2019-02-28T13:00:00Z']);
  assert.is(runsIn(await run(KOLKATA, '2019-02')), '3');
  assert.equal(await counted(KOLKATA, 'period=2019-02'), { '2019-02-27': '1', '2019-02-28': '2' });
});

test('a period in which nothing was used has the base fee alone, and is finalized like any other', async () => {
  const drafted = await run(KOLKATA, '2020-02');
  assert.equal([runsIn(drafted), drafted.total, drafted.lines.length], ['0', '500.00', 3]);
  assert.equal(await counted(KOLKATA, 'period=2020-02'), {});
  const { status, body } = await s.post('finance', invoicePath(KOLKATA, '2020-02', '/finalize'), {}, { tenant: KOLKATA });
  assert.equal([status, body.status, body.total], [200, 'finalized', '500.00']);
});

test('usage of the future is refused, but for what clocks differ by', async () => {
  const at = Date.parse(await clock());
  const event = (minutes: number) => {
    const time = new Date(at + minutes * 60_000).toISOString();
    return { specversion: '1.0', id: `e-${next++}`, source: '/gateway', type: 'workflow_run', time };
  };
  const { body } = await s.post('operator', '/metering/events', [event(4), event(60)]);
  assert.equal(
    body.events.map(({ status }: { status: string }) => status),
    ['accepted', 'rejected'],
  );
  assert.match(body.events[1].errors[0].message, 'in the future');
});

interface Settings {
  readonly plans: readonly { readonly from?: string; readonly plan: Record<string, unknown> & { readonly charges: readonly object[] } }[];
  readonly grace_days?: number;
}

async function settingsOf(tenant: string): Promise<Settings> {
  const { items } = (await s.get('operator', '/packs', { tenant })).body;
  return items.find(({ id }: { id: string }) => id === 'finops').tenant_settings;
}

async function configure(tenant: string, settings: Settings): Promise<void> {
  const { status, body } = await s.put('operator', `/tenants/${tenant}/packs/finops`, { enabled: true, settings }, { tenant });
  assert.is(status, 200, JSON.stringify(body));
}

/** A plan whose base fee tells it from the others. */
const plan = (version: number, base_fee: string) => ({
  ...{ id: 'by-month', version, currency: 'USD', base_fee },
  charges: [{ meter: 'workflow_runs', model: 'per_unit', unit_price: '1.00' }],
});

test('each period is billed by the plan that holds in it', async () => {
  await configure(KOLKATA, {
    plans: [{ plan: plan(1, '100.00') }, { from: '2021-03', plan: plan(2, '200.00') }, { from: '2021-05', plan: plan(3, '300.00') }],
  });
  await report(KOLKATA, ['2021-02-28T18:29:59Z', '2021-02-28T18:30:00Z']);
  const billed: unknown[] = [];
  for (const period of ['2020-12', '2021-02', '2021-03', '2021-04', '2021-05', '2022-01']) {
    const { plan_id, plan_version, total } = await run(KOLKATA, period);
    billed.push([period, plan_id, plan_version, total]);
  }
  assert.equal(billed, [
    ['2020-12', 'by-month', 1, '100.00'],
    ['2021-02', 'by-month', 1, '101.00'],
    ['2021-03', 'by-month', 2, '201.00'],
    ['2021-04', 'by-month', 2, '200.00'],
    ['2021-05', 'by-month', 3, '300.00'],
    ['2022-01', 'by-month', 3, '300.00'],
  ]);
});

test('a plan that changes takes along what is drafted, and leaves what is finalized', async () => {
  const finalized = await s.post('finance', invoicePath(KOLKATA, '2021-02', '/finalize'), {}, { tenant: KOLKATA });
  assert.is(finalized.body.total, '101.00', JSON.stringify(finalized.body));
  await configure(KOLKATA, { plans: [{ plan: plan(4, '400.00') }] });
  // Drafts are brought up to date once a day.
  s.advance({ hours: 21 });
  await s.runJob('finops.rating', KOLKATA);
  const draft = await invoice(KOLKATA, '2021-03');
  assert.equal([draft.status, draft.plan_version, draft.total, draft.revision], ['draft', 4, '401.00', 2]);
  const kept = await invoice(KOLKATA, '2021-02');
  assert.equal([kept.plan_version, kept.total], [1, '101.00']);
  const { body } = await s.get('finance', invoicePath(KOLKATA, '2021-02', '/recomputation'), { tenant: KOLKATA });
  assert.is(body.matches, true, 'by the plan that it was billed by');
});

test('late usage costs what the plan of its own period says', async () => {
  await configure(KOLKATA, {
    plans: [{ plan: { ...plan(5, '0.00'), charges: [{ meter: 'workflow_runs', model: 'per_unit', unit_price: '7.00' }] } }],
  });
  await report(KOLKATA, ['2021-02-03T12:00:00Z', '2021-02-03T12:00:00Z']);
  const { lines } = await run(KOLKATA, '2021-03');
  assert.equal(
    lines.map(({ quantity, amount }: Line) => [quantity, amount]),
    [
      ['1', '0.00'],
      ['1', '7.00'],
      ['2', '2.00'],
    ],
  );
});

test('so is what is rated ahead of Greenwich, where a month begins in the one before', async () => {
  const finalized = await s.post('finance', invoicePath(KOLKATA, '2026-01', '/finalize'), {}, { tenant: KOLKATA });
  assert.equal([finalized.status, finalized.body.time_zone, runsIn(finalized.body)], [200, 'Asia/Kolkata', '2'], JSON.stringify(finalized.body));
  const { body } = await s.get('auditor', invoicePath(KOLKATA, '2026-01', '/recomputation'), { tenant: KOLKATA });
  assert.equal([body.matches, body.differences], [true, []]);
});

test('a period begins at midnight of the tenant, whatever month it is in Greenwich', async () => {
  const period = nextPeriod(nextPeriod((await clock()).slice(0, 7)));
  const eve = dayAfter(firstDayOf(period), -1);
  await advanceTo(`${eve}T18:25:00Z`);
  const early = await s.post('operator', '/billing/runs', { period }, { tenant: KOLKATA });
  assert.equal([early.status, early.body.errors?.[0]?.path], [400, 'period']);
  await advanceTo(`${eve}T18:30:01Z`);
  assert.is((await run(KOLKATA, period)).status, 'draft');
  assert.is((await s.post('operator', '/billing/runs', { period })).status, 400, 'it is the day before in New York');
});

/** Of the tenant in New York: the month that is, with one run in it, drafted by the jobs. @returns it */
async function drafted(): Promise<string> {
  const now = await clock();
  // Far from any midnight.
  await advanceTo(`${dayAfter(firstDayOf(nextPeriod(now.slice(0, 7))), 9)}T16:00:00Z`);
  const period = periodOf(await clock());
  await report(NEW_YORK, [`${firstDayOf(period)}T16:00:00Z`]);
  await s.runJob('finops.metering');
  await s.runJob('finops.rating');
  assert.is(runsIn(await invoice(NEW_YORK, period)), '1');
  return period;
}

test('until its grace is over, a late event changes its reading; from then on it is a line of the next invoice that names it', async () => {
  const period = await drafted();
  const [day, later] = [`${firstDayOf(period)}T17:00:00Z`, nextPeriod(period)];
  const read = async () => (await s.get('auditor', `/metering/readings?meter=workflow_runs&period=${period}`)).body.items;

  // Two days: the last moment of the second, as it is in New York.
  await advanceTo(`${dayAfter(firstDayOf(later), 2)}T03:30:00Z`);
  await s.runJob('finops.metering');
  await report(NEW_YORK, [day]);
  await s.runJob('finops.metering');
  await s.runJob('finops.rating');
  assert.equal(
    (await read()).map(({ quantity, revision }: Quantity) => [quantity, revision]),
    [['2', 2]],
  );
  assert.is(runsIn(await invoice(NEW_YORK, period)), '2', 'its draft follows');

  await advanceTo(`${dayAfter(firstDayOf(later), 2)}T05:30:00Z`);
  await s.runJob('finops.metering');
  const [closed, before] = [await read(), await invoice(NEW_YORK, period)];
  const [late] = await report(NEW_YORK, [day]);
  await s.runJob('finops.metering');
  s.advance({ hours: 21 });
  await s.runJob('finops.rating');
  assert.equal(await read(), closed);
  assert.equal(await invoice(NEW_YORK, period), before);
  const lines: readonly Line[] = (await invoice(NEW_YORK, later)).lines;
  const line = lines.at(-1);
  // The third run would cost 0.02 with the others, as two do 0.01: it adds what it makes the whole cost more.
  assert.equal([lines.length, line?.meter, line?.quantity, line?.amount], [4, 'workflow_runs', '1', '0.01']);
  assert.match(line?.description ?? '', `Adjustment of ${period}`);
  assert.match(line?.description ?? '', String(late));
  const { items } = (await s.get('finance', `/metering/adjustments?period=${period}`)).body;
  assert.equal([items.length, items[0].quantity, items[0].billed_in, items[0].event_ids], [1, '1', later, [late]]);
});

test('the days of grace are the tenant’s to set', async () => {
  const { plans } = await settingsOf(NEW_YORK);
  await configure(NEW_YORK, { plans, grace_days: 0 });
  const period = await drafted();
  await advanceTo(`${firstDayOf(nextPeriod(period))}T05:30:00Z`);
  await s.runJob('finops.metering');
  await report(NEW_YORK, [`${firstDayOf(period)}T17:00:00Z`]);
  assert.is((await counted(NEW_YORK, `period=${period}`))[firstDayOf(period)], '1');
  const { total } = (await s.get('finance', `/metering/adjustments?period=${period}`)).body;
  assert.is(total, 1);
});

test('what takes back usage of a closed period is billed less in the next, and named', async () => {
  const period = await drafted();
  const later = nextPeriod(period);
  const id = `wrong-${next++}`;
  await report(NEW_YORK, [`${firstDayOf(period)}T17:00:00Z`], { id });
  await advanceTo(`${dayAfter(firstDayOf(later), 4)}T12:00:00Z`);
  await s.runJob('finops.metering');
  const [correction] = await report(NEW_YORK, [`${firstDayOf(period)}T17:00:00Z`], { corrects: id, data: { quantity: '0' } });
  const { lines } = await run(NEW_YORK, later);
  assert.equal(
    lines.slice(2).map(({ quantity, amount }: Line) => [quantity, amount]),
    [
      ['0', '0.00'],
      ['-1', '0.00'],
    ],
  );
  assert.match(lines[3].description, String(correction));
});

test('usage is counted in one time zone for good: a tenant that moves changes none of its days', async () => {
  const moved = s.config.tenants.map((file) => (file.id === NEW_YORK ? { ...file, time_zone: 'Asia/Tokyo' } : file));
  const period = await drafted();
  const day = dayAfter(firstDayOf(period), 4);
  const times = [`${day}T02:00:00Z`, `${day}T12:00:00Z`];
  const id = `moving-${next}`;
  await report(NEW_YORK, times.slice(0, 1), { id });
  await report(NEW_YORK, times.slice(1));
  const before = await run(NEW_YORK, period);
  await s.summit.services.tenants.apply(moved);
  await report(NEW_YORK, times.slice(0, 1), { corrects: id, data: { quantity: '0' } });
  const { body: after } = await s.post('finance', invoicePath(NEW_YORK, period, '/finalize'));
  assert.equal([runsIn(before), runsIn(after), after.time_zone], ['3', '3', 'America/New_York'], 'one less, and the billing run');
  assert.equal(await counted(NEW_YORK, `period=${period}`), {
    ...{ [firstDayOf(period)]: '1', [dayAfter(day, -1)]: '0', [day]: '1' },
    [periodOf(period) + (await clock()).slice(7, 10)]: '1',
  });
  const { body } = await s.get('auditor', invoicePath(NEW_YORK, period, '/recomputation'));
  assert.equal([body.matches, body.differences], [true, []]);
});

test.run();
