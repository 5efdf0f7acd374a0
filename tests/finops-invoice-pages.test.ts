import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type TestSummit, testSummit } from './support/summit.ts';

const test = suite('Invoices to print and to import');
let s: TestSummit;
test.before(async () => {
  s = await testSummit();
  const time = '2026-03-10T12:00:00Z';
  const event = { specversion: '1.0', id: 'e-1', source: '/gateway', type: 'workflow_run', time, data: { quantity: '12500.5' } };
  await s.post('operator', '/metering/events', event);
});
test.after(() => s.close());

const TENANT = 'demo-external';

const shown = (invoice: string, format: 'html' | 'csv') => s.get('auditor', `/billing/invoices/${TENANT}/${invoice}?format=${format}`);

test('a period for which nothing was rated is a draft on paper too, and points to no evidence', async () => {
  const { status, headers, body } = await shown('2026-03', 'html');
  assert.equal([status, headers.get('content-type')], [200, 'text/html; charset=utf-8']);
  assert.match(body, '<h1>Draft invoice for 2026-03</h1>');
  assert.match(body, 'this is a draft, and may change');
  assert.match(body, '500.00 USD');
  assert.not.match(body, '/evidence/');
});

test('a finalized invoice is printed with its lines, their total, and where its evidence is', async () => {
  await s.post('finance', `/billing/invoices/${TENANT}/2026-03/finalize`);
  const { headers, body } = await shown('2026-03', 'html');
  assert.match(headers.get('content-security-policy') ?? '', /default-src 'none'/);
  assert.not.match(body, /<script|<style|style=/);
  assert.match(body, '<link rel="stylesheet" href="/print.css">');
  assert.match(body, '<h1>Invoice INV-000001</h1>');
  assert.match(body, `<th scope="row">Billed to</th><td>${TENANT}</td>`);
  assert.match(body, '<td>Base fee</td><td class="amount">1</td><td class="amount">500.00</td><td class="amount">500.00</td>');
  assert.match(body, '<td class="amount">12,500.5</td><td class="amount">5.00 per 1,000</td><td class="amount">62.50</td>');
  assert.match(body, '<th scope="row" colspan="3">Total</th><td class="amount">562.50 USD</td>');
  assert.match(body, `<code>/evidence/billing/${TENANT}/INV-000001</code>`);
  assert.not.match(body, 'Credit notes');
});

test('as CSV it has a line for each of its lines and the total, exact, under its own number', async () => {
  const { status, headers, body } = await shown('2026-03', 'csv');
  assert.equal([status, headers.get('content-type')], [200, 'text/csv; charset=utf-8']);
  assert.is(headers.get('content-disposition'), `attachment; filename="invoice-${TENANT}-INV-000001.csv"`);
  const of = `INV-000001,${TENANT},2026-03,finalized`;
  assert.equal(body.split('\r\n'), [
    'invoice,tenant,period,status,meter,description,quantity,unit_price,amount,currency',
    `${of},,Base fee,1,500.00,500.00,USD`,
    `${of},policy_decisions,"Policy decisions: 0 at 2.00 per 1,000",0,2.00,0.00,USD`,
    `${of},workflow_runs,"Workflow runs: 12,500.5 at 5.00 per 1,000",12500.5,5.00,62.50,USD`,
    `${of},,Total,,,562.50,USD`,
    '',
  ]);
});

test('credit notes are on it, and what a person wrote is text and never markup', async () => {
  const comment = `<script>alert("1 & 2")</script>`;
  await s.post('finance', `/billing/invoices/${TENANT}/2026-03/credit-notes`, { amount: '62.50', comment });
  const { body } = await shown('2026-03', 'html');
  assert.not.match(body, '<script');
  assert.match(body, '<td>&#60;script&#62;alert(&#34;1 &#38; 2&#34;)&#60;/script&#62;</td><td class="amount">−62.50</td>');
  assert.match(body, '<th scope="row" colspan="3">Credited</th><td class="amount">62.50 USD</td>');
});

test('one that was voided keeps its page and its evidence when its period is billed anew', async () => {
  await s.post('finance', `/billing/invoices/${TENANT}/2026-02/finalize`);
  await s.post('finance', `/billing/invoices/${TENANT}/2026-02/void`, { comment: 'To the wrong address' });
  await s.post('finance', `/billing/invoices/${TENANT}/2026-02/finalize`);
  const [voided, standing] = [(await shown('INV-000002', 'html')).body, (await shown('2026-02', 'html')).body];
  assert.match(voided, '<th scope="row">Status</th><td>void</td>');
  assert.match(voided, `<code>/evidence/billing/${TENANT}/INV-000002</code>`);
  assert.match(standing, '<h1>Invoice INV-000003</h1>');
  assert.match((await shown('INV-000002', 'csv')).headers.get('content-disposition') ?? '', 'INV-000002.csv');
});

test.run();
