import type { Transaction } from '../database/database.ts';
import { inclusionProofs } from './proofs.ts';
import { type Checkpoint, checkpointFor } from './store.ts';
import { CorruptLog } from './tiles.ts';

/** Where a receipt is in the log. */
export interface Place {
  readonly epoch: number;
  readonly index: number;
}

/** In the order of the log. What has no place yet is neither before nor after. */
export function comparePlaces(a: Place | undefined, b: Place | undefined): number {
  return a && b ? a.epoch - b.epoch || a.index - b.index : 0;
}

interface LeafRow {
  readonly receipt_id: string;
  readonly epoch: number;
  readonly leaf_index: number;
}

/** The places of receipts that have one. Of two, which a recovered log may give, the later counts. */
export async function placesOf(tx: Transaction, tenant: string, receiptIds: readonly string[]): Promise<ReadonlyMap<string, Place>> {
  if (receiptIds.length === 0) return new Map();
  const rows = await tx.query<LeafRow>(
    'SELECT receipt_id, epoch, leaf_index FROM log_leaves WHERE tenant_id = $1 AND receipt_id = ANY($2::uuid[]) ORDER BY epoch',
    [tenant, receiptIds],
  );
  return new Map(rows.map(({ receipt_id, epoch, leaf_index }) => [receipt_id, { epoch, index: leaf_index }]));
}

/** There is no proof yet: whoever can wait for the log, waits for these receipts and asks again. */
export class Unproven extends Error {
  readonly receiptIds: readonly string[];

  constructor(receiptIds: readonly string[]) {
    super(`${receiptIds.length} receipts are not under a signed checkpoint yet`);
    this.receiptIds = receiptIds;
  }
}

/** What proves that receipts are in the log. */
export interface Proven {
  readonly places: ReadonlyMap<string, Place>;
  /** C2SP tlog-proofs, by receipt. A receipt that is not under a checkpoint yet has none. */
  readonly proofs: ReadonlyMap<string, string>;
  /** One of each epoch that they are in, in their order. */
  readonly checkpoints: readonly Checkpoint[];
}

/**
 * @param quorum cosignatures that are wanted of a checkpoint, where one has them. Of an epoch that a later one follows here it
 *   is the last in any case, since that is where the later one begins.
 * @throws CorruptLog
 */
export async function proofsOf(tx: Transaction, tenant: string, receiptIds: readonly string[], quorum: number): Promise<Proven> {
  const places = await placesOf(tx, tenant, receiptIds);
  const byEpoch = Map.groupBy(places, ([, { epoch }]) => epoch);
  const proofs = new Map<string, string>();
  const checkpoints: Checkpoint[] = [];
  const newest = Math.max(...byEpoch.keys());
  for (const [epoch, placed] of [...byEpoch].toSorted(([a], [b]) => a - b)) {
    const last = placed.reduce((most, [, { index }]) => Math.max(most, index), 0);
    const checkpoint = await checkpointFor(tx, tenant, epoch, last + 1, epoch === newest ? quorum : 0);
    if (!checkpoint) continue;
    checkpoints.push(checkpoint);
    const found = await inclusionProofs(tx, tenant, checkpoint, [...new Set(placed.map(([, { index }]) => index))]);
    for (const [id, { index }] of placed) proofs.set(id, found.get(index) ?? '');
  }
  return { places, proofs, checkpoints };
}

/** The receipt that is the last to have its place in the log, or to wait for one; null before the first. */
export async function newestReceipt(tx: Transaction, tenant: string): Promise<string | null> {
  const [newest] = await tx.query<{ id: string | null }>(
    `SELECT coalesce(
       (SELECT receipt_id FROM log_queue WHERE tenant_id = $1 ORDER BY at DESC, receipt_id DESC LIMIT 1),
       (SELECT receipt_id FROM log_leaves WHERE tenant_id = $1 ORDER BY epoch DESC, leaf_index DESC LIMIT 1)) AS id`,
    [tenant],
  );
  return newest?.id ?? null;
}

/** Entries of the log as they were hashed: from `start`, so many as there are and no more than `count`. */
export async function entriesOf(tx: Transaction, tenant: string, epoch: number, start: number, count: number): Promise<readonly Entry[]> {
  const rows = await tx.query<{ index: number; receipt_id: string; bytes: Uint8Array | null }>(
    `SELECT l.leaf_index AS index, l.receipt_id, r.bytes FROM log_leaves l LEFT JOIN receipts r ON r.tenant_id = $1 AND r.id = l.receipt_id
       WHERE l.tenant_id = $1 AND l.epoch = $2 AND l.leaf_index >= $3 AND l.leaf_index < $3::bigint + $4 ORDER BY l.leaf_index`,
    [tenant, epoch, start, count],
  );
  const receipts = rows.map(({ index, receipt_id, bytes }): Entry => {
    if (!bytes) throw new CorruptLog(`the receipt ${receipt_id}, leaf ${index}, is gone`);
    return { index, receiptId: receipt_id, bytes: Buffer.from(bytes) };
  });
  if (start > 0 || epoch === 1) return receipts;
  const [link] = await tx.query<{ entry: string }>('SELECT entry FROM log_epochs WHERE tenant_id = $1 AND epoch = $2', [tenant, epoch]);
  return link ? [{ index: 0, receiptId: null, bytes: Buffer.from(link.entry) }, ...receipts] : receipts;
}

export interface Entry {
  readonly index: number;
  /** null for leaf 0 of an epoch, the last checkpoint of the one before. */
  readonly receiptId: string | null;
  readonly bytes: Buffer;
}
