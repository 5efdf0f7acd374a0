import { once } from 'node:events';
import { registerHooks } from 'node:module';
import { Writable } from 'node:stream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ConfigError, loadConfig } from '../kernel/config/config.ts';
import { tracesConfigOf } from '../kernel/config/traces.ts';
import { createLog } from '../kernel/log.ts';
import { Receiver } from '../sdk/testing/receiver.ts';
import { Collector, type ReceivedSpan } from './support/collector.ts';
import type { Answer, TestSummit } from './support/summit.ts';

const test = suite('Traces');
const TENANT = 'demo-external';
const CALLER = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' };
const traceparent = `00-${CALLER.traceId}-${CALLER.spanId}-01`;
const root = new URL('..', import.meta.url).pathname;

const loaded: string[] = [];
const hooks = registerHooks({
  resolve(specifier, context, next) {
    loaded.push(specifier);
    return next(specifier, context);
  },
});

interface Line {
  readonly msg: string;
  readonly reason?: string;
  readonly tenant?: string;
  readonly request_id?: string;
  readonly trace_id?: string;
  readonly run_id?: string;
}

// The kernel is loaded only now, for its modules to be seen.
const { accessRequest, testSummit } = await import('./support/summit.ts');

let s: TestSummit;
let isOpen = false;
let collector: Collector;
let receiver: Receiver;
/** Where nobody listens. */
let deadUrl: string;
let lines: Line[] = [];
const destination = new Writable({
  write(chunk, _, done) {
    lines.push(JSON.parse(String(chunk)));
    destination.emit('line');
    done();
  },
});

test.before(async () => {
  collector = await Collector.open();
  receiver = await Receiver.open();
  const dead = await Receiver.open();
  deadUrl = dead.url;
  await dead.close();
});
test.before.each(() => {
  lines = [];
});
test.after(async () => {
  hooks.deregister();
  for (const name of Object.keys(process.env)) if (name.startsWith('OTEL_')) delete process.env[name];
  await stop();
  await receiver?.close();
  await collector?.close();
});

const sdkModules = () => loaded.filter((specifier) => /^@opentelemetry\/(?!api$)/.test(specifier));
const ask = (headers: Record<string, string> = {}, fields = {}) => s.post('engineer', '/high-risk-ops/requests', accessRequest(fields), { headers });
const requestIdOf = ({ headers }: Answer) => headers.get('x-request-id');

/** The server span of a request, once its trace is there. */
function traceOf(answer: Answer): Promise<ReceivedSpan> {
  return collector.span(({ attributes }) => attributes['summit.request_id'] === requestIdOf(answer));
}

/** A Summit is closed once. */
async function stop(): Promise<void> {
  if (!isOpen) return;
  isOpen = false;
  await s.close();
}

/** The first such line, once it is written. */
async function lineThat(isMeant: (line: Line) => boolean): Promise<Line> {
  for (;;) {
    const found = lines.find(isMeant);
    if (found) return found;
    await once(destination, 'line');
  }
}

const within = (span: ReceivedSpan, name: RegExp) => collector.spans.filter((other) => other.traceId === span.traceId && name.test(other.name));

function traced(): Promise<TestSummit> {
  const webhooks = [
    { id: 'hook', url: `${receiver.url}/secret-path`, events: ['*'] },
    { id: 'dead', url: deadUrl, events: ['alert.*'] },
  ];
  return testSummit(
    ({ tenants, ...config }) => ({
      ...config,
      traces: tracesConfigOf(process.env).config,
      tenants: tenants.map((tenant) => (tenant.id === TENANT ? { ...tenant, webhooks } : tenant)),
    }),
    undefined,
    createLog('debug', destination),
  );
}

test('where no collector is named nothing is traced, and nothing of the SDK is loaded; the log says for which request it speaks', async () => {
  s = await testSummit((config) => ({ ...config, traces: tracesConfigOf({}).config }), undefined, createLog('debug', destination));
  isOpen = true;
  const answer = await ask({ traceparent });
  assert.is(answer.status, 201);
  await stop();
  assert.equal([sdkModules(), collector.spans], [[], []]);
  const said = lines.filter(({ request_id }) => request_id === requestIdOf(answer));
  assert.equal(
    said.map(({ msg, trace_id }) => [msg, trace_id]),
    [['request', undefined]],
  );
});

test('a request is one trace, a part of what its traceparent names', async () => {
  Object.assign(process.env, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json', OTEL_BSP_SCHEDULE_DELAY: '20' });
  s = await traced();
  isOpen = true;
  await s.summit.services.jobs.stop();
  assert.ok(sdkModules().includes('@opentelemetry/sdk-trace'));

  const answer = await ask({ traceparent });
  const span = await traceOf(answer);
  assert.equal([span.traceId, span.parentSpanId, span.service, span.kind], [CALLER.traceId, CALLER.spanId, 'summit', 2]);
  const { 'summit.request_id': _, ...attributes } = span.attributes;
  assert.equal(attributes, {
    'http.request.method': 'POST',
    'http.route': '/high-risk-ops/requests',
    'http.response.status_code': 201,
    'url.path': '/high-risk-ops/requests',
    'url.scheme': 'http',
  });
  const [action] = within(span, /^action/);
  assert.ok(action);
  assert.is(span.name, 'POST /high-risk-ops/requests');
  assert.is(action.parentSpanId, span.spanId);
  // Before it, what the caller may do is read.
  assert.equal(collector.treeOf(action).at(-1), ['transaction write', ['policy high_risk/operations/decision']]);
  assert.equal(action.attributes, {
    'summit.action': 'high-risk-ops.request.create',
    'summit.pack': 'high-risk-ops',
    'summit.tenant': TENANT,
    'summit.outcome': 'allowed',
  });
  const [policy] = within(span, /^policy/);
  assert.is(policy?.attributes['summit.policy.outcome'], 'allowed');
  assert.match(String(policy?.attributes['summit.policy.bundle_digest']), /^[0-9a-f]{64}$/);
  const [transaction] = within(span, /^transaction write/);
  assert.equal(transaction?.attributes, { 'db.system.name': 'postgresql', 'db.operation.name': 'write', 'summit.tenant': TENANT });
});

test('a request without a traceparent begins a trace of its own', async () => {
  const span = await traceOf(await ask());
  assert.is.not(span.traceId, CALLER.traceId);
  assert.is(span.parentSpanId, '');
});

test('a span says what became of an action, and only what is our failure is an error', async () => {
  const denied = await traceOf(await ask({}, { environment: 'staging' }));
  const refused = await traceOf(await s.post('auditor', '/high-risk-ops/requests', accessRequest()));
  const replay = { 'Idempotency-Key': 'traced-once' };
  await ask(replay);
  const replayed = await traceOf(await ask(replay));
  const { policyEngine } = s.summit.services;
  const { evaluate } = policyEngine;
  policyEngine.evaluate = () => Promise.reject(new Error('handle engineer is in the words of this error'));
  const failed = await traceOf(await ask());
  policyEngine.evaluate = evaluate;
  const told = [denied, refused, replayed, failed].map((span) => {
    const [action] = within(span, /^action/);
    return [span.attributes['http.response.status_code'], action?.attributes['summit.outcome'], action?.attributes['error.type'], action?.isError];
  });
  assert.equal(told, [
    [403, 'denied', 'policy-denied', false],
    [403, 'refused', 'forbidden', false],
    [201, 'replayed', undefined, false],
    [500, 'failed', 'Error', true],
  ]);
  assert.equal([denied.isError, failed.isError], [false, true]);
});

test('an effect that a request waits for is a part of its trace', async () => {
  const { id } = (await ask()).body;
  await s.post('team-lead', `/high-risk-ops/requests/${id}/approve`);
  await s.post('security-officer', `/high-risk-ops/requests/${id}/approve`);
  const answer = await s.post('engineer', `/high-risk-ops/requests/${id}/execute`);
  assert.is(answer.status, 200);
  const span = await traceOf(answer);
  const [effect] = within(span, /^effect/);
  assert.is(effect?.parentSpanId, span.spanId);
  assert.equal(effect && collector.treeOf(effect).slice(0, 2), [
    'effect high-risk-ops.grant-access',
    ['action high-risk-ops.request.record-outcome', ['transaction write']],
  ]);
});

test('a webhook passes its traceparent on, and the trace says to which host, not to which path', async () => {
  await s.asApp(`INSERT INTO outbox (tenant_id, id, pack, effect, subject_id, payload, attempts, available_at, created_at)
    SELECT '${TENANT}', gen_random_uuid(), 'summit', 'webhook.deliver', gen_random_uuid(), '{"endpoint": "hook", "body": {}}', 0, summit_now(), summit_now() RETURNING 1`);
  await s.summit.services.outbox.sweep([TENANT]);
  const [received] = receiver.at('/secret-path');
  assert.ok(received);
  const [, traceId, spanId] = String(received.headers.traceparent).split('-');
  const sent = await collector.span((span) => span.spanId === spanId);
  assert.equal([sent.traceId, sent.name, sent.kind, sent.attributes['url.full']], [traceId, 'POST', 3, receiver.url]);
  const effect = await collector.span((span) => span.spanId === sent.parentSpanId);
  assert.equal([effect.name, effect.parentSpanId, effect.attributes['summit.effect']], ['effect webhook.deliver', '', 'webhook.deliver']);
});

test('a job is a trace where it has something to do', async () => {
  const { jobs, packs } = s.summit.services;
  const lapsing = packs.find('high-risk-ops')?.jobs.find(({ id }) => id === 'high-risk-ops.lapse-requests');
  assert.ok(lapsing);
  await ask();
  s.advance({ days: 8 });
  await jobs.runEverywhere('high-risk-ops', lapsing, new Date('2026-11-23T01:00:00Z'));
  const job = await collector.span(({ name }) => name === 'job high-risk-ops.lapse-requests');
  assert.equal([job.parentSpanId, job.attributes['summit.tenant']], ['', TENANT]);
  assert.ok(within(job, /^action high-risk-ops.request.lapse/).length > 0);
});

test('lines of the log are joined by the request and its trace, from deep inside too', async () => {
  await s.asOwner('ALTER TABLE receipts RENAME TO lost');
  const answer = await ask({ 'x-request-id': 'asked-by-hand' });
  await s.asOwner('ALTER TABLE lost RENAME TO receipts');
  assert.is(answer.status, 500);
  const { traceId } = await traceOf(answer);
  assert.equal(
    lines.filter(({ request_id }) => request_id === 'asked-by-hand').map(({ msg, trace_id }) => [msg, trace_id]),
    [
      ['the receipt of what did not happen could not be written', traceId],
      ['request failed', traceId],
      ['request', traceId],
    ],
  );
});

test('a line of what goes on behind a request, for others too, is not of that request', async () => {
  await s.summit.services.transparencyLog.advance(TENANT);
  await s.asOwner('ALTER TABLE log_checkpoints RENAME TO lost');
  const answer = await ask();
  const line = await lineThat(({ msg, tenant }) => tenant === TENANT && msg.startsWith('the log could not be moved on'));
  await s.asOwner('ALTER TABLE lost RENAME TO log_checkpoints');
  assert.is(answer.status, 201);
  assert.equal([line.request_id, line.trace_id], [undefined, undefined]);
});

test('a line of what happens by the clock says of which run it is', async () => {
  const { jobs, outbox } = s.summit.services;
  const { sweep } = outbox;
  outbox.sweep = () => Promise.reject(new Error('swept away'));
  jobs.start();
  const { run_id } = await lineThat(({ msg }) => msg === 'job failed');
  outbox.sweep = sweep;
  await jobs.stop();
  assert.match(String(run_id), /^[0-9a-f-]{36}$/);
});

test('no person, no path that names one, nothing that was sent and no words of an error are in a trace', async () => {
  const answer = await s.get('engineer', '/graph/entities/user:engineer/neighbors');
  assert.is(answer.status, 200);
  const span = await traceOf(answer);
  assert.is(span.attributes['url.path'], '/graph/entities/user:-/neighbors');
  assert.is(span.attributes['http.route'], '/graph/entities/:id/neighbors');
  for (const secret of ['order 4711', 'user:engineer', 'handle engineer', 'secret-path', await s.userId('engineer'), 'orders-db'])
    assert.not.ok(collector.text.includes(secret), secret);
});

test('probes, and what finds nothing to do, are not traced', async () => {
  const { spans } = collector;
  await traceOf(await s.get('engineer', '/me'));
  const before = spans.length;
  for (const path of ['/livez', '/readyz', '/metrics']) await s.send('GET', path);
  await s.summit.services.outbox.sweep(['summit-internal']);
  const { traceId } = await traceOf(await s.get('auditor', '/me'));
  assert.equal(
    spans.slice(before).filter((span) => span.traceId !== traceId),
    [],
  );
});

test('what an error says in words is in no trace, of what others have instrumented either', async () => {
  await s.asApp(`INSERT INTO outbox (tenant_id, id, pack, effect, subject_id, payload, attempts, available_at, created_at)
    SELECT '${TENANT}', gen_random_uuid(), 'summit', 'webhook.deliver', gen_random_uuid(), '{"endpoint": "dead", "body": {}}', 0, summit_now(), summit_now() RETURNING 1`);
  await s.summit.services.outbox.sweep([TENANT]);
  const sent = await collector.span(({ kind, attributes }) => kind === 3 && attributes['url.full'] === deadUrl);
  assert.is(sent.isError, true);
  for (const words of ['connect ECONNREFUSED', 'exception']) assert.not.ok(collector.text.includes(words), words);
});

test('who we are is told by either variable of OpenTelemetry', async () => {
  const serviceOf = async () => (await traceOf(await s.get('engineer', '/me'))).service;
  assert.is(await serviceOf(), 'summit');
  for (const [variables, name] of [
    [{ OTEL_RESOURCE_ATTRIBUTES: 'service.name=by-attribute,deployment.environment.name=test' }, 'by-attribute'],
    [{ OTEL_SERVICE_NAME: 'by-name' }, 'by-name'],
  ] as const) {
    await stop();
    Object.assign(process.env, variables);
    s = await traced();
    isOpen = true;
    assert.is(await serviceOf(), name);
  }
  for (const name of ['OTEL_RESOURCE_ATTRIBUTES', 'OTEL_SERVICE_NAME']) delete process.env[name];
});

test('a collector that is down is told of in the log', async () => {
  await stop();
  Object.assign(process.env, { OTEL_EXPORTER_OTLP_ENDPOINT: deadUrl, OTEL_EXPORTER_OTLP_TIMEOUT: '500' });
  s = await traced();
  isOpen = true;
  assert.is((await ask()).status, 201);
  const { reason } = await lineThat(({ msg }) => msg === 'traces may be lost');
  assert.match(String(reason), /ECONNREFUSED|timed out|timeout/i);
  await stop();
  Object.assign(process.env, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
  delete process.env.OTEL_EXPORTER_OTLP_TIMEOUT;
});

test('what is not sent yet when the server stops is sent then', async () => {
  await stop();
  process.env.OTEL_BSP_SCHEDULE_DELAY = '60000';
  s = await traced();
  isOpen = true;
  const answer = await ask();
  await stop();
  assert.ok(collector.spans.some(({ attributes }) => attributes['summit.request_id'] === requestIdOf(answer)));
});

test('a variable that says nothing we know is named, and means nothing where no collector is', () => {
  const wrong = { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_TRACES_SAMPLER: 'sometimes', OTEL_TRACES_SAMPLER_ARG: '7' };
  const load = (variables: NodeJS.ProcessEnv) => loadConfig({ NODE_ENV: 'test', ...variables }, root);
  assert.is(load(wrong).traces, null);
  assert.is(load({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318', OTEL_TRACES_EXPORTER: 'none' }).traces, null);
  assert.is(load({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318', OTEL_SDK_DISABLED: 'TRUE' }).traces, null);
  assert.equal(load({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318' }).traces, {
    protocol: 'http/protobuf',
    sampler: 'parentbased_always_on',
    ratio: 1,
  });
  assert.throws(
    () => load({ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318', ...wrong }),
    (error: ConfigError) =>
      error instanceof ConfigError &&
      ['ENDPOINT', 'PROTOCOL', 'SAMPLER must', 'SAMPLER_ARG'].every((name) => error.message.includes(name)) &&
      error.message.includes('http/protobuf or http/json'),
  );
});

test.run();
