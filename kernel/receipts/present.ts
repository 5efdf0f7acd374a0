import type { Reader, ReceiptView, Row } from '../../sdk/index.ts';
import type { Transaction } from '../database/database.ts';
import type { Receipts } from '../database/tables.ts';
import { type Place, placesOf } from '../log/leaves.ts';

export type ReceiptRow = Row<typeof Receipts>;

/** Receipts as the API shows them: the actor by handle, for those who may read it, and the place in the log. */
export async function presentReceipts(
  tx: Transaction,
  tenant: string,
  db: Pick<Reader, 'handles'>,
  rows: readonly ReceiptRow[],
): Promise<readonly ReceiptView[]> {
  const people = new Set(rows.map(({ actor }) => actor).filter((actor) => !actor.startsWith('system:')));
  const ids = rows.map(({ id }) => id);
  const [handles, places] = await Promise.all([db.handles([...people]), placesOf(tx, tenant, ids)]);
  return rows.map((row) => receiptView(row, handles, places));
}

export function receiptView(row: ReceiptRow, handles: ReadonlyMap<string, string>, places: ReadonlyMap<string, Place>): ReceiptView {
  return {
    id: row.id,
    action: row.action,
    outcome: row.outcome,
    actor: handles.get(row.actor) ?? row.actor,
    subject: { type: row.subject_type, id: row.subject_id },
    seq: row.seq,
    state: { from: row.state_from, to: row.state_to },
    decision_ids: row.decision_ids,
    at: row.at,
    leaf_hash: Buffer.from(row.leaf_hash).toString('base64'),
    log_index: places.get(row.id)?.index ?? null,
  };
}

/** By the clock of the database: ids carry that of the process that made them. */
export function bySequence(a: ReceiptRow, b: ReceiptRow): number {
  return a.at.localeCompare(b.at) || (a.seq ?? 0) - (b.seq ?? 0);
}
