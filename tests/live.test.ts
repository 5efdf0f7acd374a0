import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { importJWK, SignJWT } from 'jose';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { EventStream } from '../kernel/live/stream.ts';
import { createLog } from '../kernel/log.ts';
import { startSummit } from '../kernel/main.ts';
import { signedIn } from './support/browser.ts';
import { newLead } from './support/deal.ts';
import { type Listening, listen, type SentEvent } from './support/listening.ts';
import { manyReceipts } from './support/many-receipts.ts';
import { accessRequest, type TestSummit, testSummit } from './support/summit.ts';
import { withoutSku } from './support/without-sku.ts';

const test = suite('What happens, as it happens');
let s: TestSummit;
let open: Listening[];

test.before(async () => {
  s = await testSummit(withoutSku);
  await settled();
});
test.before.each(() => {
  open = [];
});
test.after.each(() => {
  for (const each of open) each.close();
});
test.after(() => s?.close());

const requests = '/high-risk-ops/requests';

async function listening(
  handle: string,
  { after, query = '', tenant }: { after?: string; query?: string; tenant?: string } = {},
): Promise<Listening> {
  const token = await s.token(handle, tenant);
  const stream = await listen(`${s.summit.url}/events${query}`, token, after === undefined ? {} : { 'last-event-id': after });
  open.push(stream);
  return stream;
}

const isReceipt = ({ event }: SentEvent) => event === 'receipt';
const about = (id: string, action?: string) => (event: SentEvent) =>
  isReceipt(event) && event.data.subject.id === id && (action === undefined || event.data.action === action);

async function created(): Promise<string> {
  return (await s.post('engineer', requests, accessRequest())).body.id;
}

/** Until the log has all that was written by now, which it would wait a second for, in case of more. @returns the id of the last event */
async function settled(tenant = 'demo-external'): Promise<string> {
  await s.summit.services.transparencyLog.upToDate(tenant);
  const [head] = await s.asApp('SELECT size FROM log_heads ORDER BY epoch DESC LIMIT 1', [], tenant);
  return String(Number(head?.size) - 1);
}

test('an approval arrives at the stream of another person, as the receipt that it is', async () => {
  const stream = await listening('engineer');
  const hello = await stream.next();
  assert.equal([hello.event, /^\d+$/.test(hello.id)], ['hello', true]);
  assert.equal(
    ['content-type', 'cache-control', 'x-accel-buffering', 'content-encoding'].map((name) => stream.headers.get(name)),
    ['text/event-stream', 'no-store', 'no', null],
  );

  const id = await created();
  const { body } = await s.post('team-lead', `${requests}/${id}/approve`, { comment: 'seen by Pat' });
  const event = await stream.next(about(id, 'high-risk-ops.request.approve'));
  const { data: receipt } = { data: (await s.get('auditor', `/receipts/${body.receipt.id}`)).body };
  assert.is(event.id, String(receipt.log_index));
  assert.equal(event.data, {
    receipt_id: receipt.id,
    action: 'high-risk-ops.request.approve',
    outcome: 'allowed',
    subject: { type: 'high-risk-ops.request', id },
    state: { from: 'pending', to: 'pending' },
    seq: 2,
    at: receipt.at,
  });
});

test('whoever comes back is told all that they have missed, in the order of the log, and nothing twice', async () => {
  const first = await listening('auditor');
  const known = await first.next();
  const id = await created();
  await settled();
  const seen = await first.next(about(id));
  first.close();
  const missed = [await created(), await created(), await created()];
  await settled();

  const second = await listening('auditor', { after: seen.id });
  const ids: string[] = [];
  for (const each of missed) ids.push((await second.next(about(each))).id);
  const later = await created();
  await settled();
  ids.push((await second.next(about(later))).id);
  assert.equal(
    second.events.map((event) => Number(event.id)),
    Array.from({ length: Number(ids.at(-1)) - Number(seen.id) }, (_, index) => Number(seen.id) + 1 + index),
    'without gaps',
  );

  // From before the first: the whole of it again; and for a client that cannot send the header, by the URL.
  const third = await listening('auditor', { query: `?after=${known.id}` });
  await third.next(about(later));
  assert.equal(
    third.events.map((event) => event.id),
    Array.from({ length: Number(ids.at(-1)) - Number(known.id) }, (_, index) => String(Number(known.id) + 1 + index)),
  );
  assert.ok(third.events.every(isReceipt));
});

test('what cannot be gone on from is told as a resync, with the id to go on from', async () => {
  const newest = await settled();
  for (const after of [String(Number(newest) + 5), '2.1', 'x', '-2', `${newest}x`, '9'.repeat(40)]) {
    const event = await (await listening('auditor', { after })).next();
    assert.equal([event.event, event.id, event.data], ['resync', newest, {}], after);
    open.at(-1)?.close();
  }
  assert.is((await s.get('auditor', `/events?after=${'9'.repeat(400)}`)).body.code, 'invalid-input');
});

test('1,000 events are told one by one; whoever has missed one more is told to look at everything anew', async () => {
  await manyReceipts(s, { count: 1_050, action: 'high-risk-ops.request.create', subjectType: 'high-risk-ops.request' });
  await s.summit.services.transparencyLog.advance('demo-external');
  const newest = Number(await settled());
  const behind = await listening('auditor', { after: String(newest - 1_001) });
  assert.equal(await behind.next(), { event: 'resync', id: String(newest), data: {} });
  const within = await listening('auditor', { after: String(newest - 1_000) });
  await within.next(({ id }) => id === String(newest));
  assert.equal([within.events.length, within.events.every(isReceipt)], [1_000, true]);
});

test('a log that goes on in another epoch is one to look at anew', async () => {
  const tenant = 'summit-internal';
  const newest = await settled(tenant);
  const stream = await listening('auditor', { after: newest, tenant });
  await s.summit.services.commands.beginEpoch({ tenant, reason: 'rotated' });
  await s.post('engineer', requests, accessRequest(), { tenant });
  await settled(tenant);
  const event = await stream.next(({ event }) => event === 'resync');
  assert.match(event.id, /^2\./);
  const again = await listening('auditor', { after: event.id, tenant });
  const { body } = await s.post('engineer', requests, accessRequest(), { tenant });
  await settled(tenant);
  assert.match((await again.next(about(body.id))).id, /^2\.\d+$/);
  assert.ok(again.events.every(isReceipt));
});

test("nothing of another tenant's arrives, at any time", async () => {
  const stream = await listening('auditor', { tenant: 'summit-internal' });
  const other = await created();
  await settled();
  const { body } = await s.post('engineer', requests, accessRequest(), { tenant: 'summit-internal' });
  await settled('summit-internal');
  await stream.next(about(body.id));
  assert.ok(!JSON.stringify(stream.events).includes(other));
});

test('what belongs to a pack that is disabled is left out, and the ids go on', async () => {
  const settings = (await s.get('operator', '/packs')).body.items.find(({ id }: { id: string }) => id === 'high-risk-ops').tenant_settings;
  const set = (enabled: boolean) => s.put('operator', '/tenants/demo-external/packs/high-risk-ops', { enabled, settings });
  const before = await settled();
  const id = await created();
  await set(false);
  await settled();
  try {
    const stream = await listening('auditor', { after: before });
    const { subject } = (await stream.next()).data;
    assert.is(subject.type, 'pack-enablement');
    // What is told after it, has been read after it.
    await s.post('ae', `${requests}/${id}/approve`);
    const { body } = await s.post('ae', '/revops/leads', newLead());
    await settled();
    await stream.next(about(body.id));
    assert.not.ok(stream.events.some(({ data }) => data.subject?.type === 'high-risk-ops.request'));
  } finally {
    await set(true);
  }
  const again = await listening('auditor', { after: before });
  await again.next(about(id));
});

test('the stream of a person who is erased ends, and nobody opens another for them', async () => {
  const stream = await listening('engineer-2');
  await stream.next();
  assert.is((await s.post('operator', `/users/${await s.userId('engineer-2')}/erase`)).status, 200);
  await stream.ended;
  assert.is((await s.get('engineer-2', '/events')).status, 401);
});

test('the stream of a person whose roles change ends, and they come back as who they are now', async () => {
  const stream = await listening('ae-2');
  await stream.next();
  const id = await s.userId('ae-2');
  assert.is((await s.put('operator', `/users/${id}/roles`, { roles: ['manager'] })).status, 200);
  await stream.ended;
  const last = stream.events.at(-1);
  assert.equal([last?.data.action, last?.data.subject.id], ['user.set-roles', id]);
  await (await listening('ae-2')).next();
});

test('a stream says that it is there, and ends when its token does', async () => {
  const lively = await testSummit((config) => ({ ...config, heartbeatMs: 300 }));
  const key = JSON.parse(readFileSync(join(lively.config.dataDir, 'keys/token.jwk'), 'utf8'));
  const kid = JSON.parse(Buffer.from((await lively.token('finance')).split('.')[0] ?? '', 'base64url').toString()).kid;
  const token = await new SignJWT({ tenant: 'demo-external' })
    .setProtectedHeader({ alg: 'EdDSA', kid })
    .setIssuer(lively.config.origin)
    .setAudience('summit')
    .setSubject(await lively.userId('finance'))
    .setExpirationTime('4s')
    .sign(await importJWK(key, 'EdDSA'));
  const stream = await listen(`${lively.summit.url}/events`, token);
  const text = await stream.ended;
  await lively.close();
  assert.match(text, /^retry: 2000\n\nevent: hello\n/);
  assert.match(text, /\n: still here\nid: -?\d+\n\n/);
});

test('who signs out hears no more at once, and only by that session', async () => {
  // No heartbeat comes to tell of it.
  const quiet = await testSummit((config) => ({ ...config, heartbeatMs: 600_000 }));
  try {
    const [mine, elsewhere] = [await signedIn(quiet, 'finance'), await signedIn(quiet, 'finance')];
    const by = ({ cookie }: { cookie: string }) => listen(`${quiet.summit.url}/events`, null, { cookie });
    const [first, second, other] = [await by(mine), await by(mine), await by(elsewhere)];
    const signedOut = await quiet.send('POST', '/sign-out', { headers: { cookie: mine.cookie, 'x-csrf-token': mine.csrf } });
    assert.is(signedOut.status, 204);
    await Promise.all([first.ended, second.ended]);
    const { body } = await quiet.post('engineer', requests, accessRequest());
    await quiet.summit.services.transparencyLog.advance('demo-external');
    await other.next(about(body.id));
    other.close();
  } finally {
    await quiet.close();
  }
});

test('whose API token is revoked hears no more, well before a heartbeat asks', async () => {
  const quiet = await testSummit((config) => ({ ...config, heartbeatMs: 600_000 }));
  try {
    const made = async () => {
      const expires_at = new Date(Date.now() + 86_400_000).toISOString();
      return (await quiet.post('finance', '/api-tokens', { title: 'listening', expires_at })).body;
    };
    const [revoked, kept] = [await made(), await made()];
    const [stream, other] = [await listen(`${quiet.summit.url}/events`, revoked.token), await listen(`${quiet.summit.url}/events`, kept.token)];
    assert.is((await quiet.delete('finance', `/api-tokens/${revoked.id}`)).status, 200);
    await stream.ended;
    const { body } = await quiet.post('engineer', requests, accessRequest());
    await other.next(about(body.id));
    other.close();
  } finally {
    await quiet.close();
  }
});

test('a stream that stays open does not use up what its person may ask', async () => {
  const limited = await testSummit((config) => ({ ...config, heartbeatMs: 20, requestsPerMinute: 3 }));
  try {
    const stream = await listen(`${limited.summit.url}/events`, await limited.token('finance'));
    await limited.post('engineer', requests, accessRequest());
    await limited.summit.services.transparencyLog.advance('demo-external');
    await stream.next(isReceipt);
    assert.is((await limited.get('finance', '/me')).status, 200);
    stream.close();
  } finally {
    await limited.close();
  }
});

test('a ninth stream of one person is refused, until they close one', async () => {
  const streams = await Promise.all(Array.from({ length: 8 }, () => listening('manager')));
  const refused = await fetch(`${s.summit.url}/events`, { headers: { authorization: `Bearer ${await s.token('manager')}` } });
  assert.equal([refused.status, refused.headers.get('retry-after')], [429, '5']);
  assert.is(((await refused.json()) as { code: string }).code, 'rate-limited');
  streams[0]?.close();
  for (;;) {
    const response = await fetch(`${s.summit.url}/events`, { headers: { authorization: `Bearer ${await s.token('manager')}` } });
    await response.body?.cancel();
    if (response.status === 200) break;
  }
});

test('a stranger hears nothing, and nothing else is done there', async () => {
  assert.is((await s.send('GET', '/events')).status, 401);
  const { status, headers } = await s.post('auditor', '/events');
  assert.equal([status, headers.get('allow')], [405, 'HEAD, GET']);
});

test('a listener that does not read is let go, and not remembered for', async () => {
  const stream = new EventStream({ tenant: 'demo-external', id: 'nobody', version: 1, session: null, apiToken: null });
  const closed = new Promise<void>((resolve) => stream.once('close', resolve));
  const happening = {
    receipt_id: 'r',
    action: 'a',
    outcome: 'allowed',
    subject: { type: 't', id: 'i' },
    state: { from: null, to: null },
    seq: 1,
    at: '',
  };
  let told = 0;
  for (; !stream.destroyed && told < 100_000; told++) stream.happened({ epoch: 1, index: told }, happening);
  assert.ok(stream.destroyed, 'however much it is told');
  await closed;
  assert.ok(told > 1_000 && stream.readableLength < 1_100_000, `${told}`);
});

test('where the database cannot be read, the streams end and the server goes on', async () => {
  const broken = await testSummit();
  try {
    const token = await broken.token('auditor');
    const stream = await listen(`${broken.summit.url}/events`, token);
    await stream.next();
    await broken.asOwner('ALTER TABLE log_heads RENAME TO log_heads_gone');
    await stream.ended;
    assert.is((await broken.get('auditor', '/events')).status, 500);
    await broken.asOwner('ALTER TABLE log_heads_gone RENAME TO log_heads');
    const again = await listen(`${broken.summit.url}/events`, token);
    await again.next();
    again.close();
  } finally {
    await broken.close();
  }
});

test('a server that stops ends its streams at once', async () => {
  const stopping = await testSummit();
  const stream = await listen(`${stopping.summit.url}/events`, await stopping.token('auditor'));
  await stream.next();
  const started = performance.now();
  await stopping.summit.stopListening();
  await stream.ended;
  assert.ok(performance.now() - started < 3_000, 'long before requests that hang would be given up');
  await stopping.close();
});

test('what another replica does is heard of, and what is done here is heard of there', async () => {
  if (s.summit.services.database.embedded) return;
  const other = await startSummit(s.config, { log: createLog('silent'), databaseDir: null });
  try {
    const [here, there] = [await listening('auditor'), await listen(`${other.url}/events`, await s.token('auditor'))];
    await Promise.all([here.next(), there.next()]);
    const ids: string[] = [];
    for (const url of [s.summit.url, other.url]) {
      const headers = { authorization: `Bearer ${await s.token('engineer')}`, 'content-type': 'application/json' };
      const answer = await fetch(`${url}${requests}`, { method: 'POST', headers, body: JSON.stringify(accessRequest()) });
      ids.push(((await answer.json()) as { id: string }).id);
    }
    for (const stream of [here, there]) {
      const heard: string[] = [];
      while (heard.length < ids.length) heard.push((await stream.next(({ data }) => ids.includes(data.subject?.id))).data.subject.id);
      assert.equal(heard.sort(), [...ids].sort());
    }
    there.close();
  } finally {
    await other.close();
  }
});

test.run();
