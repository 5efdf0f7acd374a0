import type { Database, Transaction } from '../database/database.ts';
import type { PackRegistry } from '../packs/registry.ts';
import { sideBySide } from '../side-by-side.ts';
import { gapsAmong, type LeafPlace, leavesAfter } from './gaps.ts';
import { lackingAmong, type SubjectPlace, subjectsAfter } from './lacking.ts';
import { goneFrom, strayAmong } from './stray.ts';

/** Of the log, of the receipts and of the subjects, so many each time: however long they have grown, a look costs the same. */
const SLICE = 10_000;
/** However many replicas look, it is done once in this time. */
const APART = '50 seconds';
/** What is older says nothing of now. */
const CURRENT = '10 minutes';
/** Of more, more than these need not be named. */
const MAX_KEPT = 1_000;
const TENANTS_AT_A_TIME = 4;
const LOWEST_ID = '00000000-0000-0000-0000-000000000000';

/** What was found when a tenant's receipts were compared. */
interface Found {
  /** Receipts that are gone, or not as they were logged. */
  readonly stray: readonly string[];
  /** Places of the log that have no receipt. */
  readonly gaps: readonly string[];
  /** Subjects with fewer receipts than versions. */
  readonly lacking: readonly string[];
}

/** How far a tenant's receipts have been compared: of the log, of the receipts, of the subjects. */
interface Progress extends Found, LeafPlace, SubjectPlace {
  readonly receipt_id: string;
}

interface Services {
  readonly database: Database;
  readonly packs: Pick<PackRegistry, 'all'>;
}

/**
 * Compares what is on record with what was logged, again and again from the beginning to the end: each place of the log has
 * its receipt, each receipt says what its bytes say and has its place or waits for it, and each version of a subject has its
 * state and its receipt.
 */
export class ReceiptComparison {
  readonly #database: Database;
  readonly #packs: Pick<PackRegistry, 'all'>;

  constructor({ database, packs }: Services) {
    this.#database = database;
    this.#packs = packs;
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
      const leaves = await leavesAfter(tx, tenant, progress, SLICE);
      const receipts = await receiptsAfter(tx, tenant, progress);
      const subjects = await subjectsAfter(tx, tenant, this.#packs, progress, SLICE);
      const gone = await goneFrom(
        tx,
        tenant,
        subjects.map(({ subject_id }) => subject_id),
      );
      const lacking = subjects.flatMap(({ subject_id, lacks }) => (lacks ? [subject_id] : []));
      const stray = await strayAmong(tx, tenant, all(progress.stray, gone, leaves.receipts, receipts));
      const gaps = await gapsAmong(tx, tenant, all(progress.gaps, leaves.gaps).slice(0, MAX_KEPT));
      const stillLacking = await lackingAmong(tx, tenant, this.#packs, progress.lacking);
      // At the end it begins anew.
      const receipt = receipts.length < SLICE ? undefined : receipts.at(-1);
      const subject = subjects.length < SLICE ? undefined : subjects.at(-1);
      await tx.commitWith(
        `UPDATE receipt_comparisons SET epoch = $2, leaf_index = $3, receipt_id = $4, entity = $5, subject_id = $6,
           stray = $7::uuid[], gaps = $8::text[], lacking = $9::uuid[], compared_at = summit_now() WHERE tenant_id = $1`,
        [
          ...[
            tenant,
            leaves.last?.epoch ?? 0,
            leaves.last?.leaf_index ?? 0,
            receipt ?? LOWEST_ID,
            subject?.entity ?? '',
            subject?.subject_id ?? LOWEST_ID,
          ],
          ...[stray, gaps, all(stillLacking, lacking)].map((found) => found.slice(0, MAX_KEPT)),
        ],
      );
      return true;
    });
  }
}

/**
 * The receipts that were found to be stray and have not been put right since, in the order of their ids, and the places of
 * the log that have lost theirs.
 * @throws Error where nobody has compared them lately: then there is no telling
 */
export async function strayReceipts(tx: Transaction, tenant: string): Promise<Pick<Found, 'stray' | 'gaps'>> {
  const { stray, gaps } = await foundIn(tx, tenant);
  return { stray: await strayAmong(tx, tenant, stray), gaps: await gapsAmong(tx, tenant, gaps) };
}

/** The subjects that were found to have fewer receipts than versions, and still have. @throws Error where nobody has compared them lately */
export async function lackingSubjects(tx: Transaction, tenant: string, packs: Pick<PackRegistry, 'all'>): Promise<readonly string[]> {
  return lackingAmong(tx, tenant, packs, (await foundIn(tx, tenant)).lacking);
}

async function foundIn(tx: Transaction, tenant: string): Promise<Found> {
  const [known] = await tx.query<Partial<Found> & { is_current: boolean }>(
    `SELECT c.stray, c.gaps, c.lacking, coalesce(c.compared_at, t.created_at) BETWEEN summit_now() - interval '${CURRENT}' AND summit_now() + interval '${CURRENT}' AS is_current
       FROM tenants t LEFT JOIN receipt_comparisons c ON c.tenant_id = t.id WHERE t.id = $1`,
    [tenant],
  );
  if (!known?.is_current) throw new Error(`the receipts of ${tenant} have not been compared within ${CURRENT}`);
  return { stray: known.stray ?? [], gaps: known.gaps ?? [], lacking: known.lacking ?? [] };
}

/** Holds the row until the end of the transaction. @returns null where it is not time yet */
async function claim(tx: Transaction, tenant: string): Promise<Progress | null> {
  await tx.query(
    `INSERT INTO receipt_comparisons (tenant_id, epoch, leaf_index, receipt_id, stray, compared_at)
       VALUES ($1, 0, 0, $2, '{}', '-infinity') ON CONFLICT DO NOTHING`,
    [tenant, LOWEST_ID],
  );
  const [progress] = await tx.query<Progress>(
    `SELECT epoch, leaf_index, receipt_id, entity, subject_id, stray, gaps, lacking FROM receipt_comparisons
       WHERE tenant_id = $1 AND compared_at NOT BETWEEN summit_now() - interval '${APART}' AND summit_now() + interval '${APART}' FOR UPDATE`,
    [tenant],
  );
  return progress ?? null;
}

async function receiptsAfter(tx: Transaction, tenant: string, { receipt_id }: Progress): Promise<readonly string[]> {
  const rows = await tx.query<{ id: string }>(`SELECT id FROM receipts WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT ${SLICE}`, [
    tenant,
    receipt_id,
  ]);
  return rows.map(({ id }) => id);
}

function all(...lists: readonly (readonly string[])[]): readonly string[] {
  return [...new Set(lists.flat())];
}
