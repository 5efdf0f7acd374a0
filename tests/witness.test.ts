import { createPublicKey, verify } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { concatBytes, fromBase64, toBase64, toHex, utf8 } from '../sdk/verify/bytes.ts';
import { checkpointText, formatConsistency } from '../sdk/verify/checkpoint.ts';
import { EMPTY_ROOT } from '../sdk/verify/merkle.ts';
import { type NoteKey, noteKey, signatureLine, timestamped, verifyNote, vkeyOf } from '../sdk/verify/note.ts';
import { startWitness, type WitnessServer } from '../sdk/witness/server.ts';
import { cli } from './support/process.ts';
import { SignedLog } from './support/signed-log.ts';
import { type Answer, cosignedSize, keyOf, stale, submitTo, WITNESS_NAME } from './support/witnessing.ts';

const test = suite('Witness');
const NOW = 1_795_000_000n;

const folders: string[] = [];
let dir: string;
let witness: WitnessServer;
let witnessKey: NoteKey;
let now: bigint;
let clock: () => bigint;
let reports: string[];

test.before.each(async () => {
  dir = newFolder();
  now = NOW;
  clock = () => now;
  reports = [];
  await start();
  witnessKey = await keyOf(witness.url);
});
test.after.each(async () => {
  await witness.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'summit-witness-'));
  folders.push(folder);
  return join(folder, 'w');
}

async function start(): Promise<void> {
  witness = await startWitness({ dir, name: WITNESS_NAME, host: '127.0.0.1', port: 0, now: () => clock(), report: (line) => reports.push(line) });
}

function know(...logs: readonly SignedLog[]): void {
  for (const { vkey } of logs) appendFileSync(join(dir, 'policy'), `log ${vkey}\n`);
}

function submit(body: string | Uint8Array): Promise<Answer> {
  return submitTo(witness.url, body);
}

function cosigned(log: SignedLog): Promise<number | null> {
  return cosignedSize(log, { url: witness.url, key: witnessKey });
}

async function statusOf(body: string | Uint8Array | Promise<string>): Promise<number> {
  return (await submit(await body)).status;
}

test('what a log has signed is cosigned, and the cosignature says when', async () => {
  const log = await SignedLog.create('example.com/acme');
  know(log);
  const { status, text } = await submit(await log.body(0, 5));
  assert.is(status, 200);
  const { verified } = await verifyNote((await log.checkpoint(5)) + text, [log.key, witnessKey]);
  assert.equal(
    verified.map(({ name, type, timestamp }) => [name, type, timestamp]),
    [
      ['example.com/acme', 1, null],
      [WITNESS_NAME, 4, NOW],
    ],
  );

  // Once more with nothing but the words of C2SP tlog-cosignature.
  const [, name, encoded = ''] = /^— (\S+) (\S+)\n$/u.exec(text) ?? [];
  const bytes = fromBase64(encoded);
  assert.equal([name, bytes.length, toHex(bytes.slice(0, 4))], [WITNESS_NAME, 4 + 8 + 64, toHex(witnessKey.id)]);
  const spki = concatBytes(fromBase64('MCowBQYDK2VwAyEA'), witnessKey.publicKey);
  const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  const message = `cosignature/v1\ntime ${Buffer.from(bytes).readBigUInt64BE(4)}\n${await log.text(5)}`;
  assert.ok(verify(null, Buffer.from(message), key, bytes.slice(12)));
});

test('a log that grows is cosigned at each size, one that stands still again, with the time of then', async () => {
  const log = await SignedLog.create('example.com/acme');
  know(log);
  let old = 0;
  for (const size of [1, 2, 3, 7, 8, 8, 13, 64]) {
    now += 1n;
    const { status, text } = await submit(await log.body(old, size));
    assert.is(status, 200, `${old} to ${size}`);
    const { verified } = await verifyNote((await log.checkpoint(size)) + text, [witnessKey]);
    assert.is(verified[0]?.timestamp, now);
    old = size;
  }
  assert.is(await cosigned(log), 64);
});

test('growth needs the proof of exactly that growth', async () => {
  const log = await SignedLog.create('example.com/acme');
  know(log);
  await submit(await log.body(0, 6));
  const proof = log.proof(6, 11);
  const checkpoint = await log.checkpoint(11);
  const asked = (hashes: readonly Uint8Array[]) => statusOf(formatConsistency({ oldSize: 6n, hashes, checkpoint }));
  assert.is(await asked([]), 422, 'none');
  assert.is(await asked(proof.slice(1)), 422, 'without its first hash');
  assert.is(await asked(proof.slice(0, -1)), 422, 'without its last hash');
  assert.is(await asked([...proof, EMPTY_ROOT]), 422, 'with one too many');
  assert.is(await asked(proof.toReversed()), 422, 'upside down');
  assert.is(await asked(log.proof(5, 11)), 422, 'of another growth');
  assert.is(await asked(Array(63).fill(EMPTY_ROOT)), 422, 'as long as one may be');
  assert.is(await asked(Array(64).fill(EMPTY_ROOT)), 400, 'longer than one may be');
  assert.is(await cosigned(log), 6);
  assert.match(reports.join('\n'), 'example.com/acme: no proof that its 11 continue the 6 cosigned last');
  assert.is(await asked(proof), 200);
});

test('a proof of nothing is empty', async () => {
  const log = await SignedLog.create('example.com/acme');
  know(log);
  const body = async (oldSize: bigint, hashes: readonly Uint8Array[]) => formatConsistency({ oldSize, hashes, checkpoint: await log.checkpoint(4) });
  assert.is(await statusOf(body(0n, [EMPTY_ROOT])), 422, 'from the empty tree');
  assert.is(await cosigned(log), null);
  assert.is(await statusOf(body(0n, [])), 200);
  assert.is(await statusOf(body(4n, [EMPTY_ROOT])), 422, 'from a size to itself');
  assert.is(await statusOf(body(4n, [])), 200);
});

test('a log cannot be taken back: another old size is answered with the one cosigned last', async () => {
  const log = await SignedLog.create('example.com/acme');
  know(log);
  assert.equal(await submit(await log.body(3, 5)), stale(0), 'before the first');
  await submit(await log.body(0, 8));
  assert.equal(await submit(await log.body(0, 5)), stale(8));
  assert.equal(await submit(await log.body(5, 7)), stale(8));
  assert.equal(await submit(await log.body(5, 5)), stale(8));
  assert.equal(await submit(await log.body(9, 12)), stale(8));
  assert.is(await statusOf(log.body(8, 5)), 400, 'an old size over that of the checkpoint');
  assert.is(await cosigned(log), 8);
});

test('split view: a second root of one size is refused, reported and kept', async () => {
  const log = await SignedLog.create('example.com/acme');
  know(log);
  await submit(await log.body(0, 8));
  const other = await log.forkedAt(3);
  const { status, type, text } = await submit(await other.body(8, 8));
  // A type of its own: whoever sent this must not take the size for one to go on from.
  assert.equal([status, type, text], [409, 'text/plain; charset=utf-8', 'the log has another root at the size 8\n']);
  await submit(await (await log.forkedAt(4)).body(8, 8));

  const kept = join(dir, 'checkpoints', `${log.hash}.conflict`);
  assert.is(readFileSync(kept, 'utf8'), await other.checkpoint(8), 'the first such, which the log cannot deny');
  assert.match(reports[0] ?? '', 'SPLIT VIEW');
  assert.ok(reports[0]?.includes(await log.checkpoint(8)) && reports[0].includes(await other.checkpoint(8)));
  const { stdout } = await cli(['witness', 'logs', '--dir', dir], {});
  assert.match(stdout, `SPLIT VIEW, see ${kept}`);

  // Neither does the other history get in by growing.
  assert.is(await statusOf(other.body(8, 9)), 422);
  assert.is(await statusOf(log.body(8, 9)), 200);
});

test('an empty log has one root, and grows from there', async () => {
  const log = await SignedLog.create('example.com/acme');
  know(log);
  const wrong = checkpointText({ origin: log.origin, size: 0n, root: new Uint8Array(32) });
  assert.is(await statusOf(`old 0\n\n${log.sign(wrong)}`), 409);
  assert.is(await cosigned(log), null);
  assert.is(await statusOf(log.body(0, 0)), 200);
  assert.is(await cosigned(log), 0);
  assert.is(await statusOf(`old 0\n\n${log.sign(wrong)}`), 409);
  assert.is(await statusOf(log.body(0, 0)), 200);
  assert.is(await statusOf(log.body(0, 3)), 200);
  assert.equal(await submit(await log.body(0, 0)), stale(3));
});

test('sizes are exact up to 2⁶⁴−1, and no longer', async () => {
  const log = await SignedLog.create('example.com/acme');
  know(log);
  const most = (1n << 64n) - 1n;
  const body = (size: bigint) => `old 0\n\n${log.sign(checkpointText({ origin: log.origin, size, root: EMPTY_ROOT }))}`;
  assert.is(await statusOf(body(most + 1n)), 400);
  assert.is(await statusOf(body(most - 1n)), 200);
  assert.equal(await submit(body(most)), stale(most - 1n));
});

test('a log that nobody has added is unknown, also under the key of one that is known', async () => {
  const [log, stranger] = [await SignedLog.create('example.com/acme'), await SignedLog.create('example.com/other')];
  know(log);
  assert.is(await statusOf(stranger.body(0, 3)), 404);
  const next = checkpointText({ origin: 'example.com/acme/2', size: 3n, root: EMPTY_ROOT });
  assert.is(await statusOf(`old 0\n\n${log.sign(next)}`), 404, 'after a rotation it is another log');
});

test('what the log has not signed is refused', async () => {
  const [log, impostor] = [await SignedLog.create('example.com/acme'), await SignedLog.create('example.com/acme')];
  know(log);
  const text = await log.text(3);
  const genuine = log.sign(text);
  const line = genuine.slice(text.length + 1);
  const forged = signatureLine(log.key, new Uint8Array(64));
  for (const [about, checkpoint] of Object.entries({
    'signed by another key of that name': impostor.sign(text),
    'with the name and id of the key, and no signature of it': `${text}\n${forged}`,
    'with a signature of another checkpoint': `${text}\n${(await log.checkpoint(4)).split('\n\n')[1]}`,
    'with a cut signature': `${text}\n${signatureLine(log.key, new Uint8Array(63))}`,
    'with one genuine and one forged': `${text}\n${line}${forged}`,
    'with one forged and one genuine': `${text}\n${forged}${line}`,
  })) {
    assert.is(await statusOf(`old 0\n\n${checkpoint}`), 403, about);
  }
  assert.is((await submit(`old 0\n\n${impostor.sign(text)}`)).text, 'the log has not signed the checkpoint\n');
  assert.is(await cosigned(log), null);
  assert.is(await statusOf(`old 0\n\n${genuine}`), 200);
});

test('signatures of others are ignored, and not kept; extension lines are cosigned', async () => {
  const log = await SignedLog.create('example.com/acme');
  know(log);
  const text = `${await log.text(3)}an extension\n`;
  const others = Array.from({ length: 20 }, (_, n) => signatureLine({ name: `other.example/${n}`, id: new Uint8Array(4) }, new Uint8Array(3_000)));
  const { status, text: line } = await submit(`old 0\n\n${log.sign(text)}${others.join('')}`);
  assert.is(status, 200);
  assert.is((await verifyNote(`${text}\n${line}`, [witnessKey])).verified.length, 1);
  assert.is(await (await fetch(`${witness.url}/${log.hash}/checkpoint`)).text(), log.sign(text) + line);
});

test('logs are added while it runs, and one that changes its key may have both', async () => {
  const [log, second] = [await SignedLog.create('example.com/acme'), await SignedLog.create('example.com/acme')];
  assert.is(await statusOf(log.body(0, 3)), 404);
  const added = await cli(['witness', 'add-log', '--dir', dir, log.vkey], {});
  assert.is(added.code, 0, added.stderr);
  assert.is(await statusOf(log.body(0, 3)), 200);
  assert.is(await statusOf(second.body(0, 3)), 403);
  know(second);
  // Of two keys one must have signed; its history is that of the origin.
  assert.equal(await submit(await second.body(0, 3)), stale(3));

  const again = await cli(['witness', 'add-log', '--dir', dir, log.vkey], {});
  assert.is(again.code, 0);
  assert.match(again.stderr, 'The log was known already.');
  writeFileSync(join(dir, 'policy'), 'quorum none\n');
  assert.is(await statusOf(log.body(3, 4)), 404, 'taken out again');
});

test('many who add a log at once lose none', async () => {
  const logs = await Promise.all(Array.from({ length: 6 }, (_, n) => SignedLog.create(`example.com/${n}`, 1)));
  const added = await Promise.all(logs.map(({ vkey }) => cli(['witness', 'add-log', '--dir', dir, vkey], {})));
  assert.equal(
    added.map(({ code }) => code),
    logs.map(() => 0),
  );
  for (const log of logs) assert.is(await statusOf(log.body(0, 1)), 200, log.origin);
});

test('a policy that cannot be read stops all logs, until it is mended', async () => {
  const log = await SignedLog.create('example.com/acme');
  const path = join(dir, 'policy');
  const good = ` \t# a comment\n\n\tlog  ${log.vkey}  https://example.com/\nquorum none\n`;
  writeFileSync(path, good);
  assert.is(await statusOf(log.body(0, 3)), 200);
  const cut = log.vkey.slice(0, -1);
  for (const bad of ['lgo\n', 'log\n', `log ${cut}\n`, `log ${log.vkey}\n`, 'log a b c\n', '# a comment\r\n', '# \xff\n']) {
    reports = [];
    writeFileSync(path, good + bad, 'latin1');
    assert.is(await statusOf(log.body(3, 4)), 500, bad);
    assert.match(reports[0] ?? '', path);
  }
  rmSync(path);
  assert.is(await statusOf(log.body(3, 4)), 500, 'gone');
  writeFileSync(path, good);
  assert.is(await statusOf(log.body(3, 4)), 200);
});

test('a log is not added where its public key is that of another, or nobody can write the line', async () => {
  const [log, next] = [await SignedLog.create('example.com/acme'), await SignedLog.create('example.com/acme/2')];
  know(log);
  const before = readFileSync(join(dir, 'policy'), 'utf8');
  const sameKey = vkeyOf(await noteKey('example.com/other', 1, log.key.publicKey));
  const refused = [sameKey, `${next.vkey} https://example.com/`, `${next.vkey}\n# more`, ''];
  const outputs = await Promise.all(refused.map((vkey) => cli(['witness', 'add-log', '--dir', dir, vkey], {})));
  for (const { code, stderr } of outputs) assert.is(code, 2, stderr);
  assert.is(readFileSync(join(dir, 'policy'), 'utf8'), before);
});

test('a witness is no log', async () => {
  const key = (await cli(['witness', '--dir', dir, '--vkey'], {})).stdout.trim();
  const { code, stderr } = await cli(['witness', 'add-log', '--dir', dir, key], {});
  assert.is(code, 2);
  assert.match(stderr, 'has the type 4, expected 1');
});

test('of many who send at once one history is cosigned, which never goes back', async () => {
  const log = await SignedLog.create('example.com/acme');
  const other = await log.forkedAt(2);
  know(log);
  const seen: { size: number; text: string }[] = [];
  // As a log's client does it: on a conflict, go on from the size that the witness has.
  const send = async (side: SignedLog, from: number, size: number): Promise<number> => {
    if (from > size) return from;
    const answer = await submit(await side.body(from, size));
    if (answer.type === 'text/x.tlog.size') return send(side, Number(answer.text), size);
    assert.ok([200, 409, 422].includes(answer.status), answer.text);
    if (answer.status !== 200) return from;
    seen.push({ size, text: await side.text(size) });
    return size;
  };
  const client = async (side: SignedLog, sizes: readonly number[]) => {
    let old = 0;
    for (const size of sizes) old = await send(side, old, size);
  };
  const sizes = (step: number) => Array.from({ length: Math.floor(64 / step) }, (_, n) => (n + 1) * step);
  await Promise.all([1, 2, 3, 5, 7, 11].flatMap((step) => [client(log, sizes(step)), client(other, sizes(step))]));
  assert.ok(seen.length > 20, `${seen.length} were cosigned`);
  const ofSize = new Map<number, string>();
  for (const { size, text } of seen) {
    assert.is(ofSize.get(size) ?? text, text, `two roots at ${size}`);
    ofSize.set(size, text);
  }
  const sides = await Promise.all(
    [log, other].map(async (side) =>
      (await Promise.all(seen.map(async ({ size, text }) => size < 3 || text === (await side.text(size))))).every(Boolean),
    ),
  );
  assert.ok(sides.includes(true), 'all of one history');
  assert.is(await cosigned(log), Math.max(...seen.map(({ size }) => size)));
});

test('of requests from one size the first is cosigned, and the others are told', async () => {
  const log = await SignedLog.create('example.com/acme');
  know(log);
  await submit(await log.body(0, 4));
  const bodies = await Promise.all(Array.from({ length: 40 }, (_, n) => log.body(4, 5 + n)));
  const answers = await Promise.all(bodies.map((body) => submit(body)));
  const winners = answers.flatMap(({ status }, n) => (status === 200 ? [5 + n] : []));
  assert.is(winners.length, 1);
  for (const answer of answers) if (answer.status !== 200) assert.equal(answer, stale(winners[0] ?? 0));
  assert.is(await cosigned(log), winners[0]);
});

test('a restart keeps the key and all that was cosigned', async () => {
  const [log, second] = [await SignedLog.create('example.com/acme'), await SignedLog.create('example.com/second')];
  know(log, second);
  await submit(await log.body(0, 4));
  await submit(await second.body(0, 9));
  await witness.close();
  await start();
  assert.equal(await keyOf(witness.url), witnessKey);
  assert.equal([await cosigned(log), await cosigned(second)], [4, 9]);
  assert.equal(await submit(await log.body(0, 3)), stale(4));
  assert.is(await statusOf(log.body(4, 5)), 200);
});

test('a record that is not what was written stops its log, and no other', async () => {
  const [log, second] = [await SignedLog.create('example.com/acme'), await SignedLog.create('example.com/second')];
  know(log, second);
  await submit(await log.body(0, 4));
  await submit(await second.body(0, 9));
  const path = join(dir, 'checkpoints', `${log.hash}.checkpoint`);
  const good = readFileSync(path, 'utf8');
  const foreign = await noteKey(WITNESS_NAME, 4, witnessKey.publicKey.toReversed());
  for (const [about, bad] of Object.entries({
    empty: '',
    cut: good.slice(0, -20),
    'of another size': good.replace('\n4\n', '\n3\n'),
    'without the cosignature': await log.checkpoint(4),
    'cosigned by another': `${await log.checkpoint(4)}${signatureLine(foreign, timestamped(NOW, new Uint8Array(64)))}`,
    'of another log': readFileSync(join(dir, 'checkpoints', `${second.hash}.checkpoint`), 'utf8'),
    'no text': Buffer.of(0xff, 0xfe),
  })) {
    writeFileSync(path, bad);
    const { status, text } = await submit(await log.body(4, 5));
    assert.is(status, 500, about);
    assert.not.match(text, dir);
    assert.is(await statusOf(log.body(0, 5)), 500, `${about}: never taken for a log that is new`);
    assert.is((await fetch(`${witness.url}/${log.hash}/checkpoint`)).status, 500);
  }
  assert.match(reports[0] ?? '', `${path} is not what was cosigned last of example.com/acme`);
  assert.is(await statusOf(second.body(9, 10)), 200);
  writeFileSync(path, good);
  assert.is(await statusOf(log.body(4, 5)), 200);

  // Without the folder all are gone, and none of them is new.
  renameSync(join(dir, 'checkpoints'), join(dir, 'elsewhere'));
  assert.is(await statusOf(log.body(0, 3)), 500);
  assert.is((await fetch(`${witness.url}/${log.hash}/checkpoint`)).status, 500);
  renameSync(join(dir, 'elsewhere'), join(dir, 'checkpoints'));
});

test('where the record cannot be written there is no cosignature', async () => {
  const log = await SignedLog.create('example.com/acme');
  know(log);
  await submit(await log.body(0, 4));
  const obstacle = join(dir, 'checkpoints', `${log.hash}.checkpoint.draft`);
  mkdirSync(obstacle);
  const { status, text } = await submit(await log.body(4, 5));
  assert.is(status, 500);
  assert.not.match(text, '—');
  assert.is(await cosigned(log), 4);
  rmSync(obstacle, { recursive: true });
  assert.is(await statusOf(log.body(4, 5)), 200);
});

test('clock rollback: no cosignature claims an earlier time than the one before it', async () => {
  const log = await SignedLog.create('example.com/acme');
  know(log);
  await submit(await log.body(0, 4));
  now -= 1n;
  assert.is(await statusOf(log.body(4, 5)), 500);
  assert.match(reports[0] ?? '', 'the clock (1794999999) is behind the last cosignature');
  assert.is(await cosigned(log), 4);
  now += 1n;
  assert.is(await statusOf(log.body(4, 5)), 200);
});

test('monitors are given what was cosigned last', async () => {
  const log = await SignedLog.create('example.com/acme');
  know(log);
  const url = `${witness.url}/${log.hash}/checkpoint`;
  assert.is((await fetch(url)).status, 404);
  const { text } = await submit(await log.body(0, 4));
  const response = await fetch(url);
  assert.equal([response.headers.get('content-type'), response.headers.get('cache-control')], ['text/plain; charset=utf-8', 'no-store']);
  assert.is(await response.text(), (await log.checkpoint(4)) + text);
  assert.is((await fetch(url, { method: 'HEAD' })).status, 200);
  assert.is((await fetch(url.replace(log.hash, '0'.repeat(64)))).status, 404);
});

test('other methods, paths and lengths are refused, and a connection is kept', async () => {
  const log = await SignedLog.create('example.com/acme');
  know(log);
  for (const [method, path, status, allow] of [
    ['GET', '/add-checkpoint', 405, 'POST'],
    ['PUT', '/add-checkpoint', 405, 'POST'],
    ['POST', '/', 405, 'GET, HEAD'],
    ['DELETE', `/${log.hash}/checkpoint`, 405, 'GET, HEAD'],
    ['POST', '/add-checkpoint/', 404, null],
    ['GET', '/logs', 404, null],
    ['GET', '/checkpoint', 404, null],
    ['GET', '/%2e%2e/checkpoint', 404, null],
  ] as const) {
    const response = await fetch(witness.url + path, { method });
    assert.equal([response.status, response.headers.get('allow')], [status, allow], `${method} ${path}`);
  }
  const body = await log.body(0, 3);
  const padded = (length: number) => Buffer.alloc(length, ' ').fill(body, 0, Buffer.byteLength(body));
  assert.is(await statusOf(padded(128 * 1024 + 1)), 413);
  assert.is(await statusOf(new Uint8Array(8_000_000)), 413);
  assert.is(await statusOf(padded(128 * 1024)), 400);
  assert.is(await statusOf(body), 200);
});

test('a client that goes away in the middle is no error of the witness', async () => {
  const log = await SignedLog.create('example.com/acme');
  know(log);
  const { port, hostname } = new URL(witness.url);
  const socket = connect(Number(port), hostname);
  socket.write('POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nContent-Length: 1000\r\n\r\nold 0\n');
  await new Promise((resolve) => setTimeout(resolve, 50));
  socket.destroy();
  assert.is(await statusOf(log.body(0, 3)), 200);
  assert.equal(reports, []);
});

test('whatever bytes are sent, none are cosigned and nothing breaks', async () => {
  const log = await SignedLog.create('example.com/acme');
  know(log);
  await submit(await log.body(0, 6));
  const good = Buffer.from(await log.body(6, 11));
  const lines = good.toString().split('\n');
  const without = (index: number) => lines.filter((_, at) => at !== index).join('\n');
  const malformed = [
    '',
    '\n',
    'old 6\n\n',
    'old 6',
    good.toString().replace('old 6', 'old 06'),
    good.toString().replace('old 6', 'old  6'),
    good.toString().replace('old 6', 'old -6'),
    good.toString().replace('old 6', 'old 6.0'),
    good.toString().replace('old 6', 'old 0x6'),
    good.toString().replace('old 6', 'Old 6'),
    good.toString().replace('\n11\n', '\n011\n'),
    good.toString().replaceAll('\n', '\r\n'),
    good.toString().replace('=\n', '\n'),
    good.toString().replace('— ', '- '),
    `\uFEFF${good}`,
    good.toString().slice(0, -1),
    `${good}\n`,
    `${good}x`,
    ...lines.slice(0, -1).map((_, index) => without(index)),
  ];
  for (const body of malformed) {
    const status = await statusOf(body);
    // A line fewer in the proof is a proof, of something else.
    assert.ok(status === 400 || status === 422, `${status}: ${JSON.stringify(body)}`);
  }
  const refused = async (body: Uint8Array) => {
    const status = await statusOf(body);
    assert.ok(status >= 400 && status < 500, `${status}: ${toBase64(body)}`);
  };
  await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), refused), { numRuns: 150 });
  await fc.assert(
    fc.asyncProperty(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
      const bytes = Uint8Array.from(good);
      bytes[at] = (bytes[at] ?? 0) ^ change;
      await refused(bytes);
    }),
    { numRuns: 300 },
  );
  await fc.assert(
    fc.asyncProperty(fc.nat(good.length), fc.uint8Array({ minLength: 1, maxLength: 80 }), (at, more) =>
      refused(concatBytes(good.subarray(0, at), more, good.subarray(at))),
    ),
    { numRuns: 150 },
  );
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary' }), (text) => refused(utf8(`old 6\n\n${text.toWellFormed()}`))),
    { numRuns: 150 },
  );
  assert.is(reports.filter((line) => line.startsWith('cannot answer')).length, 0);
  assert.is(await cosigned(log), 6);
  assert.is(await statusOf(good), 200);
});

test('a stop waits for what is being written, though nobody waits for the answer', async () => {
  const log = await SignedLog.create('example.com/acme');
  know(log);
  const { port, hostname } = new URL(witness.url);
  const socket = connect(Number(port), hostname);
  const body = Buffer.from(await log.body(0, 5));
  const { promise: isSigning, resolve: signing } = Promise.withResolvers<void>();
  // The time is asked for right before the signature.
  clock = () => {
    signing();
    return now;
  };
  socket.on('data', () => signing());
  socket.write(`POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nContent-Length: ${body.length}\r\n\r\n`);
  socket.write(body);
  await isSigning;
  socket.destroy();
  await witness.close();
  const isKept = existsSync(join(dir, 'checkpoints', `${log.hash}.checkpoint`));
  await start();
  assert.ok(isKept);
});

test('two witnesses never share a folder', async () => {
  const message = 'another witness runs in';
  const options = { dir, name: WITNESS_NAME, host: '127.0.0.1', port: 0, now: () => now, report: () => undefined };
  assert.match(await failureOf(startWitness(options)), message);
  const second = await cli(['witness', '--dir', dir, '--listen', '127.0.0.1:0'], {});
  assert.is(second.code, 3);
  assert.match(second.stderr, message);
});

test('a witness whose address is taken leaves its folder free', async () => {
  const { port } = new URL(witness.url);
  const other = newFolder();
  const taken = await cli(['witness', '--dir', other, '--listen', `127.0.0.1:${port}`], {});
  assert.equal([taken.code, taken.stdout], [3, '']);
  assert.match(taken.stderr, 'EADDRINUSE');
  const options = { dir: other, name: WITNESS_NAME, host: '127.0.0.1', now: () => now, report: () => undefined };
  assert.match(await failureOf(startWitness({ ...options, port: Number(port) })), 'EADDRINUSE');
  await (await startWitness({ ...options, port: 0 })).close();
});

async function failureOf(work: Promise<WitnessServer>): Promise<string> {
  try {
    await (await work).close();
    return 'no failure';
  } catch (error) {
    return String(error);
  }
}

test.run();
