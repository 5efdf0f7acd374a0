import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ServerProcess } from '../support/process.ts';
import { type Replicas, replicated } from '../support/replicas.ts';
import { accessRequest } from '../support/summit.ts';
import { oracleRoot } from '../support/tree-oracle.ts';

const test = suite('A sequencer that is paused');
const PATIENCE_MS = 40_000;
const WRITERS = 2;

let replicas: Replicas;
let servers: ReadonlyMap<string, ServerProcess>;

test.before(async () => {
  replicas = await replicated();
  servers = new Map([
    ['left', await replicas.start('left')],
    ['right', await replicas.start('right')],
  ]);
});
test.after(() => replicas?.close());

async function until<T>(what: string, find: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const found = await find();
    if (found !== undefined) return found;
    assert.ok(Date.now() < deadline, `never came: ${what}`);
    await sleep(50);
  }
}

interface Backend {
  readonly pid: number;
  readonly replica: string;
}

/** The connection that has the head's lock, and waits for the table that `hold` holds. */
async function inTheMiddle(): Promise<Backend | undefined> {
  const [backend] = await replicas.query<Backend>(
    `SELECT pid, application_name AS replica FROM pg_stat_activity
       WHERE datname = current_database() AND wait_event = 'relation' AND query LIKE '%INSERT INTO log_tiles%' AND application_name IN ('left', 'right')`,
  );
  return backend;
}

async function stateOf(pid: number): Promise<string | undefined> {
  const [backend] = await replicas.query<{ state: string }>('SELECT state FROM pg_stat_activity WHERE pid = $1', [pid]);
  return backend?.state;
}

async function size(): Promise<number> {
  const [signed] = await replicas.asApp<{ size: string }>('SELECT coalesce(max(size), 0) AS size FROM log_checkpoints');
  return Number(signed?.size);
}

/** Whoever writes to a replica that does not answer waits for it, and goes on. @returns receipts that were acknowledged, once stopped */
async function underLoad(): Promise<() => Promise<readonly string[]>> {
  const headers = { authorization: `Bearer ${await replicas.token('engineer')}`, 'content-type': 'application/json' };
  const receipts: string[] = [];
  let isOver = false;
  const writers = [...servers.values()].flatMap(({ url }) =>
    Array.from({ length: WRITERS }, async () => {
      while (!isOver) {
        const answer = await fetch(`${url}/high-risk-ops/requests`, { method: 'POST', headers, body: JSON.stringify(accessRequest()) });
        // What was underway at a replica whose connection was cut may be refused, and is not acknowledged then.
        if (answer.status === 201) receipts.push(((await answer.json()) as { receipt: { id: string } }).receipt.id);
        else assert.is(answer.status, 503);
        await sleep(10);
      }
    }),
  );
  return async () => {
    isOver = true;
    await Promise.all(writers);
    return receipts;
  };
}

/** Stops the process of whichever replica is in the middle of a batch, with the head's lock in its hands. */
async function pausedInTheMiddle(): Promise<Backend> {
  const hold = new pg.Client({ connectionString: replicas.url });
  await hold.connect();
  try {
    await hold.query('BEGIN; LOCK TABLE log_tiles IN SHARE MODE');
    const backend = await until('a batch', inTheMiddle);
    servers.get(backend.replica)?.child.kill('SIGSTOP');
    return backend;
  } finally {
    await hold.query('COMMIT');
    await hold.end();
  }
}

/** Every place once, every acknowledged receipt in its place, and every tree that was ever signed a beginning of the same one. */
async function assertOneTree(acknowledged: readonly string[]): Promise<void> {
  const leaves = await replicas.asApp<{ index: string; id: string; hash: Buffer }>(
    `SELECT l.leaf_index AS index, r.id, r.leaf_hash AS hash FROM log_leaves l JOIN receipts r ON r.id = l.receipt_id ORDER BY l.leaf_index`,
  );
  assert.equal(
    leaves.map(({ index }) => Number(index)),
    leaves.map((_, index) => index),
  );
  const placed = new Set(leaves.map(({ id }) => id));
  assert.is(placed.size, leaves.length);
  assert.equal(
    acknowledged.filter((id) => !placed.has(id)),
    [],
  );
  const heads = await replicas.asApp<{ size: string; root: Buffer }>(
    'SELECT size, root FROM log_checkpoints UNION ALL SELECT size, root FROM log_heads',
  );
  const hashes = leaves.map(({ hash }) => hash);
  for (const { size: length, root } of heads) assert.ok(root.equals(oracleRoot(hashes.slice(0, Number(length)))), `the tree of ${length} leaves`);
}

async function halted(): Promise<readonly string[]> {
  const checks = await Promise.all(
    [...servers.values()].map(async ({ url }) => (await fetch(`${url}/readyz`)).json() as Promise<{ checks: { logs: string } }>),
  );
  return checks.map(({ checks: { logs } }) => logs);
}

async function pausedUnderLoad(end: (backend: Backend) => Promise<void>): Promise<void> {
  const stop = await underLoad();
  let acknowledged: readonly string[];
  try {
    const before = await whilePaused(end);
    // Both go on writing for a while, and the paused one has what it was at.
    const resumed = await size();
    assert.ok(resumed > before);
    await until('both go on', async () => ((await size()) > resumed + 50 ? true : undefined));
  } finally {
    acknowledged = await stop();
  }
  assert.ok(acknowledged.length > 50);
  await until('all that was acknowledged has its place', async () => {
    const [left] = await replicas.asApp<{ waiting: boolean }>('SELECT EXISTS (SELECT FROM log_queue) AS waiting');
    return left?.waiting ? undefined : true;
  });
  await assertOneTree(acknowledged);
  assert.equal(await halted(), ['ok', 'ok']);
}

/** Stops one in the middle of a batch for as long as the other needs to go on without it. @returns the size of the log before that */
async function whilePaused(end: (backend: Backend) => Promise<void>): Promise<number> {
  const paused = await pausedInTheMiddle();
  try {
    await until('it holds the lock, and does nothing', async () => ((await stateOf(paused.pid)) === 'idle in transaction' ? true : undefined));
    const before = await size();
    await end(paused);
    // The other has taken over, more than once.
    for (let batch = 0; batch < 3; batch++) {
      const reached = await size();
      await until('the other goes on', async () => ((await size()) > reached ? true : undefined));
    }
    return before;
  } finally {
    servers.get(paused.replica)?.child.kill('SIGCONT');
  }
}

test('one whose connection the server has ended writes no second tree when it goes on', () =>
  pausedUnderLoad(async ({ pid }) => {
    await replicas.query('SELECT pg_terminate_backend($1)', [pid]);
  }));

test('one that nobody ends is thrown out by the server, and the other goes on within seconds', () =>
  pausedUnderLoad(async ({ pid }) => {
    const begun = Date.now();
    await until('it is thrown out', async () => ((await stateOf(pid)) === 'idle in transaction' ? undefined : true));
    assert.ok(Date.now() - begun < 15_000);
  }));

test.run();
