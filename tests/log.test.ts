import { createHash } from 'node:crypto';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { integrate } from '../kernel/log/sequencer.ts';
import { leafHashOf } from '../kernel/receipts/receipt.ts';
import { parseCheckpoint, parseConsistency, parseProof } from '../sdk/verify/checkpoint.ts';
import { CompactRange, verifyConsistency, verifyInclusion } from '../sdk/verify/merkle.ts';
import { type NoteKey, parseVkey, verifyNote } from '../sdk/verify/note.ts';
import { accessRequest, type TestSummit, testSummit } from './support/summit.ts';

const test = suite('The log');
let s: TestSummit;

const requests = '/high-risk-ops/requests';
const TENANT = 'demo-external';

test.before(async () => {
  s = await testSummit();
});
test.after(() => s?.close());

/** The keys that the auditor's file names, by what they are for. */
async function keys(): Promise<Readonly<Record<string, NoteKey>>> {
  const { body } = await s.get('auditor', '/log/policy');
  const lines = [...String(body).matchAll(/^(?:# )?(log|promise|bundle) (\S+)$/gm)];
  return Object.fromEntries(await Promise.all(lines.map(async ([, name, vkey]) => [name, await parseVkey(vkey ?? '')])));
}

async function checkpoint() {
  const { body } = await s.get('auditor', '/log/checkpoint');
  const { text, verified } = await verifyNote(body, [(await keys()).log as NoteKey]);
  assert.is(verified.length, 1);
  return { ...parseCheckpoint(text), note: body as string };
}

/** Everything in the log, by its entry bundles. */
async function entries(size: number): Promise<readonly Buffer[]> {
  const bundle = await tile(`entries/000.p/${size}`);
  const found: Buffer[] = [];
  for (let at = 0; at < bundle.length; ) {
    const length = bundle.readUInt16BE(at);
    found.push(bundle.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return found;
}

async function tile(path: string): Promise<Buffer> {
  const response = await fetch(`${s.summit.url}/log/tile/${path}`, { headers: { authorization: `Bearer ${await s.token('auditor')}` } });
  assert.is(response.status, 200, path);
  assert.is(response.headers.get('content-type'), 'application/octet-stream');
  // After a rotation the same path means another log.
  assert.is(response.headers.get('cache-control'), 'private, no-cache');
  return Buffer.from(await response.arrayBuffer());
}

async function create(): Promise<{ id: string; receipt: { id: string; leaf_hash: string; promise: string } }> {
  return (await s.post('engineer', requests, accessRequest())).body;
}

async function logged(receiptId: string): Promise<void> {
  await s.summit.services.transparencyLog.integrated(TENANT, [receiptId]);
}

test('what is written is in the log soon after, and its receipt says where', async () => {
  const { receipt } = await create();
  await logged(receipt.id);
  const { body } = await s.get('auditor', `/receipts/${receipt.id}`);
  assert.type(body.log_index, 'number');
  const all = await entries(Number((await checkpoint()).size));
  assert.is(leafHashOf(all[body.log_index] as Buffer).toString('base64'), receipt.leaf_hash);
});

test('the checkpoint is the root of all entries, and every receipt is among them once', async () => {
  const { size, root } = await checkpoint();
  const all = await entries(Number(size));
  const range = CompactRange.of(0n, []);
  for (const entry of all) await range.append(leafHashOf(entry));
  assert.equal(Buffer.from(await range.root()), Buffer.from(root));
  assert.equal(await tile(`0/000.p/${size}`), Buffer.concat(all.map(leafHashOf)));
  const ids = all.map((entry) => JSON.parse(entry.toString()).id);
  assert.is(new Set(ids).size, ids.length);
  const [{ receipts }] = (await s.asApp('SELECT count(*)::int AS receipts FROM receipts')) as [{ receipts: number }];
  const [{ waiting }] = (await s.asApp('SELECT count(*)::int AS waiting FROM log_queue')) as [{ waiting: number }];
  assert.is(receipts - waiting, ids.length);
});

test('a receipt comes after its parents', async () => {
  const { id } = await create();
  for (const handle of ['team-lead', 'security-officer']) await s.post(handle, `${requests}/${id}/approve`);
  const { receipt } = (await s.post('engineer', `${requests}/${id}/execute`)).body;
  await logged(receipt.id);
  const all = await entries(Number((await checkpoint()).size));
  const places = new Map(all.map((entry, index) => [leafHashOf(entry).toString('base64'), index]));
  for (const [index, entry] of all.entries()) {
    for (const parent of JSON.parse(entry.toString()).parents as string[]) assert.ok((places.get(parent) ?? Number.POSITIVE_INFINITY) < index);
  }
});

test('the proof of a receipt is a C2SP tlog-proof under the signed checkpoint', async () => {
  const { receipt } = await create();
  const { status, body, headers } = await s.get('auditor', `/receipts/${receipt.id}/proof`);
  assert.is(status, 200);
  assert.is(headers.get('content-type'), 'text/plain; charset=utf-8');
  const { index, hashes, checkpoint: note } = parseProof(body);
  const { text, verified } = await verifyNote(note, [(await keys()).log as NoteKey]);
  const { size, root, origin } = parseCheckpoint(text);
  assert.is(verified.length, 1);
  assert.is(origin, 'summit.local/demo-external');
  assert.ok(await verifyInclusion({ index, size, leaf: Buffer.from(receipt.leaf_hash, 'base64'), proof: [...hashes], root }));
});

test('asked for the proof of what was written a moment ago, it waits', async () => {
  const { receipt } = await create();
  assert.is((await s.get('auditor', `/receipts/${receipt.id}`)).body.log_index, null);
  assert.is((await s.get('auditor', `/receipts/${receipt.id}/proof`)).status, 200);
  assert.is((await s.get('auditor', `/receipts/${crypto.randomUUID()}/proof`)).status, 404);
  assert.is((await s.get('auditor', `/receipts/${receipt.id}/proof`, { tenant: 'summit-internal' })).status, 404);
});

test('the log only grows: any two checkpoints are consistent', async () => {
  const before = await checkpoint();
  await logged((await create()).receipt.id);
  const { body } = await s.get('auditor', `/log/checkpoint?since=${before.size}`);
  const { oldSize, hashes, checkpoint: note } = parseConsistency(body);
  const { size, root } = parseCheckpoint((await verifyNote(note, [(await keys()).log as NoteKey])).text);
  assert.is(oldSize, before.size);
  assert.ok(size > before.size);
  assert.ok(await verifyConsistency({ oldSize, oldRoot: before.root, newSize: size, newRoot: root, proof: [...hashes] }));
  const ahead = await s.get('auditor', '/log/checkpoint?since=1000000');
  assert.equal([ahead.status, ahead.body.errors[0].path], [400, 'since']);
});

test('a partial tile stays what it was after the log has grown', async () => {
  const { size } = await checkpoint();
  const before = await tile(`0/000.p/${size}`);
  await logged((await create()).receipt.id);
  assert.ok((await checkpoint()).size > size);
  assert.equal(await tile(`0/000.p/${size}`), before);
});

test('the tiles of an epoch may be kept for ever, under a path that names it', async () => {
  const { headers, status } = await s.get('auditor', '/log/epochs/1/tile/0/000.p/1');
  assert.equal([status, headers.get('cache-control')], [200, 'private, max-age=31536000, immutable']);
});

test('tiles that are not there are 404, paths that name none are 400, and strangers get 401', async () => {
  const { size } = await checkpoint();
  for (const path of ['0/000', `0/000.p/${size + 1n}`, '0/001.p/1', '1/000.p/1', 'entries/001.p/1', 'entries/000']) {
    assert.is((await s.get('auditor', `/log/tile/${path}`)).status, 404, path);
  }
  for (const path of ['0/0', '0/000.p/0', '64/000', 'x/000', '0/000.p/256']) {
    const { status, body } = await s.get('auditor', `/log/tile/${path}`);
    assert.equal([status, body.code], [400, 'invalid-input'], path);
  }
  for (const path of ['/log/checkpoint', '/log/tile/0/000.p/1', '/log/entries', '/log/policy'])
    assert.is((await s.send('GET', path)).status, 401, path);
});

test('entries can be read as JSON, page by page', async () => {
  const { size } = await checkpoint();
  const first = (await s.get('auditor', '/log/entries?limit=3')).body;
  assert.equal([first.items.length, first.total, first.next_start], [3, Number(size), 3]);
  assert.is(first.items[2].leaf_hash, leafHashOf(Buffer.from(first.items[2].entry, 'base64')).toString('base64'));
  const last = (await s.get('auditor', `/log/entries?start=${size - 1n}`)).body;
  assert.equal([last.items.length, last.next_start], [1, null]);
  assert.equal((await s.get('auditor', `/log/entries?start=${size + 10n}`)).body.items, []);
});

test('the answer to a write promises when its receipt is in the log, and so does a refusal by policy', async () => {
  const { promise: key } = await keys();
  const { receipt } = await create();
  const denied = (await s.post('engineer', requests, accessRequest({ duration_minutes: 180 }))).body;
  for (const { leaf_hash, promise } of [receipt, denied.receipt]) {
    const { text, verified } = await verifyNote(promise, [key as NoteKey]);
    assert.is(verified.length, 1);
    const [kind, origin, leaf, seconds] = text.split('\n');
    assert.equal([kind, origin, leaf], ['summit-promise/v1', 'summit.local/demo-external', leaf_hash]);
    assert.ok(Math.abs(Number(seconds) - Date.now() / 1_000 - 60) < 5);
  }
  const { receipt: again } = (await s.post('engineer', requests, accessRequest(), { headers: { 'idempotency-key': 'promised' } })).body;
  const { receipt: replayed } = (await s.post('engineer', requests, accessRequest(), { headers: { 'idempotency-key': 'promised' } })).body;
  assert.equal(replayed, again);
});

test('sequencers that run at once give each receipt one place', async () => {
  const { transparencyLog, database } = s.summit.services;
  await Promise.all(Array.from({ length: 12 }, create));
  await Promise.all([
    transparencyLog.advance(TENANT),
    ...Array.from({ length: 4 }, () => integrate(database, TENANT)),
    transparencyLog.advance(TENANT),
  ]);
  await transparencyLog.advance(TENANT);
  const [{ leaves, distinct, highest }] = (await s.asApp(
    'SELECT count(*)::int AS leaves, count(DISTINCT receipt_id)::int AS distinct, max(leaf_index)::int AS highest FROM log_leaves',
  )) as [{ leaves: number; distinct: number; highest: number }];
  assert.equal([distinct, highest], [leaves, leaves - 1]);
  assert.is(Number((await checkpoint()).size), leaves);
});

test('a log that grows past a tile keeps the full one, and drops the partial ones that it contains', async () => {
  const { transparencyLog } = s.summit.services;
  // Receipts that a replica has written elsewhere: their bytes are of no interest here.
  await s.asApp(
    `INSERT INTO log_queue (tenant_id, at, receipt_id, leaf_hash)
       SELECT 'demo-external', summit_now(), gen_random_uuid(), sha256(n::text::bytea) FROM generate_series(1, 600) n`,
  );
  await transparencyLog.advance(TENANT);
  const { size } = await checkpoint();
  assert.ok(size > 600n);
  const full = await tile('0/000');
  assert.is(full.length, 8_192);
  assert.equal(await tile('0/000.p/7'), full.subarray(0, 7 * 32));
  assert.is((await tile('1/000.p/2')).length, 64);
  const kept = await s.asApp('SELECT width FROM log_tiles WHERE level = 0 AND tile_index = 0');
  assert.equal(kept, [{ width: 256 }]);
});

test("every tenant has a log of its own, that only the tenant's people read", async () => {
  await s.summit.services.transparencyLog.advance('summit-internal');
  const [ours, theirs] = [await s.get('auditor', '/log/checkpoint'), await s.get('auditor', '/log/checkpoint', { tenant: 'summit-internal' })];
  assert.match(ours.body, /^summit\.local\/demo-external\n/);
  assert.match(theirs.body, /^summit\.local\/summit-internal\n/);
});

test('metrics and the command say how far the log is', async () => {
  const status = await s.summit.services.commands.logStatus({ tenant: TENANT });
  assert.equal([status.origin, status.epoch, status.halted], ['summit.local/demo-external', 1, null]);
  assert.equal([status.integrated, status.guarded], [status.signed, status.signed]);
  await s.get('auditor', '/slo');
  assert.match((await s.send('GET', '/metrics')).body, /^summit_log_lag_seconds\{tenant="demo-external"\} 0$/m);
});

test('after a rotation the log goes on under another name and by other keys, and begins with the last checkpoint of the old', async () => {
  const { receipt } = await create();
  await logged(receipt.id);
  const old = await checkpoint();
  const oldKey = (await keys()).log as NoteKey;
  const begun = await s.summit.services.commands.beginEpoch({ tenant: TENANT, reason: 'rotated' });
  assert.equal([begun.origin, begun.epoch], ['summit.local/demo-external/2', 2]);

  const policy = String((await s.get('auditor', '/log/policy')).body);
  assert.is(policy.match(/^log /gm)?.length, 2);
  const { log: newKey } = await keys();
  assert.is(newKey?.name, 'summit.local/demo-external/2');
  assert.is.not(
    createHash('sha256')
      .update(newKey?.publicKey ?? '')
      .digest('hex'),
    createHash('sha256').update(oldKey.publicKey).digest('hex'),
  );

  const [link, first] = await entries(2);
  assert.is(link?.toString(), old.note);
  assert.is(JSON.parse(first?.toString() ?? '').action, 'log.begin-epoch');
  assert.match((await s.get('auditor', '/log/epochs/1/checkpoint')).body, /^summit\.local\/demo-external\n/);
  // What was proven stays proven, under the old key; what is written now is under the new.
  assert.match((await s.get('auditor', `/receipts/${receipt.id}/proof`)).body, /\nsummit\.local\/demo-external\n/);
  const next = await create();
  assert.match(next.receipt.promise, /^summit-promise\/v1\nsummit\.local\/demo-external\/2\n/);
  assert.match((await s.get('auditor', `/receipts/${next.receipt.id}/proof`)).body, /\nsummit\.local\/demo-external\/2\n/);
});

test('a sound log is not to be recovered', async () => {
  try {
    await s.summit.services.commands.beginEpoch({ tenant: TENANT, reason: 'recovered' });
    assert.unreachable();
  } catch (error) {
    assert.match((error as Error).message, /there is nothing to recover/);
  }
});

test.run();
