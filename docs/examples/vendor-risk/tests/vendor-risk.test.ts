import { conforms, type TestPack, testPack } from '@summit/sdk/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { assessVendor } from '../actions/assess.ts';

const pack = new URL('..', import.meta.url);

const lowRisk = { name: 'Globex', country: 'NL', yearly_spend: '1200.50', currency: 'EUR', data_access: 'none' };
const mediumRisk = { ...lowRisk, data_access: 'internal' };
const highRisk = { ...lowRisk, data_access: 'personal', note: 'They host our payroll.' };
const assessment = { score: 80, comment: 'Certified, with one open finding.' };

conforms(pack, {
  inputs: { 'vendor-risk.vendor.register': [highRisk, mediumRisk, lowRisk] },
  unreached: {
    'vendor-risk.vendor registered → accepted': 'only a policy that asks for fewer approvals than at the registration leads there',
    'vendor-risk.vendor review_due → accepted': 'the suite brings one vendor to its review, of high risk; a test below takes one of low risk',
  },
});

const test = suite<{ kit: TestPack }>('vendor-risk');

test.before.each(async (context) => {
  context.kit = await testPack(pack, { settings: { 'vendor-risk': { review_days: 30 } }, webhooks: ['vendor.*'] });
});

test.after.each(({ kit }) => kit.close());

test('the policy says who must accept the risk: nobody accepts a low one', async ({ kit }) => {
  for (const [vendor, risk, required_approvals, status] of [
    [lowRisk, 'low', [], 'accepted'],
    [mediumRisk, 'medium', ['security_officer'], 'registered'],
    [highRisk, 'high', ['security_officer', 'finance'], 'registered'],
    [{ ...lowRisk, yearly_spend: '100000' }, 'high', ['security_officer', 'finance'], 'registered'],
    [{ ...lowRisk, yearly_spend: '99999.99' }, 'low', [], 'accepted'],
  ] as const) {
    const { body } = await kit.as('analyst').post('/vendor-risk/vendors', vendor);
    assert.equal([body.risk, body.required_approvals, body.status], [risk, required_approvals, status]);
  }
});

test('what comes from a country under sanctions is denied', async ({ kit }) => {
  const { status, body } = await kit.as('analyst').post('/vendor-risk/vendors', { ...lowRisk, country: 'KP' });
  assert.is(status, 403);
  assert.equal(body.reasons, [{ rule: 'sanctioned-country', message: 'Nothing may be bought from KP: it is under sanctions, or no country.' }]);
});

test('the spend is exact, and no finer than its currency', async ({ kit }) => {
  const { body } = await kit.as('analyst').post('/vendor-risk/vendors', { ...lowRisk, yearly_spend: 1200 });
  assert.is(body.yearly_spend, '1200.00');
  const refused = await kit.as('analyst').post('/vendor-risk/vendors', { ...lowRisk, yearly_spend: '1200.505' });
  assert.equal(refused.body.errors, [{ path: 'yearly_spend', message: 'must have at most 2 decimal places' }]);
});

test('an assessment begins the round of approvals anew', async ({ kit }) => {
  const path = await registered(kit, highRisk);
  await kit.as('analyst').post(`${path}/assess`, assessment);
  await kit.as('finance').post(`${path}/accept`);
  await kit.as('analyst-2').post(`${path}/assess`, { ...assessment, score: 40 });
  assert.equal((await kit.as('analyst').get(path)).body.approvals, []);

  assert.is((await kit.as('security-officer').post(`${path}/accept`)).body.status, 'assessed');
  assert.is((await kit.as('finance').post(`${path}/accept`)).body.status, 'accepted');
  const { body } = await kit.as('analyst').get(path);
  assert.equal([body.score, body.approvals.length, body.assessments.length], [40, 2, 2]);
});

test('after review_days a vendor is due for review, others are told, and last year’s approvals no longer count', async ({ kit }) => {
  const path = await accepted(kit);
  kit.advance({ days: 29 });
  assert.is(await kit.runJob('vendor-risk.mark-review-due'), 0);
  kit.advance({ days: 1, minutes: 1 });
  assert.is(await kit.runJob('vendor-risk.mark-review-due'), 1);
  await kit.deliver();
  const [told] = kit.receiver?.paths.flatMap((at) => kit.receiver?.at(at) ?? []) ?? [];
  const { type, data } = JSON.parse(told?.body ?? '{}');
  assert.equal([type, path.endsWith(data.vendor_id)], ['vendor.review-due', true]);

  const { body } = await kit.as('analyst').post(`${path}/assess`, assessment);
  assert.equal([body.status, body.approvals], ['assessed', []]);
  assert.is((await kit.as('security-officer').post(`${path}/accept`)).body.status, 'accepted');
});

test('while procurement is down a vendor is suspending, and is suspended once procurement knows', async ({ kit }) => {
  const path = await accepted(kit);
  kit.failNext('vendor-risk.block-purchases', 1);
  assert.is((await kit.as('security-officer').post(`${path}/suspend`)).status, 202);
  kit.advance({ hours: 1 });
  await kit.deliver();
  const { body } = await kit.as('analyst').get(path);
  assert.equal([body.status, body.procurement], ['suspended', 'not_connected']);
  assert.is(kit.calls('vendor-risk.block-purchases').length, 2);
});

test('a vendor of low risk is accepted again by its assessment alone', async ({ kit }) => {
  const path = await registered(kit, lowRisk);
  kit.advance({ days: 31 });
  await kit.runJob('vendor-risk.mark-review-due');
  assert.is((await kit.as('analyst').get(path)).body.status, 'review_due');
  assert.is((await kit.as('analyst').post(`${path}/assess`, assessment)).body.status, 'accepted');
});

test('a vendor is proven with its assessments, those of an earlier round too', async ({ kit }) => {
  const path = await accepted(kit);
  kit.advance({ days: 31 });
  await kit.runJob('vendor-risk.mark-review-due');
  await kit.as('analyst').post(`${path}/assess`, assessment);
  assert.ok((await kit.evidence(path.replace('/vendor-risk/vendors', '/evidence/vendor-risk'))).ok);
});

test('each assessment is metered', () => {
  const now = '2026-11-23T10:00:00.000Z';
  const vendor = { ...mediumRisk, id: '019aa000-0000-7000-8000-000000000001', status: 'registered', version: 1 };
  const actor = { id: '019aa000-0000-7000-8000-000000000002', handle: 'analyst', roles: ['analyst'], system: false };
  const at = {
    tenant: 'acme',
    actor,
    input: assessment,
    settings: {},
    now,
    subjectId: vendor.id,
    newId: () => vendor.id,
    decision: {
      id: vendor.id,
      allowed: true,
      required_approvals: ['security_officer'],
      kept_approvals: [],
      reasons: [{ rule: 'medium-risk', message: '' }],
    },
    approval: null,
  };
  const { usage } = assessVendor.apply({ vendor, assessments: [], approvals: [] }, at);
  assert.equal(usage, [{ type: 'vendor_assessed', subject: vendor.id }]);
});

async function registered(kit: TestPack, vendor: object): Promise<string> {
  const { body } = await kit.as('analyst').post('/vendor-risk/vendors', vendor);
  return `/vendor-risk/vendors/${body.id}`;
}

async function accepted(kit: TestPack): Promise<string> {
  const path = await registered(kit, mediumRisk);
  await kit.as('analyst').post(`${path}/assess`, assessment);
  await kit.as('security-officer').post(`${path}/accept`);
  return path;
}

test.run();
