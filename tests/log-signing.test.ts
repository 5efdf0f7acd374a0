import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import nock from 'nock';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Candidate, FileGuard, type Signable, type SignedHead, SignerRefusal } from '../kernel/log/guard.ts';
import { NoteSigner } from '../kernel/log/note-signer.ts';
import { RemoteSigner, SecretSigner } from '../kernel/log/signer.ts';
import { TileSet, TreeEdge, tilesOf } from '../kernel/log/tiles.ts';
import { consistencyRanges } from '../kernel/log/tree.ts';
import { leafHashOf } from '../kernel/receipts/receipt.ts';
import { verifyNote } from '../sdk/verify/note.ts';
import { testSummit } from './support/summit.ts';

const test = suite('Signing the log');
const folder = mkdtempSync(join(tmpdir(), 'summit-signing-'));
const ORIGIN = 'summit.local/demo-external';

// It stands between this process and the network from when it is loaded: no other suite is to meet it.
nock.restore();
test.before(() => nock.activate());
test.after.each(() => nock.cleanAll());
test.after(() => {
  nock.restore();
  rmSync(folder, { recursive: true });
});

async function messageOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'nothing was thrown',
    (error: Error) => `${error.constructor.name}: ${error.message}`,
  );
}

/** A log of so many leaves, that may differ from another one from some leaf on. */
function logOf(size: number, differsFrom = Number.POSITIVE_INFINITY, isFirst = true): Signable & { readonly head: SignedHead } {
  const edge = new TreeEdge(0, []);
  for (let leaf = 0; leaf < size; leaf++) edge.append(leafHashOf(Buffer.from(`${leaf}${leaf >= differsFrom ? ' forged' : ''}`)));
  const tiles = edge.grown(0);
  const head = { size, root: edge.root() };
  const candidate: Candidate = {
    ...head,
    isFirst,
    async prove(oldSize) {
      if (oldSize === size) return [];
      const ranges = consistencyRanges(oldSize, size);
      const wanted = tilesOf(ranges).map(({ level, index }) => `${level}/${index}`);
      const set = new TileSet(tiles.filter(({ level, index }) => wanted.includes(`${level}/${index}`)));
      return ranges.map((range) => set.hashOf(range));
    },
  };
  return { head, origin: ORIGIN, successor: `${ORIGIN}/2`, read: async () => candidate, sign: async () => `signed ${size}` };
}

test('keys come from one secret: the same for the same name, others for others', async () => {
  const [one, same, other] = [new SecretSigner(Buffer.alloc(32, 1)), new SecretSigner(Buffer.alloc(32, 1)), new SecretSigner(Buffer.alloc(32, 2))];
  assert.equal(await one.publicKey(ORIGIN), await same.publicKey(ORIGIN));
  assert.not.equal(await one.publicKey(ORIGIN), await one.publicKey(`${ORIGIN}/2`));
  assert.not.equal(await one.publicKey(ORIGIN), await other.publicKey(ORIGIN));
  assert.throws(() => new SecretSigner(Buffer.alloc(31)), /has 31 bytes, and needs 32 or more/);
});

test('a secret that is made is for its owner alone, and made once', async () => {
  const path = join(folder, 'keys', 'log.secret');
  const [one, two] = [SecretSigner.openOrCreate(path), SecretSigner.openOrCreate(path)];
  assert.equal(await one.publicKey(ORIGIN), await two.publicKey(ORIGIN));
  assert.is(statSync(path).mode & 0o777, 0o600);
  assert.equal(readdirSync(join(folder, 'keys')), ['log.secret']);
});

test('a remote signer is asked for its keys once, and signs notes', async () => {
  const local = new SecretSigner(Buffer.alloc(32, 3));
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  const keys = nock('https://signer.example', { reqheaders: { authorization: 'Bearer t0ken' } })
    .get((path) => path === `/keys/${encodeURIComponent(ORIGIN)}`)
    .once()
    .reply(200, { public_key: base64(await local.publicKey(ORIGIN)) });
  nock('https://signer.example')
    .post('/sign')
    .twice()
    .reply(200, async (request: Request) => {
      const { key, message } = JSON.parse(await request.text());
      return { signature: base64(await local.sign(key, Buffer.from(message, 'base64'))) };
    });
  const signer = new NoteSigner(new RemoteSigner('https://signer.example/', 't0ken'));
  for (const text of ['one\n', 'two\n']) {
    const note = await signer.note(ORIGIN, text);
    assert.is((await verifyNote(note, [await signer.key(ORIGIN)])).verified.length, 1);
  }
  assert.ok(keys.isDone());
});

test('a remote signer that fails, or answers with something else, signs nothing', async () => {
  const signer = new RemoteSigner('https://signer.example', null);
  nock('https://signer.example').post('/sign').reply(500);
  assert.match(await messageOf(signer.sign(ORIGIN, Buffer.from('x'))), /answers 500 to \/sign/);
  nock('https://signer.example').post('/sign').reply(200, { signature: 'AAAA' });
  assert.match(await messageOf(signer.sign(ORIGIN, Buffer.from('x'))), /gave 3 bytes/);
  nock('https://signer.example')
    .get(`/keys/${encodeURIComponent(ORIGIN)}`)
    .reply(200, {});
  assert.match(await messageOf(signer.publicKey(ORIGIN)), /gave 0 bytes/);
  nock('https://signer.example').post('/sign').reply(302, undefined, { location: 'https://elsewhere.example/sign' });
  assert.match(await messageOf(signer.sign(ORIGIN, Buffer.from('x'))), /Error/);
});

test('the guard lets a log grow, and sign again what a crash has left unsaid', async () => {
  const guard = new FileGuard(join(folder, 'grow'));
  assert.is(await guard.known(ORIGIN), null);
  assert.is((await guard.sign(logOf(10)))?.note, 'signed 10');
  assert.is((await guard.sign(logOf(10, undefined, false)))?.note, 'signed 10');
  assert.is((await guard.sign(logOf(300, undefined, false)))?.note, 'signed 300');
  assert.is(await new FileGuard(join(folder, 'grow')).known(ORIGIN), 300);
  assert.is(await guard.sign({ ...logOf(1), read: async () => null }), null);
});

test('the guard refuses a log that is shorter, another of the same length, or another that is longer', async () => {
  const guard = new FileGuard(join(folder, 'refuse'));
  await guard.sign(logOf(20));
  assert.match(await messageOf(guard.sign(logOf(19))), /SignerRefusal: .* has 19 leaves in the database, and 20 were signed/);
  assert.match(await messageOf(guard.sign(logOf(20, 7))), /SignerRefusal: .* does not begin with the 20 that were signed/);
  assert.match(await messageOf(guard.sign(logOf(50, 7))), /SignerRefusal: .* does not begin with the 20 that were signed/);
  assert.is(await guard.known(ORIGIN), 20);
});

test('a guard that was lost, or whose record is no record, refuses', async () => {
  const path = join(folder, 'lost');
  assert.match(await messageOf(new FileGuard(path).sign(logOf(5, undefined, false))), /SignerRefusal: .* knows nothing of/);
  const guard = new FileGuard(path);
  await guard.sign(logOf(5));
  const [log = ''] = readdirSync(path);
  for (const record of ['', '{}', '{"size": -1}', '{"size": 5, "root": "AAAA"}', 'null']) {
    writeFileSync(join(path, log, '000000000001.json'), record);
    const refusal = await guard.sign(logOf(6, undefined, false)).catch((error: unknown) => error);
    assert.instance(refusal, SignerRefusal, record);
    assert.is(await guard.known(ORIGIN), null);
  }
});

test('an epoch that has ended is not signed again', async () => {
  const guard = new FileGuard(join(folder, 'ended'));
  await guard.sign(logOf(5));
  await guard.sign({ ...logOf(2), origin: `${ORIGIN}/2`, successor: `${ORIGIN}/3` });
  assert.match(await messageOf(guard.sign(logOf(6, undefined, false))), /SignerRefusal: .* has ended, since .*\/2 was signed/);
});

test('a process that has come too late for its step has signed nothing', async () => {
  const path = join(folder, 'late');
  const guard = new FileGuard(path);
  await guard.sign(logOf(5));
  let others: Promise<unknown> | null = null;
  // It goes on from what it has seen, and not from what the others have signed since.
  const late = logOf(6, 5, false);
  const read = async () => {
    // While it looks at a database of its own, others go on by three steps, and tidy up behind them.
    others ??= (async () => {
      for (const size of [6, 7, 8]) await new FileGuard(path).sign(logOf(size, undefined, false));
    })();
    await others;
    return late.read();
  };
  assert.match(await messageOf(guard.sign({ ...late, read })), /Error: other processes have signed .* meanwhile/);
  assert.is(await guard.known(ORIGIN), 8);
});

test('of two processes that share a guard one takes the step', async () => {
  const path = join(folder, 'shared');
  await new FileGuard(path).sign(logOf(5));
  const results = await Promise.allSettled([
    ...Array.from({ length: 4 }, () => new FileGuard(path).sign(logOf(6, undefined, false))),
    ...Array.from({ length: 4 }, () => new FileGuard(path).sign(logOf(6, 2, false))),
  ]);
  const signed = results.flatMap((result) => (result.status === 'fulfilled' && result.value ? [result.value.head.root.toString('hex')] : []));
  assert.is(new Set(signed).size, 1, 'never two heads of one size');
  assert.is(signed[0], logOf(6).head.root.toString('hex'));
  const [log = ''] = readdirSync(path);
  const records = readdirSync(join(path, log));
  assert.ok(records.length <= 2 && records.every((name) => /^\d{12}\.json$/.test(name)), 'old steps and drafts are gone');
  assert.is(JSON.parse(readFileSync(join(path, log, records.at(-1) ?? ''), 'utf8')).size, 6);
});

test('a signer that cannot be reached holds up proofs, and no work', async () => {
  const s = await testSummit((config) => ({ ...config, log: { ...config.log, signer: { url: 'http://127.0.0.1:9', tokenFile: null } } }));
  try {
    const { accessRequest } = await import('./support/summit.ts');
    const made = await s.post('engineer', '/high-risk-ops/requests', accessRequest());
    assert.is(made.status, 201);
    assert.match(made.body.receipt.promise, /^summit-promise\/v1\n/);
    await s.summit.services.transparencyLog.advance('demo-external');
    assert.is((await s.get('auditor', '/log/checkpoint')).status, 503);
    assert.is(s.summit.services.transparencyLog.halted.size, 0, 'it is tried again');
  } finally {
    await s.close();
  }
});

test.run();
