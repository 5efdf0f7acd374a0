import { randomUUID } from 'node:crypto';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { dealsOf, LEADS, newLead, QUOTES, succeeded } from './support/deal.ts';
import { type TestSummit, testSummit } from './support/summit.ts';
import { withoutSku } from './support/without-sku.ts';

const test = suite('RevOps');
let s: TestSummit;
let deals: ReturnType<typeof dealsOf>;

test.before(async () => {
  s = await testSummit(withoutSku);
  deals = dealsOf(s);
});
test.after(() => s?.close());

const rulesOf = (body: { reasons: { rule: string }[] }) => body.reasons.map(({ rule }) => rule);

test('a lead opens an opportunity, linked to it, to the enterprise team and to the tenant', async () => {
  const input = newLead({ company: 'Initech' });
  const answer = await s.post('ae', LEADS, input);
  const lead = succeeded(answer, 201);
  assert.is(answer.headers.get('location'), `${LEADS}/${lead.id}`);
  assert.equal(
    [lead.email, lead.company, lead.segment, lead.owner, lead.status, lead.version],
    [input.email, 'Initech', 'enterprise', 'ae', 'open', 1],
  );
  assert.equal([lead.opportunity.account, lead.opportunity.owner, lead.opportunity.status], ['Initech', 'ae', 'open']);
  assert.equal((await s.get('ae', `${LEADS}/${lead.id}`)).body.opportunity.id, lead.opportunity.id);
  assert.is((await s.get('ae', `/revops/opportunities/${lead.opportunity.id}`)).body.lead_id, lead.id);

  const { neighbors } = (await s.get('auditor', `/graph/entities/${lead.opportunity.id}/neighbors`)).body;
  const around = neighbors.map((each: Record<string, string>) => `${each.direction} ${each.relationship} ${each.type} ${each.label}`).sort();
  assert.equal(around, [
    'out assigned_to team enterprise',
    'out belongs_to tenant Demo external',
    'out from_lead revops.lead Initech',
    'out owned_by user ae',
  ]);
});

test('the same email and company again names the lead that is there, however they are written', async () => {
  const first = succeeded(await s.post('ae', LEADS, newLead({ email: 'Pat@Globex.example', company: 'Globex Corp' })), 201);
  const again = await s.post('ae-2', LEADS, newLead({ email: 'pat@globex.EXAMPLE', company: ' globex   corp ' }));
  assert.equal([again.status, again.body.code, again.body.existing], [409, 'conflict', { type: 'revops.lead', id: first.id }]);
  assert.match(again.body.detail, first.id);
  succeeded(await s.post('ae', LEADS, newLead({ email: 'pat@globex.example', company: 'Globex Labs' })), 201);
});

test('of twins that come at the same time one is taken up', async () => {
  const lead = newLead();
  const answers = await Promise.all(Array.from({ length: 8 }, () => s.post('ae', LEADS, lead)));
  assert.equal(answers.map(({ status }) => status).sort(), [201, 409, 409, 409, 409, 409, 409, 409]);
  assert.is(new Set(answers.map(({ body }) => body.existing?.id ?? body.id)).size, 1);
});

test('a lead that the CRM pushes twice is one lead; what has changed is taken over, and nothing else leaves a receipt', async () => {
  const pushed = newLead({ external_ref: { system: 'crm', id: randomUUID() } });
  const first = succeeded(await s.post('ae', LEADS, pushed), 201);
  const again = succeeded(await s.post('ae', LEADS, pushed));
  assert.equal([again.id, again.version, again.receipt], [first.id, 1, undefined]);
  const changed = succeeded(await s.post('ae', LEADS, { ...pushed, company: 'Acme Holding', email: 'new@acme.example', owner: 'ae-2' }));
  assert.equal([changed.id, changed.version, changed.company, changed.email], [first.id, 2, 'Acme Holding', 'new@acme.example']);
  assert.equal([changed.opportunity.account, changed.opportunity.owner, changed.owner], ['Acme Holding', 'ae-2', 'ae-2']);
  assert.is((await s.get('auditor', `/receipts?subject_id=${first.id}`)).body.total, 2);
  // What it was known by before is free again.
  succeeded(await s.post('ae', LEADS, { ...pushed, external_ref: undefined }), 201);
  const parallel = await Promise.all(Array.from({ length: 6 }, () => s.post('ae', LEADS, newLead({ ...pushed, email: 'third@acme.example' }))));
  assert.equal(
    parallel.map(({ body }) => body.id),
    parallel.map(() => first.id),
  );
});

test('a discount of 10 percent: the account executive submits, approves and activates alone', async () => {
  const id = await deals.quote({ discount_percent: 10 });
  const draft = await deals.get(id);
  assert.equal(
    [draft.status, draft.amount, draft.discount_percent, draft.net_amount, draft.currency, draft.revision, draft.version],
    ['draft', '120000.00', '10.00', '108000.00', 'USD', 1, 1],
  );
  const submitted = succeeded(await deals.act('ae', id, 'submit-for-approval'));
  assert.equal(
    [submitted.status, submitted.required_approvals, submitted.needs_approval, submitted.decision_ids.length],
    ['pending_approval', ['ae'], false, 1],
  );
  const approved = succeeded(await deals.act('ae', id, 'approve', { comment: 'standard terms' }));
  assert.equal([approved.status, approved.approvals.length, approved.approvals[0].comment], ['approved', 1, 'standard terms']);
  const activated = succeeded(await deals.act('ae', id, 'activate'));
  assert.equal([activated.status, activated.contract.status, activated.contract.quote_id], ['activated', 'active', id]);
  assert.is(activated.opportunity.status, 'won');
  const { items } = (await s.get('auditor', `${QUOTES}/${id}/receipts`)).body;
  assert.equal(
    items.map(({ action, actor, state, seq }: Record<string, { to: string }>) => `${seq} ${action} ${actor} ${state?.to}`),
    [
      '1 revops.quote.create ae draft',
      '2 revops.quote.submit-for-approval ae pending_approval',
      '3 revops.quote.approve ae approved',
      '4 revops.quote.activate ae activated',
    ],
  );
});

for (const [discount, required] of [
  ['20', ['ae']],
  [20.01, ['manager', 'finance']],
  ['25.00', ['manager', 'finance']],
] as const) {
  test(`a discount of ${discount} percent needs ${required.join(' and ')}`, async () => {
    const id = await deals.submitted({ discount_percent: discount });
    const quote = await deals.get(id);
    assert.equal([quote.status, quote.required_approvals, quote.needs_approval], ['pending_approval', required, required.length > 1]);
    const decision = (await s.get('auditor', `/policy-decisions/${quote.decision_ids[0]}`)).body;
    assert.equal(
      [decision.policy, decision.bundle_version, decision.result.required_approvals],
      ['revops/discount_approvals/decision', '0.3.0', required],
    );
    assert.is(decision.input.resource.properties.discount_percent, Number(discount).toFixed(2));
    for (const role of required) assert.is((await deals.act('ae', id, 'activate')).body.code, 'invalid-state', role);
    for (const role of required) succeeded(await deals.act(role, id, 'approve'));
    assert.is(succeeded(await deals.act('manager', id, 'activate')).status, 'activated');
  });
}

test('who may not: by role, by policy, by separation of duties', async () => {
  assert.is((await s.post('engineer', LEADS, newLead())).body.code, 'forbidden');
  assert.is((await s.post('auditor', QUOTES, { opportunity_id: await deals.opportunity(), amount: 1, discount_percent: 1 })).body.code, 'forbidden');
  const id = await deals.quote({ discount_percent: 25 });
  const denied = await deals.act('engineer', id, 'submit-for-approval');
  assert.equal([denied.status, denied.body.code, rulesOf(denied.body)], [403, 'policy-denied', ['unknown-role']]);
  assert.is((await deals.get(id)).status, 'draft');

  succeeded(await deals.act('manager', id, 'submit-for-approval'));
  assert.is((await deals.act('manager', id, 'approve')).body.code, 'separation-of-duties');
  assert.is((await deals.act('ae', id, 'approve')).body.code, 'separation-of-duties');
  assert.is((await deals.act('ae-2', id, 'approve')).body.code, 'forbidden');
  assert.is((await deals.act('auditor', id, 'approve')).body.code, 'forbidden');
  succeeded(await deals.act('finance', id, 'approve'));
  assert.is((await deals.act('finance', id, 'approve')).body.code, 'separation-of-duties');
  assert.is((await deals.act('ae-2', id, 'recall')).body.code, 'forbidden');
});

test('a segment that the tenant has no threshold for is denied, and says so', async () => {
  const id = await deals.quote({}, await deals.opportunity({ segment: 'galactic' }));
  const { status, body } = await deals.act('ae', id, 'submit-for-approval');
  assert.equal(
    [status, rulesOf(body), body.detail],
    [403, ['unknown-segment'], 'The segment galactic has no threshold for discounts: enterprise, mid-market, smb have one.'],
  );
  const { lead } = await deals.get(id);
  succeeded(await s.patch('ae', `${LEADS}/${lead.id}`, { segment: 'smb' }));
  const submitted = succeeded(await deals.act('ae', id, 'submit-for-approval'));
  assert.equal([submitted.status, submitted.segment], ['pending_approval', 'smb']);
});

test('thresholds come from the settings of the tenant', async () => {
  const settings = { segments: { enterprise: { self_approval_percent: '30' } }, amount_bands: [{ name: 'large', from: '100000' }] };
  const tenant = { tenant: 'summit-internal' };
  succeeded(await s.put('operator', '/tenants/summit-internal/packs/revops', { enabled: true, settings }, tenant));
  const lead = succeeded(await s.post('ae', LEADS, newLead(), tenant), 201);
  const terms = { opportunity_id: lead.opportunity.id, amount: '100000', discount_percent: '30' };
  const { id } = succeeded(await s.post('ae', QUOTES, terms, tenant), 201);
  const quote = succeeded(await s.post('ae', `${QUOTES}/${id}/submit-for-approval`, {}, tenant));
  assert.equal(quote.required_approvals, ['ae']);
  const { items } = (await s.get('auditor', QUOTES, tenant)).body;
  assert.equal([quote.self_approval_percent, items[0].self_approval_percent], ['30.00', '30.00'], 'the quote says against what its discount is held');
  const { input } = (await s.get('auditor', `/policy-decisions/${quote.decision_ids[0]}`, tenant)).body;
  assert.is(input.resource.properties.amount_band, 'large');
  const refused = await s.put('operator', '/tenants/summit-internal/packs/revops', { enabled: true, settings: { segments: { smb: {} } } }, tenant);
  assert.equal([refused.status, refused.body.errors[0].path], [400, 'settings.segments.smb.self_approval_percent']);
});

test('reject with a reason, change, submit again: what was approved before the rejection is void', async () => {
  const id = await deals.submitted({ discount_percent: 25 });
  succeeded(await deals.act('manager', id, 'approve'));
  assert.is((await deals.act('finance', id, 'reject')).body.errors[0].path, 'comment');
  const rejected = succeeded(await deals.act('finance', id, 'reject', { comment: 'margin too thin' }));
  assert.equal([rejected.status, rejected.approvals.at(-1).comment], ['rejected', 'margin too thin']);
  const edited = succeeded(await s.patch('ae', `${QUOTES}/${id}`, { discount_percent: 24 }));
  assert.equal([edited.status, edited.revision, edited.approvals], ['draft', 2, []]);
  const again = succeeded(await deals.act('ae', id, 'submit-for-approval'));
  assert.equal([again.status, again.approvals], ['pending_approval', []]);
});

test('a higher discount makes the approvals stale; an unchanged or lower one keeps them, and the decision says why', async () => {
  const id = await deals.approved({ discount_percent: 25 });
  const higher = succeeded(await s.patch('ae', `${QUOTES}/${id}`, { discount_percent: '30' }));
  assert.equal([higher.status, higher.revision, higher.approvals, higher.required_approvals], ['draft', 2, [], []]);
  const pending = succeeded(await deals.act('ae', id, 'submit-for-approval'));
  assert.equal([pending.status, pending.approvals], ['pending_approval', []]);
  for (const handle of ['manager', 'finance']) succeeded(await deals.act(handle, id, 'approve'));

  succeeded(await s.patch('ae', `${QUOTES}/${id}`, { discount_percent: '27.5' }));
  const kept = succeeded(await deals.act('ae', id, 'submit-for-approval'));
  assert.equal([kept.status, kept.revision], ['approved', 3]);
  assert.equal(
    kept.approvals.map(({ approver, role, kept: isKept }: Record<string, unknown>) => [approver, role, isKept]),
    [
      ['manager', 'manager', true],
      ['finance', 'finance', true],
    ],
  );
  const decision = (await s.get('auditor', `/policy-decisions/${kept.decision_ids.at(-1)}`)).body;
  assert.equal(rulesOf(decision), ['above-threshold', 'approvals-kept']);

  // The same discount of a larger sum gives away more money, so nothing is kept.
  succeeded(await s.patch('ae', `${QUOTES}/${id}`, { amount: '500000' }));
  assert.equal(succeeded(await deals.act('ae', id, 'submit-for-approval')).status, 'pending_approval');
  const revisions = (await s.get('ae', `${QUOTES}/${id}/revisions`)).body.items;
  assert.equal(
    revisions.map(({ revision, status, discount_percent }: Record<string, unknown>) => `${revision} ${status} ${discount_percent}`),
    ['4 current 27.50', '3 superseded 27.50', '2 superseded 30.00', '1 superseded 25.00'],
  );
});

test('whoever submits the new revision does not count among those who approved the old one', async () => {
  const id = await deals.approved();
  succeeded(await s.patch('manager', `${QUOTES}/${id}`, { discount_percent: '24' }));
  const again = succeeded(await deals.act('manager', id, 'submit-for-approval'));
  assert.equal([again.status, again.approvals.map(({ role }: { role: string }) => role)], ['pending_approval', ['finance']]);
});

test('an approval is kept only where nothing but the discount has changed', async () => {
  const terms = { discount_percent: '25', payment_terms_days: 30, term_months: 36, margin_percent: '30', expires_at: '2099-01-01T00:00:00.000Z' };
  for (const [changed, status] of [
    [{ payment_terms_days: 365 }, 'pending_approval'],
    [{ term_months: 1 }, 'pending_approval'],
    [{ margin_percent: '29.99' }, 'pending_approval'],
    [{ margin_percent: '31', discount_percent: '24' }, 'approved'],
    [{ expires_at: '2099-06-01T00:00:00.000Z' }, 'pending_approval'],
    [{ amount: '40000' }, 'pending_approval'],
    [{ line_items: [{ description: 'another thing', amount: '120000', discount_percent: '25' }] }, 'pending_approval'],
  ] as const) {
    const id = await deals.approved(terms);
    succeeded(await s.patch('ae', `${QUOTES}/${id}`, changed));
    assert.is(succeeded(await deals.act('ae', id, 'submit-for-approval')).status, status, JSON.stringify(changed));
  }
});

test('who wrote the quote does not approve it, whoever submits it', async () => {
  const written = succeeded(
    await s.post('manager', QUOTES, { opportunity_id: await deals.opportunity(), amount: '10', discount_percent: '50' }),
    201,
  );
  succeeded(await deals.act('ae', written.id, 'submit-for-approval'));
  assert.is((await deals.act('manager', written.id, 'approve')).body.code, 'separation-of-duties');

  const id = await deals.approved();
  succeeded(await s.patch('manager', `${QUOTES}/${id}`, { discount_percent: '24' }));
  const again = succeeded(await deals.act('ae', id, 'submit-for-approval'));
  assert.equal([again.status, again.approvals.map(({ role }: { role: string }) => role)], ['pending_approval', ['finance']]);
});

test('what is up for approval is taken back by its own people only; a draft is for everybody who sells', async () => {
  const id = await deals.submitted({ discount_percent: 25 });
  assert.is((await s.patch('ae-2', `${QUOTES}/${id}`, { discount_percent: 25 })).body.code, 'forbidden');
  assert.is((await deals.get(id)).status, 'pending_approval');
  succeeded(await s.patch('manager', `${QUOTES}/${id}`, { discount_percent: 25 }));
  succeeded(await s.patch('ae-2', `${QUOTES}/${id}`, { discount_percent: 5 }));
});

test('the opportunity says which segment counts, when a quote is submitted and when it is activated', async () => {
  const path = '/tenants/demo-external/packs/revops';
  const segments = { enterprise: { self_approval_percent: '10' }, smb: { self_approval_percent: '40' } };
  succeeded(await s.put('operator', path, { enabled: true, settings: { segments } }));
  const lead = succeeded(await s.post('ae', LEADS, newLead({ segment: 'smb', owner: 'ae' })), 201);
  const id = await deals.quote({ discount_percent: 30 }, lead.opportunity.id);
  const other = await deals.quote({ discount_percent: 30 }, lead.opportunity.id);
  succeeded(await deals.act('ae', other, 'submit-for-approval'));
  succeeded(await deals.act('ae', other, 'approve'));
  succeeded(await s.patch('ae', `${LEADS}/${lead.id}`, { segment: 'enterprise', owner: 'ae-2' }));
  const submitted = succeeded(await deals.act('ae', id, 'submit-for-approval'));
  assert.equal([submitted.segment, submitted.owner, submitted.required_approvals], ['enterprise', 'ae-2', ['manager', 'finance']]);
  assert.equal(rulesOf((await deals.act('ae', other, 'activate')).body), ['missing-approvals']);
  succeeded(await s.put('operator', path, { enabled: true, settings: {} }));
});

test('a manager and finance suffice where the threshold was raised after they approved', async () => {
  const id = await deals.approved();
  const path = '/tenants/demo-external/packs/revops';
  succeeded(await s.put('operator', path, { enabled: true, settings: { segments: { enterprise: { self_approval_percent: '30' } } } }));
  succeeded(await deals.act('ae', id, 'activate'));
  succeeded(await s.put('operator', path, { enabled: true, settings: {} }));
});

test('settings that cannot be are refused', async () => {
  for (const [segments, field] of [
    [{ 'Big Deals': { self_approval_percent: '5' } }, 'settings.segments.Big Deals'],
    [{ smb: { self_approval_percent: 20.5 } }, 'settings.segments.smb.self_approval_percent'],
    [{ smb: { self_approval_percent: '101' } }, 'settings.segments.smb.self_approval_percent'],
  ] as const) {
    const { status, body } = await s.put('operator', '/tenants/demo-external/packs/revops', { enabled: true, settings: { segments } });
    assert.equal([status, body.errors[0].path], [400, field]);
  }
});

test('a lead is put right, and a twin is still one', async () => {
  const [first, second] = [succeeded(await s.post('ae', LEADS, newLead()), 201), succeeded(await s.post('ae', LEADS, newLead()), 201)];
  const changed = succeeded(await s.patch('ae', `${LEADS}/${first.id}`, { company: 'Acme Inc', owner: 'ae-2' }));
  assert.equal([changed.company, changed.opportunity.account, changed.opportunity.owner, changed.version], ['Acme Inc', 'Acme Inc', 'ae-2', 2]);
  assert.is(succeeded(await s.patch('ae', `${LEADS}/${first.id}`, { company: 'Acme Inc' })).version, 2);
  const twin = await s.patch('ae', `${LEADS}/${second.id}`, { email: first.email, company: 'ACME INC' });
  assert.equal([twin.status, twin.body.existing.id], [409, first.id]);
});

test('a lead whose address was erased can be pushed again', async () => {
  const pushed = newLead({ external_ref: { system: 'crm', id: randomUUID() } });
  const { id } = succeeded(await s.post('ae', LEADS, pushed), 201);
  await s.tamper('disclosures', `UPDATE disclosures SET value = NULL, salt = NULL WHERE name = 'email' AND subject_id = '${id}'`);
  assert.is((await s.get('ae', `${LEADS}/${id}`)).body.email, null);
  assert.is(succeeded(await s.post('ae', LEADS, pushed)).email, pushed.email);
});

test('recalled and submitted again as it was: the same revision, and its approvals are kept by the policy alone', async () => {
  const id = await deals.submitted({ discount_percent: 25 });
  succeeded(await deals.act('manager', id, 'approve'));
  const recalled = succeeded(await deals.act('ae', id, 'recall'));
  assert.equal([recalled.status, recalled.approvals, recalled.required_approvals], ['draft', [], []]);
  const again = succeeded(await deals.act('ae', id, 'submit-for-approval'));
  assert.equal([again.status, again.revision, again.approvals.map(({ role }: { role: string }) => role)], ['pending_approval', 1, ['manager']]);
  assert.is(succeeded(await deals.act('finance', id, 'approve')).status, 'approved');
  assert.is((await s.get('ae', `${QUOTES}/${id}/revisions`)).body.total, 1);
});

test('an approval that was kept is kept again by a third revision', async () => {
  const id = await deals.approved();
  for (const discount_percent of ['24', '23']) {
    succeeded(await s.patch('ae', `${QUOTES}/${id}`, { discount_percent }));
    assert.is(succeeded(await deals.act('ae', id, 'submit-for-approval')).status, 'approved');
  }
});

test('twenty approvals at once fill each role once; twenty activations make one contract', async () => {
  const id = await deals.submitted({ discount_percent: 25 });
  const approvers = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? 'manager' : 'finance'));
  const approvals = await Promise.all(approvers.map((handle) => deals.act(handle, id, 'approve')));
  assert.is(approvals.filter(({ status }) => status === 200).length, 2);
  const refusals = approvals.filter(({ status }) => status !== 200).map(({ body }) => body.code);
  assert.ok(
    refusals.every((code) => ['separation-of-duties', 'invalid-state', 'conflict'].includes(code)),
    JSON.stringify(refusals),
  );
  const activations = await Promise.all(Array.from({ length: 20 }, () => deals.act('ae', id, 'activate')));
  assert.is(activations.filter(({ status }) => status === 200).length, 1);
  const codes = activations.filter(({ status }) => status !== 200).map(({ body }) => body.code);
  assert.ok(
    codes.every((code) => ['invalid-state', 'conflict'].includes(code)),
    JSON.stringify(codes),
  );
  assert.is((await s.asApp('SELECT id FROM revops_contracts WHERE quote_id = $1', [id])).length, 1);
  const quote = await deals.get(id);
  assert.equal([quote.status, quote.approvals.length, quote.version], ['activated', 2, 5]);
});

test('activation asks the policy again: a threshold that was lowered since is held to', async () => {
  const id = await deals.submitted({ discount_percent: 15 });
  succeeded(await deals.act('ae', id, 'approve'));
  const path = '/tenants/demo-external/packs/revops';
  succeeded(await s.put('operator', path, { enabled: true, settings: { segments: { enterprise: { self_approval_percent: 10 } } } }));
  const { status, body } = await deals.act('ae', id, 'activate');
  assert.equal([status, rulesOf(body)], [403, ['missing-approvals']]);
  succeeded(await s.put('operator', path, { enabled: true, settings: {} }));
  succeeded(await deals.act('ae', id, 'activate'));
});

test('a quote that has expired is neither submitted, approved nor activated, and the job ends it', async () => {
  const soon = new Date(Date.now() + 3_600_000).toISOString();
  const external_ref = { system: 'crm', id: randomUUID() };
  const [draft, pending, approved] = [
    await deals.quote({ expires_at: soon, external_ref }),
    await deals.submitted({ expires_at: soon }),
    await deals.approved({ discount_percent: 25, expires_at: soon }),
  ];
  s.advance({ hours: 2 });
  assert.is((await deals.act('ae', draft, 'submit-for-approval')).body.code, 'invalid-state');
  assert.is((await deals.act('ae', pending, 'approve')).body.code, 'invalid-state');
  assert.match((await deals.act('ae', approved, 'activate')).body.detail, /expired at/);
  assert.is(await s.runJob('revops.expire-quotes'), 3);
  for (const id of [draft, pending, approved]) assert.is((await deals.get(id)).status, 'expired');
  assert.is((await s.patch('ae', `${QUOTES}/${draft}`, { amount: 1 })).body.code, 'invalid-state');
  assert.is.not(await deals.quote({ external_ref }), draft, 'the other system may send it anew');
});

test('leads, opportunities and quotes are listed by what a dashboard counts', async () => {
  const since = new Date(Date.parse((await deals.get(await deals.quote())).created_at) + 1).toISOString();
  await s.post('ae', LEADS, newLead({ segment: 'smb', owner: 'ae-2' }));
  await deals.submitted({ discount_percent: 25 });
  await deals.quote();
  const total = async (path: string) => succeeded(await s.get('auditor', `${path}created_since=${since}`)).total;
  assert.equal(
    await Promise.all(
      [`${LEADS}?`, `${LEADS}?segment=smb&`, `${LEADS}?owner=ae-2&`, `${LEADS}?owner=nobody&`, `${QUOTES}?`].map((path) => total(path)),
    ),
    [3, 1, 1, 0, 2],
  );
  assert.equal(
    await Promise.all(
      [`${QUOTES}?status=draft,pending_approval&`, `${QUOTES}?needs_approval=true&`, `${QUOTES}?owner=ae-2&`, '/revops/opportunities?'].map((path) =>
        total(path),
      ),
    ),
    [2, 1, 0, 3],
  );
});

test("another tenant's deals are not there, and a disabled pack has none", async () => {
  const id = await deals.submitted();
  const elsewhere = { tenant: 'summit-internal' };
  for (const verb of ['approve', 'activate', 'recall']) {
    assert.is((await s.post('ae', `${QUOTES}/${id}/${verb}`, {}, elsewhere)).body.code, 'not-found');
  }
  const { opportunity_id } = await deals.get(id);
  assert.is((await s.post('ae', QUOTES, { opportunity_id, amount: 1, discount_percent: 0 }, elsewhere)).body.code, 'not-found');
  assert.is((await s.get('auditor', `/evidence/revops/deals/${id}`, elsewhere)).body.code, 'not-found');
  succeeded(await s.put('operator', '/tenants/demo-external/packs/revops', { enabled: false }));
  assert.is((await s.get('ae', `${QUOTES}/${id}`)).body.code, 'pack-disabled');
  succeeded(await s.put('operator', '/tenants/demo-external/packs/revops', { enabled: true }));
  assert.is((await deals.get(id)).status, 'pending_approval');
});

test.run();
