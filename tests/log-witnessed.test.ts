import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { LogConfig } from '../kernel/config/log.ts';
import { NoteSigner } from '../kernel/log/note-signer.ts';
import { SecretSigner } from '../kernel/log/signer.ts';
import { parseProof } from '../sdk/verify/checkpoint.ts';
import { type NoteKey, parseVkey, verifyNote, vkeyOf } from '../sdk/verify/note.ts';
import { startWitness, type WitnessServer } from '../sdk/witness/server.ts';
import { accessRequest, type TestSummit, testSummit } from './support/summit.ts';

const test = suite('A witnessed log');

const requests = '/high-risk-ops/requests';
const TENANT = 'demo-external';
const PATIENCE_MS = 15_000;

let dir: string;
let witness: WitnessServer;
let key: NoteKey;
let s: TestSummit;

test.before.each(async () => {
  dir = mkdtempSync(join(tmpdir(), 'summit-witnessed-'));
  await start(0);
  // The auditor has told the witness of the log.
  writeFileSync(join(dir, 'secret'), Buffer.alloc(32, 9));
  const log = await new NoteSigner(SecretSigner.open(join(dir, 'secret'))).key('summit.local/demo-external');
  appendFileSync(join(dir, 'w', 'policy'), `log ${vkeyOf(log)}\n`);
});
test.after.each(async () => {
  await s?.close();
  await witness.close();
  rmSync(dir, { recursive: true, force: true });
});

async function start(port: number): Promise<void> {
  witness = await startWitness({
    dir: join(dir, 'w'),
    name: 'witness.example/w1',
    host: '127.0.0.1',
    port,
    now: () => BigInt(Math.floor(Date.now() / 1_000)),
    report: () => undefined,
  });
  const [, , vkey = ''] = (await (await fetch(witness.url)).text()).split('\n')[0]?.split(' ') ?? [];
  key = await parseVkey(vkey);
}

/** A Summit that shows its log to the witness. */
async function startSummit(log: Partial<LogConfig> = {}): Promise<void> {
  const witnesses = [{ name: 'w1', vkey: vkeyOf(key), url: witness.url }];
  const secret = { path: join(dir, 'secret'), create: false };
  s = await testSummit((config) => ({ ...config, log: { ...config.log, secret, witnesses, quorum: 1, ...log } }));
}

async function proofOf(receiptId: string): Promise<readonly string[]> {
  const { body } = await s.get('auditor', `/receipts/${receiptId}/proof`);
  const { verified } = await verifyNote(parseProof(body).checkpoint, [key]);
  return verified.map(({ name }) => name);
}

async function create(): Promise<{ receipt: { id: string } }> {
  return (await s.post('engineer', requests, accessRequest())).body;
}

test('the proof of a receipt carries the cosignature of the witness, and the file that an auditor pins asks for it', async () => {
  await startSummit();
  const { receipt } = await create();
  assert.equal(await proofOf(receipt.id), ['witness.example/w1']);
  const { body } = await s.get('auditor', '/log/policy');
  assert.match(body, /^witness w1 witness\.example\/w1\+[0-9a-f]{8}\+\S+ http/m);
  assert.match(body, /^quorum w1$/m);
  assert.equal((await verifyNote((await s.get('auditor', '/log/checkpoint')).body, [key])).verified.length, 1);
});

test('a witness that is away holds nothing up, and cosigns once it is back', async () => {
  await startSummit();
  assert.equal(await proofOf((await create()).receipt.id), ['witness.example/w1']);
  const port = Number(new URL(witness.url).port);
  await witness.close();
  const { receipt } = await create();
  assert.equal(await proofOf(receipt.id), [], 'logged, and not witnessed');
  await start(port);
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline && (await proofOf(receipt.id)).length === 0; await sleep(200));
  assert.equal(await proofOf(receipt.id), ['witness.example/w1']);
});

test('with a witness as the guard nothing is signed without it, and a database that was set back is seen', async () => {
  await startSummit({ guard: { witness: 'w1' } });
  const { transparencyLog, commands } = s.summit.services;
  // The witness did not know the log at first, which is no reason to stand still for good.
  await commands.logStatus({ tenant: TENANT });
  const first = await create();
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline && transparencyLog.halted.has(TENANT); await sleep(250))
    await transparencyLog.advance(TENANT);
  assert.equal(await proofOf(first.receipt.id), ['witness.example/w1']);

  const port = Number(new URL(witness.url).port);
  await witness.close();
  const { receipt } = await create();
  await transparencyLog.advance(TENANT);
  const away = await commands.logStatus({ tenant: TENANT });
  assert.ok(away.signed < away.integrated, 'integrated, and not signed');
  await start(port);
  assert.equal(await proofOf(receipt.id), ['witness.example/w1']);

  // As many leaves as were signed, and the last one another.
  const where = `tenant_id = '${TENANT}'`;
  const [, size] = String((await s.get('auditor', '/log/checkpoint')).body).split('\n');
  await s.tamper('log_checkpoints', `DELETE FROM log_checkpoints WHERE ${where} AND size = ${size}`);
  await s.tamper('log_heads', `UPDATE log_heads SET root = sha256('forged'::bytea) WHERE ${where}`);
  await transparencyLog.advance(TENANT);
  assert.match(transparencyLog.halted.get(TENANT) ?? 'goes on', /the witness w1, which guards summit\.local\/demo-external, refuses it: 409/);
});

test.run();
