import type { Database, Transaction } from '../database/database.ts';
import { TILE_WIDTH } from '../log/tree.ts';
import { sideBySide } from '../side-by-side.ts';

/** Of the log and of the receipts, so many each time: however long they have grown, a look costs the same. */
const SLICE = 10_000;
/** However many replicas look, it is done once in this time. */
const APART = '50 seconds';
/** What is older says nothing of now. */
const CURRENT = '10 minutes';
/** Of more, more than these need not be named. */
const MAX_KEPT = 1_000;
const TENANTS_AT_A_TIME = 4;
const LOWEST_ID = '00000000-0000-0000-0000-000000000000';

/** How far a tenant's receipts have been compared, and what was found. */
interface Progress {
  readonly epoch: number;
  readonly leaf_index: number;
  readonly receipt_id: string;
  readonly stray: readonly string[];
}

/**
 * Compares what is on record with what was logged, again and again from the beginning to the end: each leaf of the log has
 * its receipt, each receipt has its place in the log or waits for it, and each state its receipt as it was.
 */
export class ReceiptComparison {
  readonly #database: Database;

  constructor({ database }: { database: Database }) {
    this.#database = database;
  }

  /** Goes on a little way for each tenant. @throws AggregateError once all have had their turn, where one has failed */
  async sweep(tenants: readonly string[]): Promise<void> {
    const failures: unknown[] = [];
    await sideBySide(tenants, TENANTS_AT_A_TIME, async (tenant) => {
      await this.compare(tenant).catch((error: unknown) => failures.push(error));
    });
    if (failures.length > 0) throw new AggregateError(failures, `the receipts of ${failures.length} tenants could not be compared`);
  }

  /** @returns whether it was time to, and nobody else has done it */
  compare(tenant: string): Promise<boolean> {
    return this.#database.transaction(tenant, 'write', async (tx) => {
      const progress = await claim(tx, tenant);
      if (!progress) return false;
      const leaves = await leavesAfter(tx, tenant, progress);
      const receipts = await receiptsAfter(tx, tenant, progress);
      const found = await strayAmong(tx, tenant, [...new Set([...progress.stray, ...leaves.map(({ id }) => id), ...receipts])]);
      // At the end it begins anew.
      const leaf = leaves.length < SLICE ? undefined : leaves.at(-1);
      const receipt = receipts.length < SLICE ? undefined : receipts.at(-1);
      await tx.commitWith(
        `UPDATE receipt_comparisons SET epoch = $2, leaf_index = $3, receipt_id = $4, stray = $5::uuid[], compared_at = summit_now() WHERE tenant_id = $1`,
        [tenant, leaf?.epoch ?? 0, leaf?.leaf_index ?? 0, receipt ?? LOWEST_ID, found.slice(0, MAX_KEPT)],
      );
      return true;
    });
  }
}

/**
 * Those that were found and have not been put right since, in the order of their ids.
 * @throws Error where nobody has compared them lately: then there is no telling
 */
export async function strayReceipts(tx: Transaction, tenant: string): Promise<readonly string[]> {
  const [known] = await tx.query<{ stray: readonly string[] | null; is_current: boolean }>(
    `SELECT c.stray, coalesce(c.compared_at, t.created_at) BETWEEN summit_now() - interval '${CURRENT}' AND summit_now() + interval '${CURRENT}' AS is_current
       FROM tenants t LEFT JOIN receipt_comparisons c ON c.tenant_id = t.id WHERE t.id = $1`,
    [tenant],
  );
  if (!known?.is_current) throw new Error(`the receipts of ${tenant} have not been compared within ${CURRENT}`);
  return strayAmong(tx, tenant, known.stray ?? []);
}

async function strayAmong(tx: Transaction, tenant: string, ids: readonly string[]): Promise<readonly string[]> {
  if (ids.length === 0) return [];
  const rows = await tx.query<{ id: string }>(
    `SELECT n.id FROM unnest($2::uuid[]) AS n (id) LEFT JOIN receipts r ON r.tenant_id = $1 AND r.id = n.id
       WHERE r.id IS NULL
         OR (r.outcome = 'allowed' AND NOT EXISTS (
           SELECT FROM subject_states s WHERE s.tenant_id = $1 AND s.subject_id = r.subject_id AND s.version = r.seq AND s.status = r.state_to
             AND s.receipt_id = r.id AND s.leaf_hash = r.leaf_hash))
         OR (NOT EXISTS (SELECT FROM log_leaves l WHERE l.tenant_id = $1 AND l.receipt_id = n.id)
           AND NOT EXISTS (SELECT FROM log_queue q WHERE q.tenant_id = $1 AND q.receipt_id = n.id))
         OR EXISTS (SELECT FROM log_leaves l WHERE l.tenant_id = $1 AND l.receipt_id = n.id AND NOT EXISTS (
           SELECT FROM log_tiles t WHERE t.tenant_id = $1 AND t.epoch = l.epoch AND t.level = 0
             AND t.tile_index = l.leaf_index / ${TILE_WIDTH} AND t.width > l.leaf_index % ${TILE_WIDTH}
             AND substring(t.hashes FROM (l.leaf_index % ${TILE_WIDTH})::integer * 32 + 1 FOR 32) = r.leaf_hash))
       ORDER BY n.id`,
    [tenant, ids],
  );
  return rows.map(({ id }) => id);
}

/** Holds the row until the end of the transaction. @returns null where it is not time yet */
async function claim(tx: Transaction, tenant: string): Promise<Progress | null> {
  await tx.query(
    `INSERT INTO receipt_comparisons (tenant_id, epoch, leaf_index, receipt_id, stray, compared_at)
       VALUES ($1, 0, 0, $2, '{}', '-infinity') ON CONFLICT DO NOTHING`,
    [tenant, LOWEST_ID],
  );
  const [progress] = await tx.query<Progress>(
    `SELECT epoch, leaf_index, receipt_id, stray FROM receipt_comparisons
       WHERE tenant_id = $1 AND compared_at NOT BETWEEN summit_now() - interval '${APART}' AND summit_now() + interval '${APART}' FOR UPDATE`,
    [tenant],
  );
  return progress ?? null;
}

function leavesAfter(tx: Transaction, tenant: string, { epoch, leaf_index }: Progress) {
  return tx.query<{ id: string; epoch: number; leaf_index: number }>(
    `SELECT receipt_id AS id, epoch, leaf_index FROM log_leaves
       WHERE tenant_id = $1 AND (epoch, leaf_index) > ($2, $3) ORDER BY epoch, leaf_index LIMIT ${SLICE}`,
    [tenant, epoch, leaf_index],
  );
}

async function receiptsAfter(tx: Transaction, tenant: string, { receipt_id }: Progress): Promise<readonly string[]> {
  const rows = await tx.query<{ id: string }>(`SELECT id FROM receipts WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT ${SLICE}`, [
    tenant,
    receipt_id,
  ]);
  return rows.map(({ id }) => id);
}
