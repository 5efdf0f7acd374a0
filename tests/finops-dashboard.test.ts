import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { DashboardAnswer } from '../kernel/dashboards/answer.ts';
import { errorsIn } from '../kernel/validation.ts';
import { dayAfter, firstDayOf, nextPeriod } from '../packs/finops/period.ts';
import { type TestSummit, testSummit } from './support/summit.ts';
import { withProbe } from './support/with-probe.ts';

const test = suite('What it costs to be governed');
const TENANT = 'demo-external';
const path = '/dashboards/finops.demo-economics';
let s: TestSummit;
/** A month of 30 days, of which ten have gone by. */
let period: string;

const charge = (meter: string, unit_price: string) => ({ meter, model: 'per_unit', unit_price });
const plan = {
  ...{ id: 'economics', version: 1, currency: 'USD', base_fee: '100.00' },
  charges: [charge('policy_decisions', '0.50'), charge('workflow_runs', '2.00'), charge('peak_seats', '10.00')],
};

test.before(async () => {
  s = await testSummit((config) => {
    const probed = withProbe(config);
    const priced = { enabled: true, settings: { plans: [{ plan }] } };
    return { ...probed, tenants: probed.tenants.map((tenant) => ({ ...tenant, packs: { ...tenant.packs, finops: priced } })) };
  });
  await s.summit.services.jobs.stop();
  const [clock] = await s.asApp("SELECT to_char(summit_now() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') AS now");
  const now = String(clock?.now);
  period = nextPeriod(now.slice(0, 7));
  while (!/-(04|06|09|11)$/.test(period)) period = nextPeriod(period);
  s.advance({ minutes: (Date.parse(`${period}-10T12:00Z`) - Date.parse(`${now.replace(' ', 'T')}Z`)) / 60_000 });
});
test.after(() => s?.close());

interface Card {
  readonly id: string;
  readonly value: unknown;
  readonly currency?: string;
  readonly unit: string;
  readonly href: string | null;
  readonly previous: unknown;
  readonly links: readonly { readonly title: string; readonly href: string }[];
}

async function dashboard() {
  const { status, body } = await s.get('finance', path);
  assert.is(status, 200, JSON.stringify(body));
  assert.equal(errorsIn(DashboardAnswer, body), [], 'as the OpenAPI document has it');
  const values = Object.fromEntries(body.cards.map(({ id, value }: Card) => [id, value]));
  return { ...body, values };
}

let next = 0;

async function report(type: string, day: string, count: number, quantity = '1'): Promise<void> {
  const event = () => ({
    ...{ specversion: '1.0', id: `e-${next++}`, source: '/gateway', type, time: `${period}-${day}T06:00:00Z` },
    data: { quantity },
  });
  const { body } = await s.post('operator', '/metering/events', Array.from({ length: count }, event));
  assert.is(body.accepted, count, JSON.stringify(body));
}

test('a month in which nothing was used costs its base fee, and will', async () => {
  const { values, charts } = await dashboard();
  assert.equal(values, { 'policy-decisions': 0, 'workflow-runs': 0, 'rated-usage': '100.00', 'month-end-estimate': '100.00', discrepancies: 0 });
  assert.is(charts[0].series.length, 0);
});

test('what was reported is counted, and costs what the plan says', async () => {
  await report('policy_decision', '02', 7);
  await report('policy_decision', '09', 3);
  await report('workflow_run', '09', 4);
  assert.is((await dashboard()).values['policy-decisions'], 0, 'it is of readings, and nothing was counted yet');
  await s.runJob('finops.metering');
  const { values, cards } = await dashboard();
  assert.equal([values['policy-decisions'], values['workflow-runs']], [10, 4]);
  // 100.00 + 10 × 0.50 + 4 × 2.00
  assert.is(values['rated-usage'], '113.00');
  const { body: drafted } = await s.post('operator', '/billing/runs', { period });
  assert.is(drafted.invoice.total, values['rated-usage'], 'as its invoice');
  const rated = cards.find(({ id }: Card) => id === 'rated-usage');
  assert.equal([rated.unit, rated.currency], ['money', 'USD']);
  assert.match(rated.href, `/billing/invoices/${TENANT}/${period}`);
  assert.is(rated.previous, null, 'a month so far is nothing to compare with a whole one');
  const [page, json] = await Promise.all(rated.links.map(({ href }: { href: string }) => s.get('finance', href)));
  assert.match(page?.headers.get('content-type') ?? '', 'text/html');
  assert.is(json?.body.total, rated.value);
});

test('the estimate takes the days that are left to be like those so far; the base fee comes once, and the highest day stays', async () => {
  await report('seat_report', '05', 1, '3');
  await report('seat_report', '06', 1, '2');
  await s.runJob('finops.metering');
  const { values } = await dashboard();
  // The billing run of before was a workflow run of its own: 10 decisions, 5 runs, 3 seats, on 10 days of 30.
  assert.equal([values['policy-decisions'], values['workflow-runs']], [10, 5]);
  assert.is(values['rated-usage'], '145.00');
  // 100.00 + 30 × 0.50 + 15 × 2.00 + 3 × 10.00
  assert.is(values['month-end-estimate'], '175.00');
});

test('the chart has each day so far, and adds up to the cards', async () => {
  const { charts, values } = await dashboard();
  const [{ table }] = charts;
  const [{ series, kind }] = charts;
  assert.is(kind, 'line', 'meters count different things, which do not add up');
  const named = Object.fromEntries(series.map(({ name, values: of }: { name: string; values: readonly number[] }) => [name, of]));
  assert.equal(named['policy decisions'], [0, 7, 0, 0, 0, 0, 0, 0, 3, 0]);
  assert.equal(named['peak seats'], [0, 0, 0, 0, 3, 2, 0, 0, 0, 0]);
  const sum = (of: readonly number[]) => of.reduce((total, each) => total + each, 0);
  assert.equal([sum(named['policy decisions']), sum(named['workflow runs'])], [values['policy-decisions'], values['workflow-runs']]);
  assert.ok(JSON.stringify(table).includes(`${period}-10`), 'today is its last day');
  assert.not.ok(JSON.stringify(table).includes(`${period}-11`));
});

test('another month begins at nothing', async () => {
  s.advance({ hours: 24 * 21 });
  const { values } = await dashboard();
  assert.equal([values['policy-decisions'], values['rated-usage']], [0, '100.00']);
  const { body } = await s.get('finance', `/metering/readings?period=${period}&meter=policy_decisions`);
  assert.is(body.total, 2, `those of ${dayAfter(firstDayOf(nextPeriod(period)), -1)} and before are there still`);
});

test('it is for finance, operator and auditor', async () => {
  for (const handle of ['finance', 'operator', 'auditor']) assert.is((await s.get(handle, path)).status, 200, handle);
  for (const handle of ['engineer', 'ae', 'manager', 'team-lead', 'security-officer']) {
    const { status, body } = await s.get(handle, path);
    assert.equal([status, body.code], [403, 'forbidden'], handle);
  }
});

test('each tenant sees its own', async () => {
  await report('workflow_run', '09', 1);
  await s.runJob('finops.metering');
  const { items } = (await s.get('finance', '/metering/readings', { tenant: 'summit-internal' })).body;
  assert.equal(items, []);
});

test.run();
