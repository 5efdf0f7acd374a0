import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { switchboardPath } from '../sdk/index.ts';
import { Receiver } from '../sdk/testing/receiver.ts';
import { type TestSummit, testSummit } from './support/summit.ts';

const test = suite('Invoices worked out again');
const TENANT = 'demo-external';
let s: TestSummit;
let receiver: Receiver;

test.before(async () => {
  receiver = await Receiver.open();
  s = await testSummit();
  // Those of the schedule would look behind the test's back.
  await s.summit.services.jobs.stop();
  const webhooks = [{ id: 'erp', url: `${receiver.url}/erp`, events: ['invoice.differs'] }];
  await s.summit.services.tenants.apply(s.config.tenants.map((tenant) => (tenant.id === TENANT ? { ...tenant, webhooks } : tenant)));
});
test.after(async () => {
  await s?.close();
  await receiver?.close();
});

interface Difference {
  readonly what: string;
  readonly stored: string;
  readonly recomputed: string;
}

const invoicePath = (period: string, tail = '') => `/billing/invoices/${TENANT}/${period}${tail}`;
const recomputation = async (period: string) => (await s.get('auditor', invoicePath(period, '/recomputation'))).body;
const discrepancies = async (query = '') => (await s.get('auditor', `/billing/discrepancies${query}`)).body;
const whatDiffers = async (period: string) => (await recomputation(period)).differences.map(({ what }: Difference) => what);

/** Two thousand decisions and a workflow run, on two days of a month, finalized. @returns the id of the invoice */
async function billed(period: string): Promise<string> {
  const event = (type: string, day: string, id: number) => {
    return { specversion: '1.0', id: `${period}-${type}-${id}`, source: '/gateway', type, time: `${period}-${day}T12:00:00Z` };
  };
  const decisions = (day: string, from: number) => Array.from({ length: 1_000 }, (_, index) => event('policy_decision', day, from + index));
  for (const events of [decisions('10', 0), decisions('11', 1_000), [event('workflow_run', '10', 0)]]) {
    assert.is((await s.post('operator', '/metering/events', events)).body.accepted, events.length);
  }
  const { status, body } = await s.post('finance', invoicePath(period, '/finalize'));
  assert.equal([status, body.total], [200, '504.01'], JSON.stringify(body));
  return body.id;
}

test('one that nobody has touched comes out the same, and leaves no record when it is looked at', async () => {
  await billed('2025-01');
  const { matches, differences, stored_digest, recomputed_digest, number } = await recomputation('2025-01');
  assert.equal([matches, differences, number], [true, [], 'INV-000001']);
  assert.is(stored_digest, recomputed_digest);
  assert.match(stored_digest, /^[0-9a-f]{64}$/);
  await s.runJob('finops.recompute');
  assert.is((await discrepancies()).total, 0);
});

test('events that have gone, or have another quantity, show in the reading, the line and the total', async () => {
  await billed('2025-02');
  await s.tamper('usage_events', `DELETE FROM usage_events WHERE external_id LIKE '2025-02-policy_decision-1___'`);
  const { matches, differences, stored_digest, recomputed_digest } = await recomputation('2025-02');
  assert.is(matches, false);
  assert.not.equal(stored_digest, recomputed_digest);
  assert.equal(
    differences.map(({ what }: Difference) => what),
    ['reading 2025-02-11 policy_decisions', 'lines.1', 'total'],
  );
  const [reading, , total]: Difference[] = differences;
  assert.equal([JSON.parse(reading?.stored ?? '').quantity, JSON.parse(reading?.recomputed ?? '').quantity], ['1000', '0']);
  assert.equal([JSON.parse(total?.stored ?? ''), JSON.parse(total?.recomputed ?? '')], ['504.01', '502.01']);

  await billed('2025-03');
  await s.tamper('usage_events', `UPDATE usage_events SET quantity = 0 WHERE external_id = '2025-03-workflow_run-0'`);
  assert.equal(await whatDiffers('2025-03'), ['reading 2025-03-10 workflow_runs', 'lines.2', 'total']);
});

test('an event that was moved to another day, or a correction that was slipped in, shows too', async () => {
  await billed('2025-04');
  await s.tamper(
    'usage_events',
    `UPDATE usage_events SET "timestamp" = "timestamp" + interval '1 day' WHERE external_id = '2025-04-policy_decision-0'`,
  );
  // The quantity of the month is the same, and so is what it costs.
  assert.equal(await whatDiffers('2025-04'), ['reading 2025-04-10 policy_decisions', 'reading 2025-04-11 policy_decisions']);

  await billed('2025-05');
  const idOf = async (external: string) =>
    (await s.asApp('SELECT id FROM usage_events WHERE tenant_id = $1 AND external_id = $2', ['demo-external', external]))[0]?.id;
  const [corrected, by] = [await idOf('2025-05-workflow_run-0'), await idOf('2025-05-policy_decision-0')];
  await s.tamper(
    'usage_corrections',
    `INSERT INTO usage_corrections (tenant_id, corrected_id, event_id) VALUES ('demo-external', '${corrected}', '${by}')`,
  );
  assert.equal(await whatDiffers('2025-05'), ['reading 2025-05-10 workflow_runs', 'lines.2', 'total']);
});

test('a reading, a line or a total that was changed shows against the events', async () => {
  await billed('2025-06');
  await s.tamper('finops_meter_readings', `UPDATE finops_meter_readings SET quantity = 7 WHERE day = '2025-06-10' AND meter = 'workflow_runs'`);
  assert.equal(await whatDiffers('2025-06'), ['reading 2025-06-10 workflow_runs']);

  await billed('2025-07');
  await s.tamper('finops_invoices', `UPDATE finops_invoices SET total = 1 WHERE period = '2025-07'`);
  assert.equal(await whatDiffers('2025-07'), ['total']);

  await billed('2025-08');
  await s.tamper('finops_invoices', `UPDATE finops_invoices SET lines = jsonb_set(lines, '{1,amount}', '"0.01"') WHERE period = '2025-08'`);
  assert.equal(await whatDiffers('2025-08'), ['lines.1']);

  await billed('2025-09');
  await s.tamper('finops_rated_usage', `DELETE FROM finops_rated_usage WHERE period = '2025-09' AND meter = 'workflow_runs'`);
  assert.equal(await whatDiffers('2025-09'), ['lines.2', 'total']);
  const [gone] = (await recomputation('2025-09')).differences;
  assert.is(gone.recomputed, 'null');

  await billed('2025-10');
  await s.tamper('finops_invoices', `UPDATE finops_invoices SET lines = lines - 1 WHERE period = '2025-10'`);
  const { matches, differences } = await recomputation('2025-10');
  assert.equal([matches, differences.length, differences[0]?.what, differences[0]?.stored], [false, 1, 'lines.2', 'null']);
});

test('what differs is put on record once, told once, and counted', async () => {
  await s.runJob('finops.recompute');
  const { items, total } = await discrepancies();
  assert.equal(items.map(({ period }: { period: string }) => period).sort(), [
    '2025-02',
    '2025-03',
    '2025-04',
    '2025-05',
    '2025-06',
    '2025-07',
    '2025-08',
    '2025-09',
    '2025-10',
  ]);
  const [march] = (await discrepancies('?period=2025-03')).items;
  assert.equal(march.differences, (await recomputation('2025-03')).differences);

  const { body } = await s.get('finance', '/dashboards/finops.demo-economics');
  const card = body.cards.find(({ id }: { id: string }) => id === 'discrepancies');
  assert.equal([card.value, card.list, card.href], [total, '/billing/discrepancies', switchboardPath('/billing/discrepancies')]);

  const { indicators } = (await s.get('auditor', '/slo')).body;
  const measured = indicators.find(({ id }: { id: string }) => id === 'finops.differing_invoices');
  assert.equal([measured.value, measured.met, measured.list], [total, false, '/billing/discrepancies']);

  await s.summit.services.outbox.sweep([TENANT]);
  const told = receiver.at('/erp').map(({ body: sent }) => JSON.parse(sent));
  assert.is(told.length, total);
  const notice = told.find(({ data }) => data.period === '2025-03');
  assert.equal([notice.type, notice.subject.id, notice.data.differences, notice.data.total], ['invoice.differs', march.invoice_id, 3, '504.01']);
});

test('when it is looked at again nothing is added', async () => {
  const count = async () => [
    (await discrepancies()).total,
    (await s.get('auditor', '/receipts?action=finops.invoice.check')).body.total,
    (await s.asApp("SELECT count(*)::int AS n FROM outbox WHERE payload->>'endpoint' = 'erp'"))[0]?.n,
  ];
  const before = await count();
  assert.equal(before, [9, 9, 9]);
  s.advance({ hours: 24 });
  await s.runJob('finops.recompute');
  assert.equal(await count(), before);
});

test('what it says is not changed by that: the invoice differs still, and can be voided', async () => {
  const { body } = await s.get('finance', invoicePath('2025-03'));
  assert.equal([body.status, body.total], ['finalized', '504.01']);
  assert.is((await recomputation('2025-03')).matches, false);
  assert.is((await s.post('finance', invoicePath('2025-03', '/void'), { comment: 'It differs' })).status, 200);
});

test('a draft changes still, so there is nothing to work out; and what is not there is not found', async () => {
  await s.post('operator', '/billing/runs', { period: '2025-11' });
  assert.is((await s.get('finance', invoicePath('2025-11', '/recomputation'))).status, 409);
  assert.is((await s.get('finance', invoicePath('2024-10', '/recomputation'))).status, 404);
  assert.is((await s.get('engineer', invoicePath('2025-01', '/recomputation'))).status, 403);
  assert.is((await s.get('engineer', '/billing/discrepancies')).status, 403);
});

test.run();
