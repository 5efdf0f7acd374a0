import { conforms, type TestPack, testPack } from '@summit/sdk/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const pack = new URL('..', import.meta.url);
const scope = { item: 'Oscilloscope', value_eur: 2_500, days: 14, reason: 'a noise in the power supply' };

conforms(pack, {
  // One locker opens and one does not, so that both outcomes are seen.
  inputs: { 'equipment-loans.loan.request': [scope, { ...scope, item: 'Cabinet' }] },
  effects: { 'equipment-loans.unlock': async ({ payload }) => ({ opened: payload.item !== 'Cabinet' }) },
});

const test = suite<{ kit: TestPack }>('Equipment loans');

test.before.each(async (context) => {
  context.kit = await testPack(pack, { webhooks: ['loan.overdue'], effects: { 'equipment-loans.unlock': async () => ({ opened: true }) } });
});
test.after.each(({ kit }) => kit.close());

async function lent(kit: TestPack): Promise<string> {
  const { body } = await kit.as('engineer').post('/equipment-loans/loans', { ...scope, value_eur: 100 });
  await kit.as('team-lead').post(`/equipment-loans/loans/${body.id}/approve`);
  const { body: loan } = await kit.as('team-lead').post(`/equipment-loans/loans/${body.id}/hand-over`);
  assert.is(loan.status, 'lent');
  return body.id;
}

test('what is costly needs a team lead and finance', async ({ kit }) => {
  const { status, body } = await kit.as('engineer').post('/equipment-loans/loans', scope);
  assert.is(status, 201);
  assert.equal(body.required_approvals, ['team_lead', 'finance']);
  const approve = `/equipment-loans/loans/${body.id}/approve`;
  assert.is((await kit.as('team-lead').post(approve)).body.status, 'requested');
  assert.is((await kit.as('team-lead-2').post(approve)).status, 409, 'that role is filled');
  assert.is((await kit.as('finance').post(approve)).body.status, 'approved');
});

test('what is lent too long or worth too much is denied, with the reason', async ({ kit }) => {
  const { status, body } = await kit.as('engineer').post('/equipment-loans/loans', { ...scope, days: 61 });
  assert.is(status, 403);
  assert.equal(body.reasons, [{ rule: 'duration-limit', message: 'A loan lasts from 1 to 60 days.' }]);
});

test('where the locker stays shut, it may be handed over again', async ({ kit }) => {
  kit.failNext('equipment-loans.unlock', 1);
  const { body } = await kit.as('engineer').post('/equipment-loans/loans', { ...scope, value_eur: 100 });
  await kit.as('team-lead').post(`/equipment-loans/loans/${body.id}/approve`);
  assert.is((await kit.as('team-lead').post(`/equipment-loans/loans/${body.id}/hand-over`)).status, 202);
  kit.advance({ hours: 1 });
  await kit.deliver();
  assert.is((await kit.as('engineer').get(`/equipment-loans/loans/${body.id}`)).body.status, 'lent');
  assert.is(kit.calls('equipment-loans.unlock').length, 2);
});

test('what has not come back in time is overdue, and others are told', async ({ kit }) => {
  const id = await lent(kit);
  assert.is(await kit.runJob('equipment-loans.mark-overdue'), 0);
  kit.advance({ days: 15 });
  assert.is(await kit.runJob('equipment-loans.mark-overdue'), 1);
  const receipts = await kit.receipts(id);
  assert.equal(
    receipts.map(({ action, state }) => `${action.split('.').at(-1)}: ${state.to}`),
    ['request: requested', 'approve: approved', 'hand-over: handing_over', 'record-hand-over: lent', 'mark-overdue: overdue'],
  );
  await kit.deliver();
  assert.equal(kit.receiver?.paths, ['/webhooks']);
});

test('the days that something is lent for are metered, and its evidence verifies', async ({ kit }) => {
  const id = await lent(kit);
  const { body } = await kit.as('auditor').get('/metering/events?type=loan_day');
  assert.equal(
    body.items.map(({ subject, quantity }: { subject: string; quantity: string }) => ({ subject, quantity })),
    [{ subject: id, quantity: '14' }],
  );
  assert.ok((await kit.evidence(`/evidence/equipment-loans/${id}`)).ok);
});

test.run();
