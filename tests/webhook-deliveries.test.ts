import { randomUUID } from 'node:crypto';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { attemptsWithin } from '../kernel/outbox/outbox.ts';
import { giveUp } from '../kernel/webhooks/give-up.ts';
import { Receiver } from '../sdk/testing/receiver.ts';
import { type TestSummit, testSummit } from './support/summit.ts';
import { withProbe } from './support/with-probe.ts';

const test = suite('Webhooks that nobody takes');
const TENANT = 'demo-external';
const HOURS = 72;
const ATTEMPTS = 439;
let s: TestSummit;
let receiver: Receiver;

test.before(async () => {
  receiver = await Receiver.open();
  s = await testSummit(withProbe);
  // The sweeper of the schedule would deliver behind the test's back.
  await s.summit.services.jobs.stop();
});
test.before.each(async () => {
  receiver.forget();
  receiver.answer('/crm', { status: 503 });
  await subscribe('crm');
});
test.after.each(async () => {
  for (const { id } of await deliveries('status=failed')) await s.post('operator', `/webhooks/deliveries/${id}/dismiss`);
});
test.after(async () => {
  await s?.close();
  await receiver?.close();
});

const sweep = () => s.summit.services.outbox.sweep([TENANT]);
const waiting = () => s.asApp('SELECT id, last_error FROM outbox WHERE done_at IS NULL');

async function subscribe(...ids: readonly string[]): Promise<void> {
  const webhooks = ids.map((id) => ({ id, url: `${receiver.url}/${id}`, events: ['probe.reported'] }));
  await s.summit.services.tenants.apply(s.config.tenants.map((tenant) => (tenant.id === TENANT ? { ...tenant, webhooks } : tenant)));
}

/** Reports, which no endpoint takes for as long as it is tried. @returns the delivery, and whose report it was */
async function undelivered(reading = 42): Promise<{ id: string; probe: string }> {
  const probe = await reported(reading);
  await sweep();
  await failOften();
  await sweep();
  const [newest] = await deliveries('status=failed&sort=-created_at');
  assert.ok(newest, 'given up on');
  return { id: newest.id, probe };
}

async function reported(reading: number): Promise<string> {
  const { id } = (await s.post('engineer', '/probes', { name: 'p' })).body;
  assert.is((await s.post('engineer', `/probes/${id}/report`, { reading })).status, 200);
  return id;
}

/** As many attempts more have failed, and the next one is due. */
const failOften = (attempts = ATTEMPTS - 2) =>
  s.asApp('UPDATE outbox SET attempts = attempts + $1, available_at = summit_now() WHERE done_at IS NULL', [attempts]);

// biome-ignore lint/suspicious/noExplicitAny: an answer
async function deliveries(query = ''): Promise<any[]> {
  return (await s.get('operator', `/webhooks/deliveries?${query}`)).body.items;
}

const slo = async (): Promise<{ id: string; value: number }[]> => (await s.get('operator', '/slo')).body.indicators;

/** As the schedule does it. */
async function alertsOfWebhooks() {
  await s.runJob('summit.alerts');
  const { items } = (await s.get('operator', '/alerts?kind=summit.undelivered_webhooks&status=open')).body;
  return items.map(({ value, detail }: { value: string; detail: string }) => [value, detail]);
}

test('what nobody takes is tried for as long as the configuration says, and then kept, and told', async () => {
  assert.equal(await alertsOfWebhooks(), []);
  const probe = await reported(7);
  await sweep();
  // However long ago it was, and whatever the clock says: a Summit that was down has not tried.
  s.advance({ minutes: HOURS * 60 + 1 });
  await sweep();
  await failOften(ATTEMPTS - 4);
  await sweep();
  assert.equal([(await waiting()).length, await deliveries('status=failed')], [1, []], 'not before its time');
  await failOften(0);
  await sweep();

  assert.equal(await waiting(), []);
  const [delivery] = await deliveries();
  const { status, endpoint, event, error, message_id, body } = delivery;
  assert.equal([status, endpoint, event, error], ['failed', 'crm', 'probe.reported', 'the endpoint crm answers 503']);
  assert.equal([body.subject.id, body.data], [probe, { reading: 7, unit: 'kelvin' }]);
  const attempts = receiver.at('/crm');
  assert.equal([attempts.length, new Set(attempts.map(({ headers }) => headers['webhook-id']))], [4, new Set([message_id])]);
  s.advance({ minutes: 60 });
  await sweep();
  assert.is(receiver.at('/crm').length, 4, 'it is tried no more');
  assert.equal(await alertsOfWebhooks(), [['1', 'It is 1, and should be no more than 0. To crm: 1.']]);
  const { items: receipts } = (await s.get('auditor', `/receipts?subject_id=${delivery.id}`)).body;
  assert.equal(
    receipts.map(({ action, actor }: { action: string; actor: string }) => [action, actor]),
    [['webhook.give-up', 'system:webhook.deliver']],
  );
});

test('its time is three days of trying: sooner at first, every ten minutes then', () => {
  assert.is(attemptsWithin(HOURS), ATTEMPTS);
  assert.is(attemptsWithin(1), 13);
});

test('why it failed is kept without what the other side says, or where it leads', async () => {
  const closed = await Receiver.open();
  await closed.close();
  const webhooks = [
    { id: 'crm', url: closed.url, events: ['probe.reported'] },
    { id: 'inside', url: 'https://10.1.2.3/', events: ['probe.reported'] },
  ];
  await s.summit.services.tenants.apply(s.config.tenants.map((tenant) => (tenant.id === TENANT ? { ...tenant, webhooks } : tenant)));
  await reported(1);
  await failOften(ATTEMPTS);
  await sweep();
  const failed = await deliveries('status=failed');
  assert.equal(failed.map(({ error }) => error).toSorted(), [
    'the endpoint crm cannot be reached (ECONNREFUSED)',
    'the endpoint inside leads to an address that is not on the public internet',
  ]);
});

test('an operator has it delivered again under the same id, and hears at once where it fails again', async () => {
  const { id, probe } = await undelivered();
  const path = `/webhooks/deliveries/${id}`;
  receiver.answer('/crm', { status: 500 });
  const { status, body: failed } = await s.post('operator', `${path}/redeliver`);
  assert.equal([status, failed.status, failed.error], [200, 'failed', 'the endpoint crm answers 500']);
  assert.is((await alertsOfWebhooks()).length, 1);

  receiver.answer('/crm', { status: 204 });
  await s.post('operator', `${path}/redeliver`);
  const delivered = (await s.get('auditor', path)).body;
  assert.equal([delivered.status, delivered.error], ['delivered', null]);
  const attempts = receiver.at('/crm');
  assert.equal(new Set(attempts.map(({ headers }) => headers['webhook-id'])), new Set([failed.message_id]));
  assert.equal(new Set(attempts.map(({ body }) => body)).size, 1, 'and with the same body');
  assert.equal(await alertsOfWebhooks(), []);
  assert.is((await s.post('operator', `${path}/redeliver`)).status, 409);
  const { neighbors } = (await s.get('auditor', `/graph/entities/${probe}/neighbors?relationship=told_of_by`)).body;
  assert.equal(
    neighbors.map((node: { id: string; label: string }) => [node.id, node.label]),
    [[id, 'probe.reported to crm']],
  );
});

test('what cannot be delivered any more is dismissed', async () => {
  const { id } = await undelivered();
  await subscribe();
  const { status, body } = await s.post('operator', `/webhooks/deliveries/${id}/redeliver`);
  assert.equal([status, body.code], [409, 'invalid-state']);
  assert.match(body.detail, 'The endpoint crm is no longer configured: dismiss the delivery.');
  assert.is((await s.post('operator', `/webhooks/deliveries/${id}/dismiss`)).body.status, 'dismissed');
  assert.equal([await alertsOfWebhooks(), (await deliveries('status=failed')).length], [[], 0]);
});

test('it is for operators to act on, and for auditors to see', async () => {
  const { id } = await undelivered();
  for (const handle of ['engineer', 'auditor', 'security-officer']) {
    for (const verb of ['redeliver', 'dismiss']) assert.is((await s.post(handle, `/webhooks/deliveries/${id}/${verb}`)).status, 403, handle);
  }
  assert.equal([(await s.get('auditor', '/webhooks/deliveries')).status, (await s.get('engineer', '/webhooks/deliveries')).status], [200, 403]);
  assert.is((await s.get('operator', `/webhooks/deliveries/${id}`, { tenant: 'summit-internal' })).status, 404);
});

test('a receiver that says it is gone, or an endpoint that is taken out meanwhile, is no delivery', async () => {
  const { id } = await undelivered();
  const path = `/webhooks/deliveries/${id}`;
  receiver.answer('/crm', { status: 410 });
  assert.is((await s.post('operator', `${path}/redeliver`)).body.error, 'the endpoint crm says that it is gone');
  receiver.answer('/crm', 'nothing at all');
  const arrived = receiver.next();
  const asked = s.post('operator', `${path}/redeliver`);
  await arrived;
  const indicator = (await slo()).find((one) => one.id === 'summit.undelivered_webhooks');
  assert.is(indicator?.value, 1, 'it is not delivered while that is tried');
  assert.equal([(await asked).status, (await asked).body.status], [202, 'sending']);
  assert.is((await s.post('operator', `${path}/dismiss`)).status, 409);
});

test('given up on by two at once, since one had seemed dead, it is kept once', async () => {
  const { id } = await undelivered();
  const { message_id, body, error } = (await s.get('operator', `/webhooks/deliveries/${id}`)).body;
  const recorded = (message: string) =>
    s.summit.services.runner.recordOutcome(giveUp, 'summit', TENANT, 'webhook.deliver', randomUUID(), {
      message_id: message,
      ...{ payload: { endpoint: 'crm', body }, error },
    });
  const kept = async (message: string) => (await deliveries()).filter((one) => one.message_id === message).length;
  await recorded(message_id);
  assert.is(await kept(message_id), 1);
  const another = randomUUID();
  await Promise.all([recorded(another), recorded(another)]);
  assert.is(await kept(another), 1);
});

test.run();
