import { randomUUID } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ConfigError, loadConfig } from '../kernel/config/config.ts';
import type { WebhookEndpoint } from '../kernel/config/webhooks.ts';
import { OutboxWorker } from '../kernel/outbox/outbox.ts';
import { webhookEffect } from '../kernel/webhooks/deliver.ts';
import { WebhookSender } from '../kernel/webhooks/send.ts';
import { defineEvent, occurred, Strict, Type } from '../sdk/index.ts';
import { type Received, Receiver } from '../sdk/testing/receiver.ts';
import { readyForProduction } from './support/production.ts';
import { type TestSummit, testSummit } from './support/summit.ts';
import { withProbe } from './support/with-probe.ts';

const test = suite('Webhooks');
const TENANT = 'demo-external';
let s: TestSummit;
let receiver: Receiver;
let folder: string;

test.before(async () => {
  receiver = await Receiver.open();
  folder = mkdtempSync(join(tmpdir(), 'summit-webhooks-'));
  s = await testSummit(withProbe);
  // The sweeper of the schedule would deliver behind the test's back.
  await s.summit.services.jobs.stop();
});
test.before.each(() => receiver.forget());
test.after(async () => {
  await s?.close();
  await receiver?.close();
  rmSync(folder, { recursive: true });
});

const sweep = () => s.summit.services.outbox.sweep([TENANT]);
const to = (id: string, ...events: readonly string[]) => ({ id, url: `${receiver.url}/${id}`, events: [...events] });

/** Applies a tenant file that names these endpoints and no others. */
async function subscribe(...webhooks: WebhookEndpoint[]): Promise<void> {
  const tenants = s.config.tenants.map((tenant) => (tenant.id === TENANT ? { ...tenant, webhooks } : tenant));
  await s.summit.services.tenants.apply(tenants);
}

async function probe(): Promise<string> {
  return (await s.post('engineer', '/probes', { name: 'p' })).body.id;
}

/** Makes a probe that reports. @returns its id */
async function reporting(reading = 42): Promise<string> {
  const id = await probe();
  assert.is((await s.post('engineer', `/probes/${id}/report`, { reading })).status, 200);
  return id;
}

const messagesOf = (subject: string) =>
  s.asApp("SELECT id, done_at IS NOT NULL AS done, last_error, payload->>'endpoint' AS endpoint FROM outbox WHERE subject_id = $1", [subject]);

async function secretOf(endpoint: string, tenant = TENANT): Promise<string> {
  const { items } = (await s.get('operator', '/webhooks', { tenant })).body;
  return items.find(({ id }: WebhookEndpoint) => id === endpoint)?.secret;
}

function verified({ headers, body }: Received, secret: string): unknown {
  return new Webhook(secret).verify(body, headers as Record<string, string>);
}

/** Well before a delivery would be given up on. */
function inTime<T>(work: Promise<T>): Promise<T | 'too late'> {
  return Promise.race([work, sleep(5_000, 'too late' as const, { ref: false })]);
}

function only<T>(items: readonly T[]): T {
  assert.is(items.length, 1);
  return items[0] as T;
}

test('an endpoint is told once of what has happened, and can tell that it was us', async () => {
  await subscribe(to('crm', 'probe.reported'));
  const id = await reporting();
  await sweep();
  await sweep();
  const received = only(receiver.at('/crm'));
  const secret = await secretOf('crm');
  const notice = verified(received, secret);
  const [receipt] = (await s.get('auditor', '/receipts?action=probe.report')).body.items;
  assert.equal(notice, {
    ...{ type: 'probe.reported', version: 2, timestamp: receipt.at, tenant: TENANT },
    ...{ subject: { type: 'probe.probe', id }, data: { reading: 42, unit: 'kelvin' } },
  });
  const message = only(await messagesOf(id));
  assert.equal([received.headers['webhook-id'], received.headers['content-type']], [message.id, 'application/json']);
  assert.throws(() => verified(received, `whsec_${Buffer.alloc(32).toString('base64')}`), /No matching signature/);
  assert.throws(() => verified({ ...received, body: received.body.replace('42', '43') }, secret), /No matching signature/);
});

test('the receipt binds what is sent', async () => {
  await subscribe(to('crm', '*'));
  const id = await reporting(7);
  const [{ changes } = {}] = await s.asApp("SELECT changes FROM receipts WHERE subject_id = $1 AND action = 'probe.report'", [id]);
  const { messages } = JSON.parse(String(changes));
  const { id: messageId, ...bound } = only<{ id: string; effect: string; payload: { endpoint: string; body: { data: object } } }>(messages);
  assert.equal([bound.effect, bound.payload.endpoint, bound.payload.body.data], ['webhook.deliver', 'crm', { reading: 7, unit: 'kelvin' }]);
  assert.is(messageId, only(await messagesOf(id)).id);
  await sweep();
});

test('what could not be delivered comes again under the same id', async () => {
  await subscribe(to('crm', '*'));
  receiver.answer('/crm', { status: 500 });
  const id = await reporting();
  await sweep();
  assert.equal(only(await messagesOf(id)).last_error, 'the endpoint crm answers 500');
  receiver.answer('/crm', { status: 200 });
  await sweep();
  assert.is(receiver.at('/crm').length, 1, 'not before its time');
  s.advance({ minutes: 1 });
  await sweep();
  const [first, second] = receiver.at('/crm');
  assert.equal([second?.headers['webhook-id'], second?.body], [first?.headers['webhook-id'], first?.body]);
  assert.ok(verified(second as Received, await secretOf('crm')));
  assert.is(only(await messagesOf(id)).done, true);
});

test('an endpoint that is down makes no other be told twice', async () => {
  await subscribe(to('up', '*'), to('down', '*'));
  receiver.answer('/down', { status: 503 });
  await reporting();
  await sweep();
  s.advance({ minutes: 1 });
  await sweep();
  assert.equal(receiver.paths, ['/down', '/down', '/up']);
  receiver.answer('/down', { status: 200 });
  s.advance({ minutes: 1 });
  await sweep();
});

test('each endpoint is told of what it asks for, and of nothing else', async () => {
  await subscribe(to('all', '*'), to('probes', 'probe.*'), to('reports', 'probe.reported'), to('quotes', 'quote.approved', 'quote.*', 'probe'));
  const id = await probe();
  assert.is((await s.post('engineer', `/probes/${id}/close`)).status, 200);
  await sweep();
  assert.equal(receiver.paths, ['/all', '/probes']);
});

test('a pack says which events there are', async () => {
  const { items } = (await s.get('operator', '/packs')).body;
  assert.equal(items.find(({ id }: { id: string }) => id === 'probe').events, [
    { type: 'probe.reported', version: 2, title: 'A probe has reported' },
    { type: 'probe.closed', version: 1, title: 'A probe was closed' },
  ]);
});

test('where nobody listens nothing is written', async () => {
  await subscribe();
  assert.equal(await messagesOf(await reporting()), []);
});

test('what was denied or rolled back is told to nobody', async () => {
  await subscribe(to('crm', '*'));
  const waiting = () => s.asApp('SELECT id FROM outbox WHERE done_at IS NULL');
  assert.is((await s.post('engineer', '/probes/judged', { note: 'n', size: 1 })).status, 403);
  const id = await probe();
  assert.is((await s.post('engineer', `/probes/${id}/skip-version`)).status, 500);
  assert.is((await s.post('auditor', `/probes/${id}/report`, { reading: 1 })).status, 403);
  await sweep();
  assert.equal([receiver.paths, await waiting()], [[], []]);
});

test('a pack that tells what it must not changes nothing', async () => {
  await subscribe();
  const id = await probe();
  for (const [verb, body] of [
    ['report', { reading: 101 }],
    ['tell-undeclared', {}],
    ['tell-of-another', {}],
  ] as const) {
    assert.is((await s.post('engineer', `/probes/${id}/${verb}`, body)).status, 500, verb);
  }
  assert.equal(await s.asApp('SELECT version FROM probes WHERE id = $1', [id]), [{ version: 1 }]);
  // @ts-expect-error: data is checked by type, too
  occurred(defineEvent({ type: 'a.b', version: 1, title: 'A', data: Strict({ amount: Type.String() }) }), randomUUID(), { amount: 1 });
});

test('a redirect is not followed, and counts as a failure', async () => {
  await subscribe(to('crm', '*'));
  receiver.answer('/crm', { status: 307, headers: { location: `${receiver.url}/elsewhere` } });
  const id = await reporting();
  await sweep();
  assert.equal([receiver.paths, only(await messagesOf(id)).last_error], [['/crm'], 'the endpoint crm answers 307']);
  await subscribe();
  s.advance({ minutes: 1 });
  await sweep();
  assert.equal([receiver.paths, only(await messagesOf(id)).done], [['/crm'], true], 'an endpoint that is no longer configured ends it');
});

test('a receiver that says it is gone is not asked again', async () => {
  await subscribe(to('crm', '*'));
  receiver.answer('/crm', { status: 410 });
  const id = await reporting();
  await sweep();
  s.advance({ minutes: 1 });
  await sweep();
  assert.equal([receiver.paths, only(await messagesOf(id)).done], [['/crm'], true]);
});

test('a stop waits for no receiver, and whoever comes next takes it up', async () => {
  await subscribe(to('crm', '*'));
  receiver.answer('/crm', 'nothing at all');
  const id = await reporting();
  const worker = new OutboxWorker(s.summit.services);
  const arrived = receiver.next();
  const swept = worker.sweep([TENANT]);
  await arrived;
  assert.is(await inTime(worker.stop().then(() => 'stopped')), 'stopped');
  await swept;
  assert.equal(only(await messagesOf(id)), { ...only(await messagesOf(id)), done: false, last_error: null });
  receiver.answer('/crm', { status: 204 });
  await sweep();
  assert.is(only(await messagesOf(id)).done, true);
});

test('a receiver that does not answer is given up on', async () => {
  await subscribe(to('crm', '*'));
  receiver.answer('/crm', 'nothing at all');
  const { services } = s.summit;
  const sender = new WebhookSender({ ...services, webhookNetworks: s.config.webhookNetworks, timeoutMs: 50 });
  const effect = webhookEffect({ ...services, sender, giveUpAfterHours: 72 });
  const payload = { endpoint: 'crm', body: { timestamp: new Date().toISOString() } };
  const message = { tenant: TENANT, messageId: randomUUID(), subject: randomUUID(), payload, settings: {} };
  const delivered = effect.run({ ...message, log: services.log, signal: new AbortController().signal });
  const why = await inTime(delivered.catch((error: Error) => error.message));
  assert.equal([why, receiver.paths], ['the endpoint crm does not answer in time', ['/crm']]);
});

test('secrets are for operators alone, one for each endpoint and tenant, and stored nowhere', async () => {
  await subscribe(to('crm', '*'), to('erp', 'quote.*'));
  for (const handle of ['engineer', 'auditor', 'security-officer']) assert.is((await s.get(handle, '/webhooks')).status, 403, handle);
  const { body, headers } = await s.get('operator', '/webhooks');
  const [crm, erp] = body.items;
  assert.equal(body, {
    items: [
      { ...to('crm', '*'), secret: crm.secret },
      { ...to('erp', 'quote.*'), secret: erp.secret },
    ],
    ...{ next_cursor: null, total: 2 },
  });
  assert.is(headers.get('cache-control'), 'no-store');
  const expires_at = new Date(Date.now() + 86_400_000).toISOString();
  const { token } = (await s.post('operator', '/api-tokens', { title: 'looks only', read_only: true, expires_at })).body;
  const byToken = (await s.send('GET', '/webhooks', { headers: { authorization: `Bearer ${token}` } })).body.items;
  assert.equal(byToken, [
    { ...to('crm', '*'), secret: null },
    { ...to('erp', 'quote.*'), secret: null },
  ]);
  assert.match(crm.secret, /^whsec_[A-Za-z0-9+/]{43}=$/);
  const internal = s.config.tenants.map((tenant) => (tenant.id === TENANT ? tenant : { ...tenant, webhooks: [to('crm', '*')] }));
  await s.summit.services.tenants.apply(internal);
  assert.is(new Set([crm.secret, erp.secret, await secretOf('crm', 'summit-internal')]).size, 3);
  const stored = await s.asApp(
    'SELECT (SELECT string_agg(t::text, $1) FROM tenant_configurations t) || (SELECT string_agg(changes, $1) FROM receipts) AS text',
    [' '],
  );
  assert.not.match(String(stored[0]?.text), 'whsec_');
});

test('a tenant file with an endpoint that cannot be trusted is refused, naming the field', () => {
  cpSync(join(import.meta.dirname, '../config'), join(folder, 'config'), { recursive: true });
  const path = join(folder, 'config/tenants/demo-external.json');
  const tenant = JSON.parse(readFileSync(path, 'utf8'));
  const errorsOf = (webhooks: readonly object[], production = false): string => {
    writeFileSync(path, JSON.stringify({ ...tenant, webhooks }));
    const variables = production ? readyForProduction(folder) : { NODE_ENV: 'test' };
    try {
      loadConfig({ SUMMIT_DATA_DIR: join(folder, 'data'), ...variables }, folder);
      return 'none';
    } catch (error) {
      assert.instance(error, ConfigError);
      return (error as Error).message;
    }
  };
  const endpoint = (fields: object) => ({ id: 'crm', url: 'https://crm.example/hooks', events: ['*'], ...fields });
  const loopback = ['http://127.0.0.1:8080/x', 'http://localhost/x', 'http://[::1]:1/x'].map((url, index) => endpoint({ id: `l${index}`, url }));
  assert.is(errorsOf([endpoint({ events: ['quote.approved', 'quote.*'] }), ...loopback]), 'none');

  assert.match(errorsOf([endpoint({}), endpoint({})]), 'demo-external.json: webhooks.1.id "crm" is there twice');
  assert.match(errorsOf([endpoint({ id: 'C R M' })]), 'webhooks.0.id is not valid: lowercase letters, digits and hyphens');
  assert.match(errorsOf([endpoint({ events: [] })]), 'webhooks.0.events must NOT have fewer than 1');
  for (const type of ['quote*', '*.approved', 'Quote', 'quote.**', '']) assert.match(errorsOf([endpoint({ events: [type] })]), 'webhooks.0.events.0');
  assert.match(errorsOf([endpoint({ secret: 'x' })]), 'webhooks.0.secret is not a known field');
  assert.match(errorsOf([endpoint({ url: 'crm' })]), 'webhooks.0.url is no URL');
  for (const url of ['http://crm.example/', 'ftp://crm.example/', 'http://127.0.0.1.example/', 'http://localhost.example/'])
    assert.match(errorsOf([endpoint({ url })]), 'webhooks.0.url must be https', url);
  const withPassword = errorsOf([endpoint({ url: 'https://me:hunter2@crm.example/' })]);
  assert.match(withPassword, 'webhooks.0.url must hold no user and no password');
  assert.not.match(withPassword, 'hunter2');

  assert.match(errorsOf(loopback, true), 'webhooks.2.url must be https in production');
  assert.is(errorsOf([endpoint({})], true), 'none');
});

test.run();
