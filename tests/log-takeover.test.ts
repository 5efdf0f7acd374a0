import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Database } from '../kernel/database/database.ts';
import { sqlState } from '../kernel/database/errors.ts';
import { integrate } from '../kernel/log/sequencer.ts';
import { parseVkey, verifyNote } from '../sdk/verify/note.ts';
import { migratedDataDir } from './support/migrated-data-dir.ts';
import { type ServerProcess, startServer, tokenOf } from './support/process.ts';
import { accessRequest, freshDatabase, testSummit } from './support/summit.ts';

const test = suite('A sequencer that dies');
const WRITERS = 6;
const PATIENCE_MS = 30_000;

/** On PostgreSQL the survivor is another replica; the embedded database has one process at a time, so there it is the next. */
test('whatever was acknowledged and promised before kill -9 is in the log soon after', async () => {
  const database = await freshDatabase();
  const dataDir = database ? mkdtempSync(join(tmpdir(), 'summit-takeover-')) : await migratedDataDir();
  const env = { SUMMIT_DATA_DIR: dataDir, DATABASE_URL: database?.url ?? '' };
  let survivor: ServerProcess | null = null;
  try {
    const victim = await startServer(env);
    if (database) survivor = await startServer(env);
    const headers = { authorization: `Bearer ${await tokenOf('engineer', env)}`, 'content-type': 'application/json' };
    const promises: string[] = [];
    const writers = Array.from({ length: WRITERS }, async () => {
      for (;;) {
        const answer = await fetch(`${victim.url}/high-risk-ops/requests`, { method: 'POST', headers, body: JSON.stringify(accessRequest()) });
        promises.push(((await answer.json()) as { receipt: { promise: string } }).receipt.promise);
      }
    });
    const ended = Promise.allSettled(writers);
    // In the middle of a batch, wherever that may be.
    while (promises.length < 60) await sleep(5);
    await victim.stop('SIGKILL');
    await ended;

    survivor ??= await startServer(env);
    const auditor = { authorization: `Bearer ${await tokenOf('auditor', env)}` };
    const read = async (path: string) => fetch(`${survivor?.url}${path}`, { headers: auditor });
    const policy = await (await read('/log/policy')).text();
    const key = await parseVkey(/^# promise (\S+)$/m.exec(policy)?.[1] ?? '');
    const promised = await Promise.all(promises.map(async (note) => (await verifyNote(note, [key])).text.split('\n')[2] ?? ''));
    const deadline = Date.now() + PATIENCE_MS;
    let missing = promised;
    while (missing.length > 0 && Date.now() < deadline) {
      const leaves = new Set(await leavesOf(read));
      missing = promised.filter((leaf) => !leaves.has(leaf));
      await sleep(250);
    }
    assert.is(missing.length, 0, `of ${promised.length} promised`);
    const leaves = await leavesOf(read);
    assert.is(new Set(leaves).size, leaves.length, 'each once');
  } finally {
    await survivor?.stop('SIGTERM');
    await database?.drop();
    rmSync(dataDir, { recursive: true, force: true });
  }
});

/** The head that `database` shows from then on, whatever lock is held: as though one that was paused could go on by what it had read. */
function goingBy(database: Database, head: object): Database {
  return {
    ...database,
    transaction: (tenant, mode, work) =>
      database.transaction(tenant, mode, (tx) =>
        work({
          ...tx,
          query: (text, values) =>
            text.includes('FROM log_heads WHERE') && text.includes('root') ? Promise.resolve([head as never]) : tx.query(text, values),
        }),
      ),
  };
}

test('places that another has given since cannot be given again: the database refuses it, and nothing of it stays', async () => {
  const s = await testSummit();
  try {
    const tenant = 'demo-external';
    const { database, transparencyLog } = s.summit.services;
    const write = () => s.post('engineer', '/high-risk-ops/requests', accessRequest());
    const headNow = async () => (await s.asApp('SELECT epoch, size, root FROM log_heads'))[0] ?? {};
    // Nothing else takes what waits.
    await s.summit.services.jobs.stop();
    transparencyLog.nudge = () => undefined;
    await write();
    await transparencyLog.upToDate(tenant);
    const old = await headNow();
    await write();
    await transparencyLog.upToDate(tenant);
    await write();
    const before = [await headNow(), await s.asApp('SELECT count(*) FROM log_tiles'), await s.asApp('SELECT count(*) FROM log_leaves')];
    const refused = await integrate(goingBy(database, old), tenant).then(
      () => 'it was stored',
      (error: unknown) => sqlState(error),
    );
    assert.is(refused, '23505');
    assert.equal([await headNow(), await s.asApp('SELECT count(*) FROM log_tiles'), await s.asApp('SELECT count(*) FROM log_leaves')], before);
    assert.is(await integrate(database, tenant), 1);
  } finally {
    await s.close();
  }
});

async function leavesOf(read: (path: string) => Promise<Response>): Promise<readonly string[]> {
  const leaves: string[] = [];
  for (let start: number | null = 0; start !== null; ) {
    const answer = await read(`/log/entries?start=${start}&limit=256`);
    if (!answer.ok) return leaves;
    const page = (await answer.json()) as { items: { leaf_hash: string }[]; next_start: number | null };
    leaves.push(...page.items.map(({ leaf_hash }) => leaf_hash));
    start = page.next_start;
  }
  return leaves;
}

test.run();
