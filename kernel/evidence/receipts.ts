import type { Edge, Reader, ReceiptView } from '../../sdk/index.ts';
import { Receipts } from '../database/tables.ts';
import type { Place } from '../log/leaves.ts';
import { bySequence, type ReceiptRow, receiptView } from '../receipts/present.ts';
import type { ReceiptContent } from '../receipts/receipt.ts';
import type { Subject } from './members.ts';

/** A receipt with what its bytes say, as far as a bundle needs to know it. */
export interface ReadReceipt {
  readonly row: ReceiptRow;
  /** All that it commits to: who acted, on what input, and the personal values in what was written. */
  readonly commitments: readonly string[];
  readonly edges: readonly Edge[];
}

/** A receipt with the bytes that prove it. */
export interface BoundReceipt extends Pick<ReceiptView, 'id' | 'leaf_hash' | 'log_index'> {
  /** Base64. */
  readonly bytes: string;
  /** The text whose digest the bytes bind. */
  readonly changes: string;
}

export type BoundRow = Pick<ReceiptRow, 'id' | 'leaf_hash' | 'bytes' | 'changes'>;

/**
 * All receipts of the subjects, one subject after the other, the refused among them by their time. Whoever is refused may have named
 * anything: a receipt that takes the id for that of another type is not about it.
 */
export async function receiptsOf(db: Reader, subjects: readonly Subject[]): Promise<readonly ReceiptRow[]> {
  const rows = await db.find(Receipts, { subject_id: subjects.map(({ id }) => id) });
  const bySubject = Map.groupBy(rows, (row) => row.subject_id);
  return subjects.flatMap(({ type, id }) => (bySubject.get(id) ?? []).filter((row) => row.subject_type === type).toSorted(bySequence));
}

export function readReceipt(row: ReceiptRow): ReadReceipt {
  const { actor, input_digest, commitments }: ReceiptContent = JSON.parse(Buffer.from(row.bytes).toString());
  const { edges = [] }: { readonly edges?: readonly Edge[] } = JSON.parse(row.changes);
  return { row, commitments: [actor, input_digest, ...commitments], edges };
}

/** As a bundle shows one of its own. */
export function bundledReceipt(
  row: ReceiptRow,
  handles: ReadonlyMap<string, string>,
  places: ReadonlyMap<string, Place>,
): BoundReceipt & ReceiptView {
  return { ...receiptView(row, handles, places), ...boundReceipt(row, places) };
}

/** As a bundle cites one: what is in it, and nothing of who was behind it. */
export function boundReceipt({ id, leaf_hash, bytes, changes }: BoundRow, places: ReadonlyMap<string, Place>): BoundReceipt {
  const log_index = places.get(id)?.index ?? null;
  return { id, leaf_hash: Buffer.from(leaf_hash).toString('base64'), log_index, bytes: Buffer.from(bytes).toString('base64'), changes };
}
