import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type TestSummit, testSummit } from './support/summit.ts';

const test = suite('Usage events');
let s: TestSummit;
test.before(async () => {
  s = await testSummit();
});
test.after(() => s.close());

const SOURCE = '/billing-gateway';
let next = 0;

function event(more: object = {}) {
  next += 1;
  return { specversion: '1.0', id: `e-${next}`, source: SOURCE, type: 'workflow_run', ...more };
}

function cloudEvents(body: unknown, type: string, handle = 'operator') {
  return s
    .token(handle)
    .then((token) =>
      s.send('POST', '/metering/events', { headers: { Authorization: `Bearer ${token}`, 'Content-Type': type }, body: JSON.stringify(body) }),
    );
}

const report = (body: unknown) => cloudEvents(body, 'application/json');

test('one event is accepted, with the receipt of its batch, and kept as it was sent', async () => {
  const sent = event({ time: '2026-11-01T10:00:00+02:00', subject: 'order-7', data: { quantity: '0012.500', workflow: 'orders' } });
  const { status, body } = await cloudEvents(sent, 'application/cloudevents+json');
  assert.is(status, 200, JSON.stringify(body));
  assert.is(body.accepted, 1);
  assert.ok(body.receipt.promise.startsWith('summit-promise/v1'));
  const [{ event_id, ...outcome }] = body.events;
  assert.equal(outcome, { source: SOURCE, id: sent.id, status: 'accepted' });
  const { body: kept } = await s.get('auditor', `/metering/events/${event_id}`);
  const { receipt_id, ...content } = kept;
  assert.equal(content, {
    ...{ id: event_id, tenant_id: 'demo-external', source: SOURCE, external_id: sent.id, type: 'workflow_run', pack: 'summit', subject: 'order-7' },
    ...{ quantity: '12.5', metadata: { workflow: 'orders' }, timestamp: '2026-11-01T08:00:00.000Z', corrects: null },
  });
  assert.is(receipt_id, body.receipt.id);
});

test('a source and an id are there once for ever, within a batch and after it, and others are not held up', async () => {
  const [first, second] = [event(), event()];
  const { body } = await cloudEvents([first, second, first], 'application/cloudevents-batch+json');
  assert.equal([body.accepted, body.duplicates, body.rejected], [2, 1, 0]);
  assert.is(body.events[2].event_id, body.events[0].event_id);
  const again = await report([second, event({ source: '/another' }), { ...event(), id: second.id, source: '/another' }]);
  assert.equal([again.body.accepted, again.body.duplicates], [2, 1]);
  assert.is(again.body.events[0].event_id, body.events[1].event_id);
});

test('what brings nothing new leaves no receipt', async () => {
  const sent = event();
  await report(sent);
  const { status, body } = await report(sent);
  assert.equal([status, body.duplicates, body.receipt], [200, 1, undefined]);
});

test('each event of a batch that is wrong says why, and the others are accepted', async () => {
  const wrong: [object, string, RegExp][] = [
    [{ specversion: '0.3' }, 'specversion', /1\.0/],
    [{ id: '' }, 'id', /fewer than 1/],
    [{ type: 'nobody_knows' }, 'type', /must be one of policy_decision, workflow_run/],
    [{ source: '/packs/high-risk-ops' }, 'source', /must not begin with/],
    [{ source: 'two words' }, 'source', /URI reference/],
    [{ time: 'yesterday' }, 'time', /RFC 3339/],
    [{ time: '2099-01-01T00:00:00Z' }, 'time', /in the future/],
    [{ traceparent: '00' }, 'traceparent', /not a known field/],
    [{ data: { quantity: '-1' } }, 'data.quantity', /not negative/],
    [{ data: { quantity: '1e3' } }, 'data.quantity', /not negative/],
    [{ data: { quantity: 1e300 } }, 'data.quantity', /64 digits/],
    [{ data: { quantity: 1e-40 } }, 'data.quantity', /64 digits/],
    [{ data: { quantity: -1 } }, 'data.quantity', /not negative/],
    [{ data: { workflow: 7 } }, 'data.workflow', /must be string/],
    [{ data: 'text' }, 'data', /must be object/],
    [{ datacontenttype: 'text/xml' }, 'datacontenttype', /application\/json/],
    [{ corrects: 'never-seen' }, 'corrects', /has not reported/],
  ];
  const { status, body } = await report([event(), ...wrong.map(([more]) => event(more)), 'no object', event()]);
  assert.equal([status, body.accepted, body.rejected], [200, 2, wrong.length + 1]);
  for (const [index, [more, path, message]] of wrong.entries()) {
    const { status: became, errors } = body.events[index + 1];
    assert.is(became, 'rejected', JSON.stringify(more));
    assert.is(errors[0].path, path, JSON.stringify(errors));
    assert.match(errors[0].message, message);
  }
});

test('a single event that is wrong is refused, naming the field', async () => {
  const { status, body } = await report(event({ type: 'nobody_knows' }));
  assert.equal([status, body.code, body.errors[0].path], [400, 'invalid-input', 'type']);
});

test('a list of none, of more than a thousand, and of another content type are refused as a whole', async () => {
  assert.is((await report([])).status, 400);
  assert.is((await report(Array.from({ length: 1_001 }, () => event()))).status, 400);
  assert.is((await cloudEvents([event()], 'text/plain')).status, 415);
  assert.is((await cloudEvents([event()], 'application/cloudevents+json')).status, 400);
  assert.is((await cloudEvents(event(), 'application/cloudevents-batch+json')).status, 400);
  // What cannot be kept at all is no matter of one event.
  const { status, body } = await report([event(), event({ subject: 'a\0b' })]);
  assert.equal([status, body.errors[0].path], [400, '1.subject']);
});

test('a thousand events are one receipt, whose root binds each of them', async () => {
  const { body } = await cloudEvents(
    Array.from({ length: 1_000 }, () => event()),
    'application/cloudevents-batch+json',
  );
  assert.is(body.accepted, 1_000);
  const [{ changes }] = (await s.asApp('SELECT changes FROM receipts WHERE tenant_id = $1 AND id = $2', ['demo-external', body.receipt.id])) as [
    { changes: string },
  ];
  const { usage } = JSON.parse(changes);
  assert.is(usage.count, 1_000);
  assert.is(Buffer.from(usage.root, 'base64').length, 32);
});

test('a correction takes the place of one event, of its time, and once', async () => {
  const original = event({ time: '2026-11-02T00:00:00Z', data: { quantity: '5' } });
  await report(original);
  const correction = event({ corrects: original.id, data: { quantity: '3' } });
  const { body } = await report(correction);
  const { body: kept } = await s.get('finance', `/metering/events/${body.events[0].event_id}`);
  assert.is(kept.timestamp, '2026-11-02T00:00:00.000Z');
  const moved = await report(event({ corrects: correction.id, time: '2026-11-03T00:00:00Z' }));
  assert.is(moved.body.errors[0].path, 'time');
  const twice = await report(event({ corrects: original.id }));
  assert.match(twice.body.errors[0].message, /was corrected before/);
  assert.is((await report(event({ corrects: correction.id, data: { quantity: 0 } }))).status, 200);
  const other = await report(event({ corrects: (await report([event()])).body.events[0].id, type: 'policy_decision' }));
  assert.is(other.body.errors[0].path, 'type');
});

test('the same event sent twice at once is accepted once', async () => {
  const same = event();
  const answers = await Promise.all(Array.from({ length: 8 }, () => report([same])));
  assert.is(answers.filter(({ body }) => body.accepted === 1).length, 1, JSON.stringify(answers.map(({ body }) => body)));
  const { body } = await s.get('auditor', `/metering/events?external_id=${same.id}`);
  assert.is(body.total, 1);
});

test('who neither operates nor bills reports no usage, and the auditor only looks', async () => {
  assert.is((await cloudEvents(event(), 'application/json', 'engineer')).status, 403);
  assert.is((await cloudEvents(event(), 'application/json', 'auditor')).status, 403);
  assert.is((await s.get('engineer', '/metering/events')).status, 403);
});

test('events are listed by type, source and time', async () => {
  await report(event({ source: '/listed', time: '2026-10-05T00:00:00Z' }));
  const list = (query: string) => s.get('auditor', `/metering/events?${query}`).then(({ body }) => body.total);
  assert.is(await list('source=/listed'), 1);
  assert.is(await list('source=/listed&since=2026-10-06T00:00:00Z'), 0);
  assert.is(await list('source=/listed&before=2026-10-06T00:00:00Z&type=workflow_run,policy_decision'), 1);
});

test.run();
