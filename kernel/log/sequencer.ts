import type { Database, Transaction } from '../database/database.ts';
import { leafHashOf } from '../receipts/receipt.ts';
import { tellGrown } from './grown.ts';
import { currentEpoch, type Epoch, type Head, headOf, readTiles } from './store.ts';
import { CorruptLog, edgeTiles, type Tile, TreeEdge, widthOf } from './tiles.ts';
import { EMPTY_ROOT, HASH_BYTES, TILE_WIDTH } from './tree.ts';

/** So many receipts get their places in one transaction, and those of the same millisecond as the last. */
export const BATCH = 4096;

interface Waiting {
  readonly receipt_id: string;
  readonly leaf_hash: Uint8Array;
  readonly parent: Uint8Array | null;
}

/**
 * Gives receipts that wait their places in the tenant's log: takes them from the queue, stores the tiles that they fill,
 * and moves the head, in one transaction that holds the head's lock. So there is one sequencer at a time, whatever
 * process it runs in, and one that dies leaves nothing behind but a lock that dies with it. One that was paused for longer than its
 * connection lasts cannot go on: its transaction is gone, and places that another has given since are taken (log_leaves_pkey).
 * @returns how many got a place; `BATCH` or more where others may still wait @throws CorruptLog
 */
export async function integrate(database: Database, tenant: string): Promise<number> {
  return database.transaction(tenant, 'write', async (tx) => {
    const head = await lockHead(tx, tenant);
    const [waiting, tiles] = await Promise.all([takeWaiting(tx, tenant), readTiles(tx, tenant, head.epoch, edgeTiles(head.size))]);
    if (waiting.length === 0) return 0;
    const edge = edgeOf(head, tiles);
    const ordered = parentsFirst(waiting);
    for (const { leaf_hash } of ordered) edge.append(Buffer.from(leaf_hash));
    await store(tx, tenant, head, edge, ordered);
    return ordered.length;
  });
}

/** The head of the epoch that is now; a new one begins with the entry that links it to the one before. */
async function lockHead(tx: Transaction, tenant: string): Promise<Head> {
  // What holds the lock may be about to begin an epoch: which it is, is known only after it.
  await tx.query('SET LOCAL idle_in_transaction_session_timeout = 10000');
  await tx.query('SELECT FROM log_heads WHERE tenant_id = $1 ORDER BY epoch FOR UPDATE', [tenant]);
  const current = await currentEpoch(tx, tenant);
  return (await headOf(tx, tenant, current.epoch)) ?? beginEpoch(tx, tenant, current);
}

async function beginEpoch(tx: Transaction, tenant: string, { epoch, link }: Epoch): Promise<Head> {
  const edge = new TreeEdge(0, []);
  if (link) edge.append(leafHashOf(Buffer.from(link.entry)));
  const head = { epoch, size: edge.size, root: edge.size === 0 ? EMPTY_ROOT : edge.root() };
  // Two replicas may both find that it has not begun: the second waits here, fails, and comes again.
  await tx.query('INSERT INTO log_heads (tenant_id, epoch, size, root) VALUES ($1, $2, $3, $4)', [tenant, epoch, head.size, head.root]);
  await insertTiles(tx, tenant, epoch, edge.grown(0));
  // What had a place since, and was never signed there, gets one here.
  if (link) {
    await tx.query(
      `INSERT INTO log_queue (tenant_id, at, receipt_id, leaf_hash, parent)
         SELECT $1, r.at, r.id, r.leaf_hash, decode(convert_from(r.bytes, 'UTF8')::jsonb -> 'parents' ->> 0, 'base64')
         FROM log_leaves l JOIN receipts r ON r.tenant_id = $1 AND r.id = l.receipt_id
         WHERE l.tenant_id = $1 AND (l.epoch > $2 OR (l.epoch = $2 AND l.leaf_index >= $3))`,
      [tenant, link.previous_epoch, link.previous_size],
    );
  }
  return head;
}

/** @throws CorruptLog where what is stored is not what the head says */
function edgeOf(head: Head, tiles: readonly Tile[]): TreeEdge {
  const sound = edgeTiles(head.size).map(({ level, index, width }): Tile => {
    const tile = tiles.find((other) => other.level === level && other.index === index);
    const stored = tile ? widthOf(tile) : 0;
    if (!tile || stored < width) throw new CorruptLog(`tile ${level}/${index} has ${stored} of ${width} hashes`);
    return { level, index, hashes: tile.hashes.subarray(0, width * HASH_BYTES) };
  });
  const edge = new TreeEdge(head.size, sound);
  const root = head.size === 0 ? EMPTY_ROOT : edge.root();
  if (!root.equals(head.root)) throw new CorruptLog(`the tiles of ${head.size} leaves have another root than the head`);
  return edge;
}

/**
 * The oldest first, and all up to one moment: whatever is taken, its parent is taken with it or was before, since no receipt
 * is older than its parent.
 */
async function takeWaiting(tx: Transaction, tenant: string): Promise<Waiting[]> {
  // The queue shrinks and swells faster than statistics follow: it is to be read in the order of its index, whatever they say.
  const [, [last]] = await Promise.all([
    tx.query('SET LOCAL enable_sort = off'),
    tx.query<{ at: string }>('SELECT at FROM log_queue WHERE tenant_id = $1 ORDER BY at, receipt_id OFFSET $2 LIMIT 1', [tenant, BATCH - 1]),
    tx.query('SET LOCAL enable_sort = on'),
  ]);
  return tx.query<Waiting>(
    `WITH taken AS (DELETE FROM log_queue WHERE tenant_id = $1 AND at <= $2 RETURNING at, receipt_id, leaf_hash, parent)
       SELECT receipt_id, leaf_hash, parent FROM taken ORDER BY at, receipt_id`,
    [tenant, last?.at ?? 'infinity'],
  );
}

/** Of one millisecond, a receipt comes after the one that it names as its parent. */
function parentsFirst(waiting: readonly Waiting[]): readonly Waiting[] {
  const left = new Map(waiting.map((leaf) => [keyOf(leaf.leaf_hash), leaf]));
  const ordered: Waiting[] = [];
  const place = (leaf: Waiting): void => {
    if (!left.delete(keyOf(leaf.leaf_hash))) return;
    const parent = leaf.parent && left.get(keyOf(leaf.parent));
    if (parent) place(parent);
    ordered.push(leaf);
  };
  for (const leaf of waiting) place(leaf);
  return ordered;
}

function keyOf(hash: Uint8Array): string {
  return Buffer.from(hash).toString('latin1');
}

async function store(tx: Transaction, tenant: string, head: Head, edge: TreeEdge, leaves: readonly Waiting[]): Promise<void> {
  const tiles = edge.grown(head.size);
  const stored = insertTiles(tx, tenant, head.epoch, tiles);
  const full = tiles.filter((tile) => widthOf(tile) === TILE_WIDTH);
  // A full tile begins with the hashes of each partial one that was there before it.
  const tidied = tx.query(
    `DELETE FROM log_tiles t USING unnest($3::integer[], $4::bigint[]) AS f (level, index)
       WHERE t.tenant_id = $1 AND t.epoch = $2 AND t.level = f.level AND t.tile_index = f.index AND t.width < ${TILE_WIDTH}`,
    [tenant, head.epoch, full.map(({ level }) => level), full.map(({ index }) => index)],
  );
  const told = tellGrown(tx, { tenant, epoch: head.epoch, size: edge.size });
  await Promise.all([stored, tidied, told]);
  await tx.commitWith(
    `WITH leaves AS (
         INSERT INTO log_leaves (tenant_id, epoch, leaf_index, receipt_id)
         SELECT $1, $2, $3::bigint + ordinal - 1, id FROM unnest($4::uuid[]) WITH ORDINALITY AS x (id, ordinal))
       UPDATE log_heads SET size = $5, root = $6 WHERE tenant_id = $1 AND epoch = $2`,
    [tenant, head.epoch, head.size, leaves.map(({ receipt_id }) => receipt_id), edge.size, edge.root()],
  );
}

function insertTiles(tx: Transaction, tenant: string, epoch: number, tiles: readonly Tile[]): Promise<unknown> {
  return tx.query(
    `INSERT INTO log_tiles (tenant_id, epoch, level, tile_index, width, hashes)
       SELECT $1, $2, x.level, x.index, octet_length(x.hashes) / 32, x.hashes
       FROM unnest($3::integer[], $4::bigint[], $5::bytea[]) AS x (level, index, hashes)`,
    [tenant, epoch, tiles.map(({ level }) => level), tiles.map(({ index }) => index), tiles.map(({ hashes }) => hashes)],
  );
}
