import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { loadConfig } from '../kernel/config/config.ts';
import { createLog } from '../kernel/log.ts';
import { startSummit } from '../kernel/main.ts';
import { parseVkey, verifyNote } from '../sdk/verify/note.ts';
import { migratedDataDir } from './support/migrated-data-dir.ts';
import { accessRequest, type TestSummit, testSummit } from './support/summit.ts';

const test = suite('Tampering with the log');
let s: TestSummit;

const requests = '/high-risk-ops/requests';
const TENANT = 'demo-external';

test.before(async () => {
  s = await testSummit();
});
test.before.each(async () => {
  // What a test has broken is an epoch of its own.
  if ((await status()).halted !== null) await recover();
});
test.after(() => s?.close());

async function create(): Promise<{ id: string; receipt: { id: string; leaf_hash: string; promise: string } }> {
  return (await s.post('engineer', requests, accessRequest())).body;
}

async function createLogged(): Promise<{ id: string; receipt: { id: string } }> {
  const created = await create();
  await s.summit.services.transparencyLog.advance(TENANT);
  return created;
}

function recover() {
  return s.summit.services.commands.beginEpoch({ tenant: TENANT, reason: 'recovered' });
}

/** Size and root of the newest checkpoint. */
async function checkpoint(): Promise<readonly [number, string]> {
  const [, size, root] = String((await s.get('auditor', '/log/checkpoint')).body).split('\n');
  return [Number(size), root ?? ''];
}

/** What belongs to the epoch that is now. */
async function ofEpoch(): Promise<string> {
  return `tenant_id = '${TENANT}' AND epoch = ${(await status()).epoch}`;
}

async function status() {
  return s.summit.services.commands.logStatus({ tenant: TENANT });
}

/** Takes a log back to what it was at a size, everywhere in the database. */
async function setBack(size: number, root: string): Promise<void> {
  const where = await ofEpoch();
  await s.tamper('log_checkpoints', `DELETE FROM log_checkpoints WHERE ${where} AND size > ${size}`);
  await s.tamper('log_leaves', `DELETE FROM log_leaves WHERE ${where} AND leaf_index >= ${size}`);
  await s.tamper('log_tiles', `DELETE FROM log_tiles WHERE ${where} AND level = 0 AND width > ${size}`);
  await s.tamper('log_heads', `UPDATE log_heads SET size = ${size}, root = decode('${root}', 'base64') WHERE ${where}`);
}

/** As it is when the indicators have been read, for whoever they are. */
async function haltedMetric(): Promise<number> {
  await s.get('auditor', '/slo');
  const { body } = await s.send('GET', '/metrics');
  return Number(/^summit_log_halted\{tenant="demo-external"\} (\d)$/m.exec(body)?.[1]);
}

async function assertHalted(reason: RegExp): Promise<void> {
  const { halted, signed, integrated } = await status();
  assert.match(halted ?? 'goes on', reason);
  assert.ok(signed < integrated, 'nothing more is signed');
  assert.is(await haltedMetric(), 1);
  assert.is((await s.send('GET', '/readyz')).body.checks.logs, '1 halted');
}

test('delete the tail after a checkpoint: the guard knows what was signed, and nothing is signed again', async () => {
  const [size, root] = await checkpoint();
  await createLogged();
  await createLogged();
  await setBack(size, root);
  // One receipt instead of two: the log would be shorter than what was signed.
  const { receipt } = await createLogged();
  await assertHalted(/was set back/);
  const refused = await s.get('auditor', `/receipts/${receipt.id}/proof`);
  assert.equal([refused.status, refused.body.code], [503, 'unavailable']);
  // Work goes on, and the log is mended by a person.
  assert.is((await s.post('engineer', requests, accessRequest())).status, 201);
});

test('replace the tail after a checkpoint: as many leaves, and others, are refused too', async () => {
  const [size, root] = await checkpoint();
  await createLogged();
  await setBack(size, root);
  await createLogged();
  await createLogged();
  await assertHalted(/does not begin with the \d+ that were signed/);
});

test('a corrupt tile in the database: the signer stops rather than signs', async () => {
  const [size] = await checkpoint();
  const where = await ofEpoch();
  await s.tamper('log_tiles', `UPDATE log_tiles SET hashes = overlay(hashes PLACING '\\x00'::bytea FROM 5) WHERE ${where} AND width = ${size}`);
  await create();
  const { halted, signed } = await status();
  assert.match(halted ?? 'goes on', /have another root than the head/);
  assert.is(signed, size);
});

test('a tile and a head that were both altered: what was signed says otherwise', async () => {
  const [size] = await checkpoint();
  const where = await ofEpoch();
  const forged = Buffer.alloc(32 * size, 7);
  await s.tamper('log_tiles', `UPDATE log_tiles SET hashes = '\\x${forged.toString('hex')}' WHERE ${where} AND width = ${size}`);
  const { TreeEdge } = await import('../kernel/log/tiles.ts');
  const edge = new TreeEdge(0, []);
  for (let leaf = 0; leaf < size; leaf++) edge.append(Buffer.alloc(32, 7));
  await s.tamper('log_heads', `UPDATE log_heads SET root = '\\x${edge.root().toString('hex')}' WHERE ${where}`);
  await create();
  await status();
  await assertHalted(/does not begin with/);
});

test('delete a receipt before sequencing: the promise that was given for it convicts', async () => {
  const receipt = await unsequenced();
  await createLogged();
  const policy = String((await s.get('auditor', '/log/policy')).body);
  const pinned = await Promise.all([...policy.matchAll(/^# promise (\S+)$/gm)].map(([, vkey]) => parseVkey(vkey ?? '')));
  const { text, verified } = await verifyNote(receipt.promise, pinned);
  assert.is(verified.length, 1, 'it was promised');
  const { items } = (await s.get('auditor', '/log/entries?limit=256')).body;
  const leaves: string[] = items.map(({ leaf_hash }: { leaf_hash: string }) => leaf_hash);
  assert.not(leaves.includes(text.split('\n')[2] ?? ''), 'it is not in the log');
});

/** A receipt that was deleted from the queue before the log moved on, which on a slow machine takes more than one try. */
async function unsequenced(): Promise<{ promise: string }> {
  for (;;) {
    const { receipt } = await create();
    await s.tamper('log_queue', `DELETE FROM log_queue WHERE receipt_id = '${receipt.id}'`);
    const placed = await s.asApp('SELECT leaf_index FROM log_leaves WHERE tenant_id = $1 AND receipt_id = $2', ['demo-external', receipt.id]);
    if (placed.length === 0) return receipt;
  }
}

test('a lost guard is no reason to sign', async () => {
  rmSync(join(s.config.dataDir, 'guard'), { recursive: true });
  await create();
  await status();
  await assertHalted(/knows nothing of summit\.local\/demo-external/);
});

test('a recovered log begins an epoch whose receipt says what was lost, and takes in what was not signed', async () => {
  const [size, root] = await checkpoint();
  await createLogged();
  await createLogged();
  await setBack(size, root);
  const { receipt } = await createLogged();
  await assertHalted(/was set back/);

  const before = await status();
  const begun = await recover();
  assert.equal([begun.epoch, begun.halted], [before.epoch + 1, null]);
  const [epoch] = await s.asApp('SELECT reason, previous_size, known_size FROM log_epochs WHERE epoch = $1', [begun.epoch]);
  assert.equal(epoch, { reason: 'recovered', previous_size: size, known_size: size + 2 });
  const [{ id }] = (await s.get('auditor', '/receipts?action=log.begin-epoch&limit=1')).body.items;
  assert.is((await s.get('auditor', `/receipts/${id}`)).body.log_index >= 1, true);
  // What came in after the log was set back had a place and no signature: it has both now.
  const { body } = await s.get('auditor', `/receipts/${receipt.id}/proof`);
  assert.ok(body.includes(`\n${begun.origin}\n`));
  assert.is(await haltedMetric(), 0);
});

test('a log that was set back is not rotated, also before there is anything new to sign, and its loss goes on record', async () => {
  await createLogged();
  const [size, root] = await checkpoint();
  await createLogged();
  await setBack(size, root);
  assert.is((await status()).halted, null);
  await s.summit.services.commands.beginEpoch({ tenant: TENANT, reason: 'rotated' }).then(
    () => assert.unreachable(),
    (error: Error) =>
      assert.match(error.message, `was set back: ${size + 1} leaves were signed, and ${size} are in the database. See summit log recover`),
  );
  const { epoch } = await recover();
  const [recorded] = await s.asApp('SELECT reason, known_size FROM log_epochs WHERE epoch = $1', [epoch]);
  assert.equal(recorded, { reason: 'recovered', known_size: size + 1 });
});

test('a backup from before a rotation: the epoch that had ended is not signed again, and the next has a number of its own', async () => {
  await createLogged();
  const { epoch } = await s.summit.services.commands.beginEpoch({ tenant: TENANT, reason: 'rotated' });
  await createLogged();
  const where = `tenant_id = '${TENANT}' AND epoch = ${epoch}`;
  for (const table of ['log_epochs', 'log_heads', 'log_checkpoints', 'log_tiles', 'log_leaves'])
    await s.tamper(table, `DELETE FROM ${table} WHERE ${where}`);
  await create();
  await status();
  await assertHalted(new RegExp(`has ended, since summit\\.local/demo-external/${epoch} was signed`));
  const begun = await recover();
  assert.equal([begun.epoch, begun.halted], [epoch + 1, null]);
});

test('clock rollback: a receipt is never older than the one before it', async () => {
  const { id } = await create();
  s.advance({ hours: -2 });
  const approved = await s.post('team-lead', `${requests}/${id}/approve`);
  s.advance({ hours: 2 });
  assert.is(approved.status, 200);
  const { items } = (await s.get('auditor', `${requests}/${id}/receipts`)).body;
  assert.ok(items[1].at >= items[0].at, `${items[1].at} after ${items[0].at}`);
  assert.is(items[1].log_index === null || items[1].log_index > items[0].log_index, true);
});

test.run();

const backups = suite('A backup of the log');

backups('restore an old backup: the guard, which no backup of the database brings back, sees it', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'summit-backup-'));
  const root = new URL('..', import.meta.url).pathname;
  const config = loadConfig({ PORT: '0', NODE_ENV: 'test', SUMMIT_DATA_DIR: await migratedDataDir(join(dataDir, 'live')) }, root);
  const session = async (work: (summit: Awaited<ReturnType<typeof startSummit>>) => Promise<void>) => {
    const summit = await startSummit(config, { log: createLog('silent') });
    try {
      await work(summit);
    } finally {
      await summit.close();
    }
  };
  const write = async ({ services, url }: Awaited<ReturnType<typeof startSummit>>) => {
    const { token } = await services.commands.token({ tenant: TENANT, user: 'engineer' });
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    await fetch(url + requests, { method: 'POST', headers, body: JSON.stringify(accessRequest()) });
    await services.transparencyLog.advance(TENANT);
  };
  try {
    await session(write);
    cpSync(join(config.dataDir, 'database'), join(dataDir, 'backup'), { recursive: true });
    await session(async (summit) => {
      await write(summit);
      await write(summit);
    });
    rmSync(join(config.dataDir, 'database'), { recursive: true });
    cpSync(join(dataDir, 'backup'), join(config.dataDir, 'database'), { recursive: true });
    await session(async (summit) => {
      await write(summit);
      assert.match(summit.services.transparencyLog.halted.get(TENANT) ?? 'goes on', /was set back|does not begin with/);
    });
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
});

backups.run();
