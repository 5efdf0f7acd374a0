import { get as httpGet } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { leafHashOf } from '../kernel/receipts/receipt.ts';
import { csvLine } from '../sdk/index.ts';
import { parseCheckpoint } from '../sdk/verify/checkpoint.ts';
import { CompactRange } from '../sdk/verify/merkle.ts';
import { parseVkey, verifyNote } from '../sdk/verify/note.ts';
import { manyReceipts } from './support/many-receipts.ts';
import { type SignedDocument, sha256, statementOf } from './support/signed.ts';
import { accessRequest, type TestSummit, testSummit } from './support/summit.ts';

const test = suite('Populations');
let s: TestSummit;
/** When the first period ended; each request was created before or after it. */
let turn: string;
const before: string[] = [];
const after: string[] = [];

const requests = '/high-risk-ops/requests';
const TENANT = 'demo-external';
const TYPE = 'high-risk-ops.request';
const path = `/evidence/populations/${TYPE}`;

test.before(async () => {
  s = await testSummit((config) => ({ ...config, requestsPerMinute: 10_000 }));
  for (let i = 0; i < 12; i++) before.push(await created());
  await s.post('engineer', `${requests}/${before[0]}/cancel`);
  await s.post('engineer', requests, accessRequest({ duration_minutes: 500 }));
  await population();
  s.advance({ minutes: 10 });
  [{ turn }] = (await s.asApp('SELECT summit_now() AS turn')) as [{ turn: string }];
  s.advance({ minutes: 10 });
  for (let i = 0; i < 18; i++) after.push(await created());
  await s.post('engineer', `${requests}/${before[1]}/cancel`);
  await s.post('team-lead', `${requests}/${after[0]}/reject`, { comment: 'use the replica' });
});
test.after(() => s?.close());

async function created(): Promise<string> {
  return (await s.post('engineer', requests, accessRequest())).body.id;
}

async function population(query = '', type = TYPE): Promise<SignedDocument> {
  const { status, body } = await s.get('auditor', `/evidence/populations/${type}${query}`);
  assert.is(status, 200, JSON.stringify(body).slice(0, 500));
  return body;
}

async function policy(): Promise<string> {
  return (await s.get('auditor', '/log/policy')).body;
}

const idsOf = ({ subjects }: SignedDocument): string[] => subjects.map(({ id }: SignedDocument) => id);

/** Folds what is before the range and every entry of it: nothing can have been left out. @returns what the entries say */
async function assertComplete({ manifest, entries, proof }: SignedDocument): Promise<SignedDocument[]> {
  const keys = await Promise.all([...(await policy()).matchAll(/^log (\S+)$/gm)].map(([, vkey]) => parseVkey(vkey ?? '')));
  const receipts: SignedDocument[] = [];
  assert.equal([entries.length, proof.segments.length], [manifest.segments.length, manifest.segments.length]);
  for (const [index, { origin, from_size, to_size, from_root, to_root }] of manifest.segments.entries()) {
    const { frontier, from_checkpoint, to_checkpoint } = proof.segments[index];
    const tree = CompactRange.of(
      BigInt(from_size),
      frontier.map((hash: string) => Buffer.from(hash, 'base64')),
    );
    assert.is(Buffer.from(await tree.root()).toString('base64'), from_root);
    for (const entry of entries[index]) await tree.append(leafHashOf(Buffer.from(entry, 'base64')));
    assert.equal([Number(tree.size), Buffer.from(await tree.root()).toString('base64')], [to_size, to_root]);
    for (const [note, size, root] of [
      [from_checkpoint, from_size, from_root],
      [to_checkpoint, to_size, to_root],
    ]) {
      if (note === null) {
        assert.is(size, 0);
        continue;
      }
      const { text, verified } = await verifyNote(note, keys);
      const checkpoint = parseCheckpoint(text);
      assert.equal([verified.length, checkpoint.origin, Number(checkpoint.size)], [1, origin, size]);
      assert.is(Buffer.from(checkpoint.root).toString('base64'), root);
    }
    const isLater = origin !== manifest.origin;
    receipts.push(
      ...entries[index].slice(isLater && from_size === 0 ? 1 : 0).map((entry: string) => JSON.parse(Buffer.from(entry, 'base64').toString())),
    );
  }
  return receipts;
}

test('it holds every leaf of the log in the range, so that every subject created in it is there', async () => {
  const document = await population();
  assert.equal(Object.keys(document), ['manifest', 'subjects', 'entries', 'proof', 'signature']);
  const receipts = await assertComplete(document);
  const ofType = receipts.filter(({ subject, seq }) => subject.type === TYPE && seq !== null);
  const expected = [...before, ...after].map((id) => {
    const chain = ofType.filter(({ subject }) => subject.id === id);
    const last = chain.at(-1);
    return { id, created_at: chain[0]?.at, status: last?.state.to, version: last?.seq, receipts: chain.length };
  });
  assert.equal(
    document.subjects.map(({ sampled: _, ...subject }: SignedDocument) => subject),
    expected,
  );
  const { manifest } = document;
  const { typ, origin, tenant, type, from, to, nonce, counts } = manifest;
  assert.equal(
    { typ, origin, tenant, type, from, to, nonce },
    { typ: 'summit-population/v1', origin: 'summit.local/demo-external', tenant: TENANT, type: TYPE, from: null, to: null, nonce: null },
  );
  assert.equal(counts, {
    entries: receipts.length,
    subjects: 30,
    receipts: 33,
    sampled: 25,
    by_status: { pending: 27, cancelled: 2, rejected: 1 },
  });
  assert.ok(
    receipts.some(({ outcome }) => outcome === 'denied'),
    'what was denied is in the log, and no subject',
  );
});

test('a range has what was created in it, as it was at its end', async () => {
  const first = await population(`?to=${turn}`);
  await assertComplete(first);
  assert.equal(idsOf(first), before);
  assert.equal(
    first.subjects.slice(0, 2).map(({ status, version }: SignedDocument) => [status, version]),
    [
      ['cancelled', 2],
      ['pending', 1],
    ],
  );
  const second = await population(`?from=${turn}`);
  const receipts = await assertComplete(second);
  assert.equal(idsOf(second), after);
  assert.is(second.manifest.counts.entries, receipts.length);
  assert.is(second.manifest.segments[0].from_size, first.manifest.segments[0].to_size, 'ranges that adjoin leave nothing between them');
  assert.ok(
    receipts.some(({ subject }) => subject.id === before[1]),
    'what was created before is among the leaves, and no subject',
  );
  assert.equal([first.manifest.to, second.manifest.from], [turn, turn]);
});

test('that nothing was created in a range is proven too', async () => {
  const empty = await population(`?from=${turn}&to=${turn}`);
  await assertComplete(empty);
  const [{ from_size, to_size }] = empty.manifest.segments;
  assert.equal([empty.subjects, empty.entries, from_size], [[], [[]], to_size]);
  assert.equal(empty.manifest.counts, { entries: 0, subjects: 0, receipts: 0, sampled: 0, by_status: {} });
});

test('what was written a moment ago is in it, also of another type', async () => {
  const id = await created();
  assert.is(idsOf(await population()).at(-1), id);
  const users = await population('', 'user');
  await assertComplete(users);
  assert.is(users.manifest.counts.subjects, 11);
});

test('the sample is drawn by a seed, which anybody can do again', async () => {
  const drawn = async (query: string) => (await population(`?to=${turn}&${query}`)).manifest;
  const { seed, sample, counts, query } = await drawn('seed=of%20our%20auditor&sample=5');
  const order = before.toSorted((a, b) => (sha256(`of our auditor:${a}`) < sha256(`of our auditor:${b}`) ? -1 : 1));
  assert.equal([seed, sample, counts.sampled], ['of our auditor', order.slice(0, 5), 5]);
  assert.equal(query, { from: null, to: turn, seed: 'of our auditor', sample: 5 });
  const all = await population(`?to=${turn}`);
  assert.equal([all.manifest.sample.length, all.manifest.query.sample, all.manifest.query.seed], [12, 25, null]);
  assert.match(all.manifest.seed, /^[0-9a-f]{32}$/);
  assert.is.not((await drawn('')).seed, all.manifest.seed);
  assert.equal((await drawn('sample=0')).sample, []);
  const marked = await population(`?to=${turn}&seed=x&sample=3`);
  assert.equal(
    marked.subjects
      .filter(({ sampled }: SignedDocument) => sampled)
      .map(({ id }: SignedDocument) => id)
      .sort(),
    marked.manifest.sample.toSorted(),
  );
});

test('its signature covers every member', async () => {
  const document = await population('?nonce=n-1');
  const { origin, type, generated_at } = document.manifest;
  const { predicate, predicateType } = await statementOf(document, await policy());
  assert.equal([predicateType, predicate], ['https://summit.local/population/v1', { origin, type, generated_at, nonce: 'n-1' }]);
});

test('what cannot be asked is refused, and says what can', async () => {
  const unknown = await s.get('auditor', '/evidence/populations/high-risk-ops.execution');
  assert.equal([unknown.status, unknown.body.code], [404, 'not-found']);
  assert.match(unknown.body.detail, /There are .*high-risk-ops\.request.*, user, webhook-delivery\.$/);
  for (const [query, field] of [
    ['from=yesterday', 'from'],
    ['to=2026-13-01T00:00:00Z', 'to'],
    ['from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z', 'from'],
    ['to=2001-01-01T00:00:00Z', 'to'],
    ['sample=-1', 'sample'],
    ['sample=10001', 'sample'],
    ['seed=', 'seed'],
    ['nonce=%00', 'nonce'],
    ['format=pdf', 'format'],
  ]) {
    const { status, body } = await s.get('auditor', `${path}?${query}`);
    assert.equal([status, body.code, body.errors?.[0]?.path], [400, 'invalid-input', field], query);
  }
  assert.is((await s.send('GET', path)).status, 401);
  const abroad = await s.get('auditor', path, { tenant: 'summit-internal' });
  assert.equal([abroad.body.subjects, abroad.body.manifest.origin], [[], 'summit.local/summit-internal']);
});

test('as CSV it has a line for each subject, and no formulas', async () => {
  const { status, headers, body } = await s.get('auditor', `${path}?to=${turn}&format=csv&seed=x&sample=3`);
  assert.equal([status, headers.get('content-type')], [200, 'text/csv; charset=utf-8']);
  assert.match(headers.get('content-disposition') ?? '', /^attachment; filename="high-risk-ops\.request-\d{4}-\d\d-\d\d\.csv"$/);
  const [head, ...lines] = body.split('\r\n');
  assert.is(head, 'type,id,created_at,status,version,receipts,sampled');
  assert.equal([lines.length, lines.at(-1)], [13, '']);
  const { subjects } = await population(`?to=${turn}&seed=x&sample=3`);
  const fields = ({ id, created_at, status: state, version, receipts, sampled }: SignedDocument) => [
    TYPE,
    id,
    created_at,
    state,
    version,
    receipts,
    sampled,
  ];
  assert.equal(
    lines.slice(0, -1),
    subjects.map((subject: SignedDocument) => fields(subject).join(',')),
  );
  assert.is(csvLine(['=1+1', '+1', '-1', '-1+1', '@x', '\tx', 'a,"b"', 'c\r\nd', -1]), `'=1+1,'+1,-1,'-1+1,'@x,'\tx,"a,""b""","c\r\nd",-1\r\n`);
});

test('as a page it can be printed and filed: query, counts, sample, checkpoints, how to verify, and the controls', async () => {
  const { status, headers, body } = await s.get('auditor', `${path}?to=${turn}&format=html&sample=4&seed=${encodeURIComponent('<script>"\'&')}`);
  assert.equal([status, headers.get('content-type')], [200, 'text/html; charset=utf-8']);
  assert.match(headers.get('content-security-policy') ?? '', /default-src 'none'/);
  assert.not.match(body, /<script|<style|style=|onload=|javascript:/);
  assert.match(body, '&#60;script&#62;&#34;&#39;&#38;');
  assert.match(body, '<link rel="stylesheet" href="/print.css">');
  const style = await s.send('GET', '/print.css');
  assert.match(style.headers.get('content-type') ?? '', /^text\/css/);
  assert.match(style.body, /@media print/);
  const { manifest, proof } = await population(`?to=${turn}&sample=4&seed=${encodeURIComponent('<script>"\'&')}`);
  for (const id of manifest.sample) assert.match(body, `<td>${id}</td>`);
  for (const [label, count] of [
    ['Subjects', 12],
    ['In the sample', 4],
    ['Subjects that are cancelled', 1],
    ['Entries of the log in the range', manifest.counts.entries],
  ])
    assert.match(body, `<td>${label}</td><td>${count}</td>`);
  assert.match(body, `<pre>${proof.segments[0].to_checkpoint}</pre>`);
  assert.match(body, 'npx summit verify population.json --policy demo-external.policy');
  assert.match(body, `/evidence/populations/${TYPE}?to=${encodeURIComponent(turn)}&#38;seed=`);
  for (const control of ['CC6.1', 'CC6.2', 'CC6.3', 'CC8.1', 'A.5.15', 'A.5.16', 'A.5.17', 'A.5.18']) assert.match(body, control);
});

test('over a rotation it goes on from one epoch to the next', async () => {
  await s.summit.services.commands.beginEpoch({ tenant: TENANT, reason: 'rotated' });
  const id = await created();
  const document = await population(`?from=${turn}`);
  await assertComplete(document);
  assert.equal(
    document.manifest.segments.map(({ origin }: SignedDocument) => origin),
    ['summit.local/demo-external', 'summit.local/demo-external/2'],
  );
  assert.is(document.manifest.segments[1].from_size, 0);
  assert.is(Buffer.from(document.entries[1][0], 'base64').toString(), document.proof.segments[0].to_checkpoint);
  assert.is(idsOf(document).at(-1), id);
  await statementOf(document, await policy());
});

test('a large one is sent as it is read, and a client that goes away ends the work', async () => {
  // What other types leave in the log, enough of it that no page of it fits into the buffers on the way.
  await manyReceipts(s, { count: 900, action: 'x', subjectType: 'x', filling: 30_000 });
  const headers = { authorization: `Bearer ${await s.token('auditor')}` };
  const reads = readsOf(s);
  const answer = await fetch(s.summit.url + path, { headers });
  assert.equal([answer.status, answer.headers.get('content-length')], [200, null]);
  const document = JSON.parse(await answer.text());
  assert.ok(document.manifest.counts.entries > 900);
  await statementOf(document, await policy());
  const ofAll = reads.count;

  reads.count = 0;
  await new Promise<void>((resolve, reject) => {
    const request = httpGet(s.summit.url + path, { headers }, (response) => response.once('data', () => resolve(void request.destroy())));
    request.once('error', reject);
  });
  await sleep(1_000);
  reads.stop();
  assert.ok(reads.count < ofAll - 3, `${reads.count} reads where all of it takes ${ofAll}`);
});

/** Counts the pages of entries that are read, until it is stopped: whatever else reads meanwhile, only populations read those. */
function readsOf({ summit }: TestSummit): { count: number; stop(): void } {
  const { database } = summit.services;
  const { transaction } = database;
  const reads = { count: 0, stop: () => void Object.assign(database, { transaction }) };
  const counting: typeof transaction = (tenant, mode, work) =>
    transaction(tenant, mode, (tx) => {
      const query: typeof tx.query = (text, values) => {
        if (text.includes('r.bytes FROM log_leaves')) reads.count += 1;
        return tx.query(text, values);
      };
      return work({ ...tx, query });
    });
  Object.assign(database, { transaction: counting });
  return reads;
}

test('what is lost from the store is not passed over: there is no document then, and one that has begun breaks off', async () => {
  await s.asApp(
    "INSERT INTO log_queue (tenant_id, at, receipt_id, leaf_hash) VALUES ('demo-external', summit_now(), gen_random_uuid(), sha256('lost'))",
  );
  const [{ now }] = (await s.asApp('SELECT summit_now() AS now')) as [{ now: string }];
  await s.summit.services.transparencyLog.advance(TENANT);
  const { status, body } = await s.get('auditor', `${path}?from=${now}`);
  assert.equal([status, body.code], [500, 'internal']);
  const begun = await fetch(s.summit.url + path, { headers: { authorization: `Bearer ${await s.token('auditor')}` } });
  assert.is(begun.status, 200);
  await begun.text().then(
    () => assert.unreachable('it has come to an end'),
    (error: Error) => assert.is(error.message, 'terminated'),
  );
});

test.run();
