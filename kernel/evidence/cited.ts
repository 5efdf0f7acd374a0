import type { Citation, Evidence, Shown } from '../../sdk/index.ts';
import type { Transaction } from '../database/database.ts';
import type { Place } from '../log/leaves.ts';
import { CorruptLog } from '../log/tiles.ts';
import { assertShowable } from './limits.ts';
import type { Collected } from './members.ts';
import type { Read } from './population.ts';
import { type BoundReceipt, type BoundRow, boundReceipt } from './receipts.ts';
import { type Drawing, type PickedUsage, pickUsage } from './usage-wanted.ts';

/** What a bundle shows that stands in receipts of others than its subjects. */
export interface Cited {
  /** Receipts that are not among those of the subjects. */
  readonly ids: readonly string[];
  readonly usage: PickedUsage | null;
  readonly shown: Shown;
}

/** Receipts that are read in one transaction. */
const PAGE = 256;

/**
 * @param own receipts of the subjects
 * @returns null where the declaration cites nothing, whatever it is about
 * @throws Problem `too-large`
 */
export async function citedBy(
  tx: Transaction,
  tenant: string,
  evidence: Evidence,
  { rows, own, drawing }: { rows: Collected['rows']; own: readonly string[]; drawing: Drawing },
): Promise<Cited | null> {
  if (!evidence.cites && !evidence.usage) return null;
  const wanted = evidence.usage?.(rows) ?? null;
  const [cited, usage] = await Promise.all([
    receiptsMaking(tx, tenant, evidence.cites?.(rows) ?? []),
    wanted && wanted.selection.event_types.length > 0 ? pickUsage(tx, tenant, wanted, drawing) : null,
  ]);
  const ids = new Set([...cited.map(({ receipt_id }) => receipt_id), ...(usage?.receipts.keys() ?? [])]).difference(new Set(own));
  assertShowable({ receipts: ids.size, events: usage?.entries ?? 0 });
  return { ids: [...ids], usage, shown: { cited, events: usage?.events ?? [] } };
}

/** What is in the log never changes, so it is read page by page, each in a transaction of its own. @throws CorruptLog */
export async function* citedReceipts(
  read: Read,
  tenant: string,
  ids: readonly string[],
  places: ReadonlyMap<string, Place>,
): AsyncGenerator<BoundReceipt> {
  for (let start = 0; start < ids.length; start += PAGE) {
    const page = ids.slice(start, start + PAGE);
    const rows = await read((tx) => tx.query<BoundRow>(BOUND, [tenant, page]));
    const found = new Map(rows.map((row) => [row.id, row]));
    for (const id of page) {
      const row = found.get(id);
      if (!row) throw new CorruptLog(`the receipt ${id} is gone`);
      yield boundReceipt(row, places);
    }
  }
}

const BOUND = 'SELECT id, leaf_hash, bytes, changes FROM receipts WHERE tenant_id = $1 AND id = ANY($2::uuid[])';

async function receiptsMaking(tx: Transaction, tenant: string, citations: readonly Citation[]): Promise<Shown['cited']> {
  if (citations.length === 0) return [];
  return tx.query<Shown['cited'][number]>(
    `SELECT DISTINCT s.subject_id AS subject, s.version, s.receipt_id FROM unnest($2::uuid[], $3::integer[]) AS c (subject, version)
       JOIN subject_states s ON s.tenant_id = $1 AND s.subject_id = c.subject AND s.version = c.version`,
    [tenant, citations.map(({ subject }) => subject), citations.map(({ version }) => version)],
  );
}
