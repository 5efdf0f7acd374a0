import { Webhook } from 'standardwebhooks';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Receiver } from '../sdk/testing/receiver.ts';
import { dealsOf, LEADS, newLead, QUOTES, succeeded } from './support/deal.ts';
import { type TestSummit, testSummit } from './support/summit.ts';
import { assertSound, verifiedEvidence } from './support/verified-evidence.ts';

const test = suite('What proves a deal, and tells of it');
const TENANT = 'demo-external';
let s: TestSummit;
let deals: ReturnType<typeof dealsOf>;
let receiver: Receiver;

test.before(async () => {
  receiver = await Receiver.open();
  s = await testSummit();
  deals = dealsOf(s);
});
test.after(async () => {
  await s?.close();
  await receiver?.close();
});

const evidenceOf = (id: string, query = '') => `/evidence/revops/deals/${id}${query}`;

/** Approved at 25 percent, changed to less and kept, activated. */
async function deal(): Promise<{ id: string; opportunity: string }> {
  const id = await deals.approved({ discount_percent: '25', line_items: undefined });
  succeeded(await s.patch('ae', `${QUOTES}/${id}`, { discount_percent: '22.50' }));
  succeeded(await deals.act('ae', id, 'submit-for-approval'));
  const { opportunity_id } = succeeded(await deals.act('ae', id, 'activate'));
  return { id, opportunity: opportunity_id };
}

test('a deal verifies offline: every revision, approval and decision of it, and the contract', async () => {
  const { id, opportunity } = await deal();
  const bundle = succeeded(await s.get('auditor', evidenceOf(id)));
  assert.equal(
    [bundle.quote.id, bundle.opportunity.id, bundle.lead.company, bundle.contract.quote_id, bundle.revisions.length, bundle.approvals.length],
    [id, opportunity, 'Acme', id, 2, 2],
  );
  assert.is(bundle.policy_decisions.length, 3);
  const summary = Object.fromEntries(Object.entries(bundle.manifest.summary).map(([name, said]) => [name, (said as { value: unknown }).value]));
  assert.equal(summary, {
    account: 'Acme',
    amount: '120000.00',
    currency: 'USD',
    discount_percent: '22.50',
    largest_line_discount_percent: '22.50',
    net_amount: '93000.00',
    approvals_needed: ['manager', 'finance'],
    approvals_received: ['manager', 'finance'],
    contract: bundle.contract.id,
  });
  // The lead and the opportunity may still change.
  assertSound(await verifiedEvidence(s, evidenceOf(id), { subject: id }), ['LOGGED', 'OPEN', 'REPRODUCED 3 of 3']);
  assertSound(await verifiedEvidence(s, evidenceOf(opportunity), { subject: opportunity }), ['LOGGED', 'OPEN', 'REPRODUCED 3 of 3']);
});

test('a deal with line items, a draft and a lead without a quote verify too', async () => {
  const items = [{ description: 'seats', amount: '1000', discount_percent: '30' }];
  const withItems = await deals.quote({ line_items: items, amount: undefined, discount_percent: undefined });
  succeeded(await deals.act('ae', withItems, 'submit-for-approval'));
  assertSound(await verifiedEvidence(s, evidenceOf(withItems)), ['LOGGED', 'OPEN', 'REPRODUCED 1 of 1']);
  assertSound(await verifiedEvidence(s, evidenceOf(await deals.quote())), ['LOGGED', 'OPEN', 'NONE 0 of 0']);
  assertSound(await verifiedEvidence(s, evidenceOf(await deals.opportunity())), ['LOGGED', 'OPEN', 'NONE 0 of 0']);
});

test('by the opportunity, the quote that was activated stands first and the others beside it', async () => {
  const opportunity = await deals.opportunity();
  const [first, second] = [await deals.quote({}, opportunity), await deals.quote({}, opportunity)];
  assert.is(succeeded(await s.get('auditor', evidenceOf(opportunity))).quote.id, second);
  for (const verb of ['submit-for-approval', 'approve', 'activate']) succeeded(await deals.act('ae', first, verb));
  const bundle = succeeded(await s.get('auditor', evidenceOf(opportunity)));
  assert.equal([bundle.quote.id, bundle.other_quotes.map(({ id }: { id: string }) => id)], [first, [second]]);
  // The opportunity was won by the first, which is in its receipts: the bundle of the second shows that too.
  assertSound(await verifiedEvidence(s, evidenceOf(second), { subject: second }), ['LOGGED', 'OPEN', 'REPRODUCED 2 of 2']);
  for (const verb of ['submit-for-approval', 'approve', 'activate']) succeeded(await deals.act('ae', second, verb));
  assertSound(await verifiedEvidence(s, evidenceOf(second)), ['LOGGED', 'OPEN', 'REPRODUCED 4 of 4']);
  assert.equal((await s.get('auditor', evidenceOf('nowhere'))).status, 404);
});

test('a summary that says other than the rows is found out', async () => {
  const { id } = await deal();
  const { body } = await s.get('auditor', evidenceOf(id));
  body.manifest.summary.discount_percent.value = '12.50';
  const { parsePolicy, verifyEvidence } = await import('../sdk/verify/index.ts');
  const policy = await parsePolicy(String((await s.get('auditor', '/log/policy')).body));
  const report = await verifyEvidence(JSON.stringify(body), { policy });
  assert.not(report.ok);
  assert.match(JSON.stringify(report.findings), /the summary's discount_percent is not what is at \/quote\/discount_percent/);
});

test('the summary of the Evidence tab counts the approvals of what is up now', async () => {
  const id = await deals.submitted({ discount_percent: '25' });
  succeeded(await deals.act('manager', id, 'approve'));
  const tab = async () => succeeded(await s.get('auditor', evidenceOf(id, '?format=summary'))).approvals;
  assert.equal([(await tab()).needed, (await tab()).received], [2, 1]);
  succeeded(await s.patch('ae', `${QUOTES}/${id}`, { discount_percent: '40' }));
  assert.equal([(await tab()).received, (await tab()).reasons], [0, []], 'nothing stands for a draft, and nothing is asked of it');
  succeeded(await deals.act('ae', id, 'submit-for-approval'));
  const { needed, received, given, reasons } = await tab();
  assert.equal([needed, received, given.map(({ counts }: { counts: boolean }) => counts)], [2, 0, [false]]);
  assert.match(reasons[0].message, /^A discount of 40.00 percent is above the 20.00 percent/, 'discount against threshold, as the policy put it');
  const { summary } = succeeded(await s.get('auditor', evidenceOf(id, '?format=summary')));
  assert.equal(summary.discount_percent, { from: '/quote/discount_percent', value: '40.00' });
});

test('the graph connects tenant, lead, opportunity, quote, approvals, decisions and contract', async () => {
  const { id, opportunity } = await deal();
  const { neighbors } = (await s.get('auditor', `/graph/entities/${id}/neighbors`)).body;
  const around = new Set(neighbors.map(({ direction, relationship, type }: Record<string, string>) => `${direction} ${relationship} ${type}`));
  assert.equal([...around].sort(), [
    'out activated_by user',
    'out decided_by policy-decision',
    'out for_opportunity revops.opportunity',
    'out has_approval approval',
    'out has_contract revops.contract',
    'out has_revision revops.quote-revision',
    'out owned_by user',
    'out submitted_by user',
  ]);
  const contract = neighbors.find(({ type }: { type: string }) => type === 'revops.contract').id;
  const { paths } = (await s.get('auditor', `/graph/paths?from=${contract}&to=tenant:${TENANT}`)).body;
  // As short is the way by whoever activated the quote: both are told.
  const ways = paths.map(({ nodes }: { nodes: { type: string }[] }) => nodes.map(({ type }) => type).join(' – '));
  assert.ok(ways.includes('revops.contract – revops.quote – user – tenant'), ways.join('\n'));
  const byTheDeal = ways.indexOf('revops.contract – revops.quote – revops.opportunity – tenant');
  assert.is(paths[byTheDeal]?.nodes[2].id, opportunity);
});

test('each submission starts a metered workflow', async () => {
  const id = await deals.submitted();
  succeeded(await deals.act('ae', id, 'recall'));
  succeeded(await deals.act('ae', id, 'submit-for-approval'));
  const runs = await s.asApp("SELECT metadata FROM usage_events WHERE type = 'workflow_run' AND subject = $1", [id]);
  assert.equal(runs, [{ metadata: { workflow: 'revops.quote' } }, { metadata: { workflow: 'revops.quote' } }]);
});

test('submission, approval, rejection and activation are told to whoever subscribes, signed', async () => {
  const webhooks = [{ id: 'crm', url: `${receiver.url}/crm`, events: ['quote.*'] }];
  await s.summit.services.tenants.apply(s.config.tenants.map((tenant) => (tenant.id === TENANT ? { ...tenant, webhooks } : tenant)));
  const { id } = await deal();
  const rejected = await deals.submitted({ discount_percent: '90' });
  succeeded(await deals.act('finance', rejected, 'reject', { comment: 'no' }));
  await s.summit.services.outbox.sweep([TENANT]);

  const { secret } = succeeded(await s.get('operator', '/webhooks')).items[0];
  const told = receiver.at('/crm').map(({ headers, body }) => new Webhook(secret).verify(body, headers as Record<string, string>)) as {
    type: string;
    version: number;
    subject: { id: string };
    data: Record<string, unknown>;
  }[];
  const ofDeal = told.filter(({ subject }) => subject.id === id);
  assert.equal(ofDeal.map(({ type }) => type).sort(), ['quote.activated', 'quote.approved', 'quote.approved', 'quote.submitted', 'quote.submitted']);
  const { contract_id, activated_at, ...data } = ofDeal.find(({ type }) => type === 'quote.activated')?.data ?? {};
  const quote = await deals.get(id);
  assert.equal([contract_id, activated_at], [quote.contract.id, quote.updated_at]);
  assert.equal(data, {
    ...{ quote_id: id, opportunity_id: quote.opportunity_id, account: 'Acme', revision: 2, currency: 'USD' },
    ...{ amount: '120000.00', discount_percent: '22.50', net_amount: '93000.00' },
  });
  const ofRejected = told.filter(({ subject }) => subject.id === rejected).map(({ type, data: { role } }) => `${type} ${role}`);
  assert.equal(ofRejected.sort(), ['quote.rejected finance', 'quote.submitted undefined']);
});

test('every number of the dashboard is the total of a list, and the approval times are those of the quotes', async () => {
  s.advance({ hours: 24 * 40 });
  const empty = succeeded(await s.get('manager', '/dashboards/revops.governance?days=1'));
  const valuesOf = ({ cards }: typeof empty) => Object.fromEntries(cards.map(({ id, value }: { id: string; value: unknown }) => [id, value]));
  assert.equal([valuesOf(empty).leads, valuesOf(empty)['approval-time-average']], [0, null], 'no data is not zero');

  await s.post('ae', LEADS, newLead());
  const slow = await deals.submitted({ discount_percent: '25' });
  succeeded(await deals.act('manager', slow, 'approve'));
  s.advance({ minutes: 30 });
  succeeded(await deals.act('finance', slow, 'approve'));
  await deals.submitted({ discount_percent: '20' });
  await deals.quote({ discount_percent: '20.01' });
  await deals.quote({}, await deals.opportunity({ segment: 'startup' }));

  const board = succeeded(await s.get('manager', '/dashboards/revops.governance?days=1'));
  for (const { id, value, list } of board.cards) {
    if (list !== null) assert.is((await s.get('manager', list)).body.total, value, `${id}: ${list}`);
  }
  const values = valuesOf(board);
  assert.equal([values.leads, values.quotes, values['quotes-needing-approval']], [5, 4, 1]);
  for (const time of ['average', 'p50', 'p95'])
    assert.ok(Math.abs(values[`approval-time-${time}`] - 1_800) < 60, `${time}: ${values[`approval-time-${time}`]}`);
  const [{ labels, series, threshold }] = board.charts;
  assert.is(threshold.label, 'up to 20');
  const enterprise = series.find(({ name }: { name: string }) => name === 'enterprise').values;
  assert.equal([enterprise[labels.indexOf('up to 20')], enterprise[labels.indexOf('up to 25')]], [1, 2]);
  const counted = series.flatMap(({ values: each }: { values: readonly number[] }) => each).reduce((sum: number, each: number) => sum + each, 0);
  assert.is(counted, values.quotes, 'every quote is in the picture');
});

test.run();
