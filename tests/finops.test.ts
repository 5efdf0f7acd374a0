import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type TestSummit, testSummit } from './support/summit.ts';

const test = suite('FinOps');
let s: TestSummit;
test.before(async () => {
  s = await testSummit();
});
test.after(() => s.close());

const TENANT = 'demo-external';
let next = 0;

function event(more: object = {}) {
  next += 1;
  return { specversion: '1.0', id: `e-${next}`, source: '/gateway', type: 'workflow_run', ...more };
}

async function report(...events: object[]) {
  const { status, body } = await s.post('operator', '/metering/events', events.length === 1 ? events[0] : events);
  assert.is(status, 200, JSON.stringify(body));
  return body;
}

async function run(period: string) {
  const { status, body } = await s.post('operator', '/billing/runs', { period });
  assert.is(status, 201, JSON.stringify(body));
  return body.invoice;
}

const invoicePath = (period: string, tail = '') => `/billing/invoices/${TENANT}/${period}${tail}`;

test('a period with no usage has the base fee alone, and a line for each charge', async () => {
  const { status, body } = await s.get('finance', invoicePath('2025-03'));
  assert.is(status, 200, JSON.stringify(body));
  assert.equal([body.id, body.number, body.status, body.currency, body.total], [null, null, 'draft', 'USD', '500.00']);
  assert.equal(
    body.lines.map(({ meter, quantity, amount }: { meter: string; quantity: string; amount: string }) => [meter, quantity, amount]),
    [
      [null, '1', '500.00'],
      ['policy_decisions', '0', '0.00'],
      ['workflow_runs', '0', '0.00'],
    ],
  );
});

test('usage becomes readings, rated usage and an invoice whose total is the sum of its lines', async () => {
  await report(
    ...Array.from({ length: 600 }, () => event({ time: '2026-03-10T12:00:00Z' })),
    ...Array.from({ length: 400 }, () => event({ time: '2026-03-11T12:00:00Z', type: 'policy_decision' })),
  );
  await report(...Array.from({ length: 900 }, () => event({ time: '2026-03-11T13:00:00Z', type: 'policy_decision' })));
  const drafted = await run('2026-03');
  assert.equal(
    drafted.lines.map(({ meter, quantity, unit_price, amount }: Record<string, string>) => [meter, quantity, unit_price, amount]),
    [
      [null, '1', '500.00', '500.00'],
      ['policy_decisions', '1300', '2.00', '2.60'],
      ['workflow_runs', '600', '5.00', '3.00'],
    ],
  );
  assert.is(drafted.total, '505.60');
  const { body: readings } = await s.get('auditor', '/metering/readings?period=2026-03');
  assert.equal(readings.items.map(({ day, meter, quantity }: Record<string, string>) => [day, meter, quantity]).sort(), [
    ['2026-03-10', 'workflow_runs', '600'],
    ['2026-03-11', 'policy_decisions', '1300'],
  ]);
  const { body: rated } = await s.get('finance', '/billing/rated-usage?period=2026-03');
  assert.equal([rated.total, rated.items[0].plan_id, rated.items[0].plan_version], [2, 'internal-demo', 1]);
  const named = rated.items.flatMap(({ reading_ids }: { reading_ids: readonly string[] }) => reading_ids);
  assert.equal(named.sort(), readings.items.map(({ id }: { id: string }) => id).sort(), 'what was rated is named');
  const { body: read } = await s.get('finance', invoicePath('2026-03'));
  assert.equal(read.lines, drafted.lines);
});

test('an invoice is finalized once, numbered without a gap, and never changes', async () => {
  await report(event({ time: '2026-04-01T00:00:00Z' }));
  const finalized = await s.post('finance', invoicePath('2026-04', '/finalize'));
  assert.is(finalized.status, 200, JSON.stringify(finalized.body));
  assert.equal([finalized.body.status, finalized.body.number, finalized.body.total], ['finalized', 'INV-000001', '500.01']);
  const { body: around } = await s.get('auditor', `/graph/entities/${finalized.body.id}/neighbors`);
  assert.is(around.node.label, 'invoice of 2026-04');
  assert.is((await s.post('finance', invoicePath('2026-04', '/finalize'))).status, 409);
  assert.is((await s.post('operator', '/billing/runs', { period: '2026-04' })).status, 409);
  const raw = s.asApp("UPDATE finops_invoices SET total = 0, version = version + 1 WHERE period = '2026-04'");
  await raw.then(
    () => assert.unreachable(),
    (error) => assert.match(error.message, /never changes/),
  );
  const { body } = await s.get('finance', invoicePath('2026-04', '/recomputation'));
  assert.equal([body.matches, body.differences, body.stored_digest], [true, [], body.recomputed_digest]);
});

test('usage that comes after its period is closed is billed in the first that is open, and named', async () => {
  const { body } = { body: await report(event({ time: '2026-04-20T00:00:00Z' }), event({ time: '2026-04-20T00:00:00Z' })) };
  const before = (await s.get('finance', invoicePath('2026-04'))).body;
  const drafted = await run('2026-05');
  const [late] = drafted.lines.slice(-1);
  assert.equal([late.meter, late.quantity, late.amount], ['workflow_runs', '2', '0.01']);
  assert.match(late.description, '2026-04');
  assert.match(late.description, body.events[0].event_id);
  assert.equal((await s.get('finance', invoicePath('2026-04'))).body, before);
  const { body: adjustments } = await s.get('auditor', '/metering/adjustments?period=2026-04');
  assert.equal(
    adjustments.items[0].event_ids,
    body.events.map(({ event_id }: { event_id: string }) => event_id),
  );
  assert.is(adjustments.items[0].billed_in, '2026-05');
  const { body: readings } = await s.get('auditor', '/metering/readings?day=2026-04-20');
  assert.is(readings.total, 0);
});

test('a correction changes the reading of the day of what it corrects', async () => {
  const wrong = event({ time: '2026-06-05T00:00:00Z' });
  await report(wrong, event({ time: '2026-06-05T00:00:00Z' }));
  assert.is((await run('2026-06')).lines[2].quantity, '2');
  await report(event({ corrects: wrong.id, data: { quantity: '0' } }));
  assert.is((await run('2026-06')).lines[2].quantity, '1');
});

test('what is voided makes room for another invoice of the period', async () => {
  await s.post('finance', invoicePath('2026-06', '/finalize'));
  assert.is((await s.post('operator', invoicePath('2026-06', '/void'), { comment: 'no' })).status, 403);
  const { status, body } = await s.post('finance', invoicePath('2026-06', '/void'), { comment: 'Wrong customer' });
  assert.equal([status, body.status, body.number, body.void_reason], [200, 'void', 'INV-000002', 'Wrong customer']);
  const again = await s.post('finance', invoicePath('2026-06', '/finalize'));
  assert.equal([again.status, again.body.number, again.body.total], [200, 'INV-000003', body.total], JSON.stringify(again.body));
});

test('credit notes take back an invoice, part by part, and never more than all of it', async () => {
  const credit = (body: object) => s.post('finance', invoicePath('2026-06', '/credit-notes'), body);
  const first = await credit({ amount: '100.00', comment: 'Goodwill' });
  assert.equal([first.status, first.body.status, first.body.credited_total], [200, 'finalized', '100.00']);
  assert.is(first.body.credit_notes[0].number, 'CN-000001');
  const tooMuch = await credit({ amount: '1000.00', comment: 'More' });
  assert.equal([tooMuch.status, tooMuch.body.errors[0].path], [400, 'amount']);
  assert.is((await credit({ amount: '0.001', comment: 'Finer than a cent' })).status, 400);
  assert.is((await s.post('finance', invoicePath('2026-06', '/void'), { comment: 'Too late' })).status, 409);
  const rest = await credit({ comment: 'All of it' });
  assert.equal([rest.body.status, rest.body.credit_notes.length], ['credited', 2]);
});

test('an invoice is its own tenant’s, and for finance, operator and auditor', async () => {
  assert.is((await s.get('finance', '/billing/invoices/summit-internal/2026-03')).status, 404);
  assert.is((await s.get('finance', '/billing/invoices/nobody/2026-03')).status, 404);
  assert.is((await s.get('engineer', invoicePath('2026-03'))).status, 403);
  assert.is((await s.post('engineer', invoicePath('2026-03', '/finalize'))).status, 403);
  assert.is((await s.post('auditor', '/billing/runs', { period: '2026-03' })).status, 403);
  for (const handle of ['finance', 'operator', 'auditor']) assert.is((await s.get(handle, invoicePath('2026-03'))).status, 200);
});

test('a period that is none, or has not begun, is refused by its name', async () => {
  assert.is((await s.get('finance', invoicePath('2026-13'))).body.errors[0].path, 'period');
  assert.is((await s.post('operator', '/billing/runs', { period: 'May' })).body.errors[0].path, 'period');
  assert.is((await s.post('operator', '/billing/runs', { period: '2099-01' })).body.errors[0].path, 'period');
});

test.run();
