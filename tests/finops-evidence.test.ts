import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type TestSummit, testSummit } from './support/summit.ts';
import { verifiedEvidence } from './support/verified-evidence.ts';

const test = suite('The evidence of an invoice');
let s: TestSummit;
test.before(async () => {
  s = await testSummit();
});
test.after(() => s.close());

const TENANT = 'demo-external';
const PERIOD = '2026-03';
let next = 0;

async function report(count: number, more: object) {
  const events = Array.from({ length: count }, () => ({ specversion: '1.0', id: `e-${++next}`, source: '/gateway', type: 'workflow_run', ...more }));
  const { status, body } = await s.post('operator', '/metering/events', events);
  assert.is(status, 200, JSON.stringify(body));
  return body.events.map(({ event_id }: { event_id: string }) => event_id);
}

/** The bundle, and what the verifier says of another that was asked for in the same way. */
async function proven(path: string) {
  const [{ body: bundle }, report] = [await s.get('auditor', path), await verifiedEvidence(s, path)];
  return { bundle, report };
}

test('before there is an invoice, nothing is proven', async () => {
  assert.is((await s.get('auditor', `/evidence/billing/${TENANT}/${PERIOD}`)).status, 404);
  assert.is((await s.get('auditor', `/evidence/billing/summit-internal/${PERIOD}`)).status, 404);
});

test('a sample proves lines, readings and events, and the verifier rates them again', async () => {
  await report(40, { time: '2026-03-01T00:00:00Z' });
  await report(60, { time: '2026-03-31T23:59:59Z', type: 'policy_decision' });
  await s.post('operator', '/billing/runs', { period: PERIOD });
  await report(5, { time: '2026-03-15T12:00:00Z' });
  const { body: invoice } = await s.post('finance', `/billing/invoices/${TENANT}/${PERIOD}/finalize`);
  assert.is(invoice.status, 'finalized', JSON.stringify(invoice));
  const { bundle, report: found } = await proven(`/evidence/billing/${TENANT}/${PERIOD}?sample=10`);
  assert.equal(found.findings, []);
  assert.ok(found.ok);
  assert.equal(bundle.invoice.total, invoice.total);
  assert.is(bundle.usage_events.length, 10);
  assert.is(bundle.manifest.usage.total, 105);
  assert.equal(found.billing?.lines, 3);
  const [link] = bundle.manifest.links;
  assert.is(link.from, '/invoice/lines/1');
});

test('all events come to the readings, counted anew', async () => {
  const { bundle, report: found } = await proven(`/evidence/billing/${TENANT}/${PERIOD}?events=all`);
  assert.equal(found.findings, []);
  assert.is(bundle.usage_events.length, 105);
  assert.is(found.billing?.reaggregated, 3);
});

test('late usage is proven with the invoice that bills it', async () => {
  const late = await report(2, { time: '2026-03-20T00:00:00Z' });
  await report(1, { time: '2026-04-20T00:00:00Z' });
  await s.post('finance', `/billing/invoices/${TENANT}/2026-04/finalize`);
  const { bundle, report: found } = await proven(`/evidence/billing/${TENANT}/2026-04?events=all`);
  assert.equal(found.findings, []);
  assert.equal(bundle.usage_events.map(({ event }: { event: { id: string } }) => event.id).filter((id: string) => late.includes(id)).length, 2);
});

test('what has become of an invoice since is part of it: a credit note, too', async () => {
  await s.post('finance', `/billing/invoices/${TENANT}/${PERIOD}/credit-notes`, { amount: '1.00', comment: 'Goodwill' });
  const { bundle, report: found } = await proven(`/evidence/billing/${TENANT}/${PERIOD}`);
  assert.equal(found.findings, []);
  assert.is(bundle.credit_notes[0].comment, 'Goodwill');
});

test('an invoice that was drafted over and over, voided and billed anew is proven each time', async () => {
  const period = '2026-05';
  const path = `/evidence/billing/${TENANT}/${period}?events=all`;
  for (const quantity of ['1.5', '2', '0']) {
    await report(2, { time: '2026-05-10T00:00:00Z', data: { quantity } });
    await s.post('operator', '/billing/runs', { period });
    const { report: found } = await proven(path);
    assert.equal(found.findings, []);
  }
  const { body: first } = await s.post('finance', `/billing/invoices/${TENANT}/${period}/finalize`);
  await s.post('finance', `/billing/invoices/${TENANT}/${period}/void`, { comment: 'To the wrong address' });
  assert.equal((await proven(path)).report.findings, []);
  const { body: second } = await s.post('finance', `/billing/invoices/${TENANT}/${period}/finalize`);
  assert.equal([second.total, second.number > first.number], [first.total, true]);
  const { bundle, report: found } = await proven(path);
  assert.equal(found.findings, []);
  assert.is(bundle.invoice.number, second.number);
  const voided = await proven(`/evidence/billing/${TENANT}/${first.number}?events=all`);
  assert.equal([voided.report.findings, voided.bundle.invoice.status], [[], 'void']);
  const { body: kept } = await s.get('auditor', `/billing/invoices/${TENANT}/${first.number}`);
  assert.equal([kept.status, kept.total], ['void', first.total]);
  assert.is((await s.get('auditor', `/billing/invoices/${TENANT}/INV-999999`)).status, 404);
});

test('usage that was late twice, and corrected when it was too late, is billed and proven each time', async () => {
  const id = `late-${++next}`;
  const event = { specversion: '1.0', source: '/late', type: 'workflow_run' };
  await s.post('operator', '/metering/events', { ...event, id, time: '2026-05-20T00:00:00Z', data: { quantity: '10000' } });
  await s.post('finance', `/billing/invoices/${TENANT}/2026-06/finalize`);
  await s.post('operator', '/metering/events', { ...event, id: `${id}-c`, corrects: id, data: { quantity: '4000' } });
  const { body: july } = await s.post('finance', `/billing/invoices/${TENANT}/2026-07/finalize`);
  assert.equal(
    july.lines.slice(-1).map(({ quantity, amount }: { quantity: string; amount: string }) => [quantity, amount]),
    [['-6000', '-30.00']],
  );
  for (const period of ['2026-06', '2026-07']) {
    const { report: found } = await proven(`/evidence/billing/${TENANT}/${period}?events=all`);
    assert.equal(found.findings, [], period);
    assert.equal(found.billing?.verdict, 'REPRODUCED');
    const { body } = await s.get('auditor', `/billing/invoices/${TENANT}/${period}/recomputation`);
    assert.is(body.matches, true, JSON.stringify(body));
  }
});

test('only finance, operator and auditor may have it', async () => {
  assert.is((await s.get('engineer', `/evidence/billing/${TENANT}/${PERIOD}`)).status, 403);
});

test.run();
