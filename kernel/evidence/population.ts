import type { Transaction } from '../database/database.ts';
import type { Range } from './range.ts';

/** One of a population, as the receipts up to the end of the range leave it. */
export interface PopulationSubject {
  readonly id: string;
  readonly created_at: string;
  readonly status: string;
  readonly version: number;
  /** Those that changed it. */
  readonly receipts: number;
}

/** Runs a short transaction. */
export type Read = <T>(work: (tx: Transaction) => Promise<T>) => Promise<T>;

/** Leaves that are looked through in one transaction. */
const PAGE = 5_000;

interface Change {
  readonly id: string;
  readonly seq: number;
  readonly status: string;
  readonly at: string;
}

/** Every subject of a type that was created in the range, in the order of the log. */
export async function subjectsIn(read: Read, tenant: string, type: string, { segments }: Range): Promise<readonly PopulationSubject[]> {
  const subjects = new Map<string, PopulationSubject>();
  for (const { epoch, from, to } of segments) {
    for (let start = from; start < to; start += PAGE) {
      for (const change of await read((tx) => changesIn(tx, tenant, type, epoch, start, Math.min(start + PAGE, to)))) apply(change, subjects);
    }
  }
  return [...subjects.values()];
}

/** A receipt that stands in two epochs, since the log was recovered between them, counts once. */
function apply({ id, seq, status, at }: Change, subjects: Map<string, PopulationSubject>): void {
  const known = subjects.get(id);
  if (known && seq > known.version) subjects.set(id, { ...known, status, version: seq, receipts: known.receipts + 1 });
  else if (!known && seq === 1) subjects.set(id, { id, created_at: at, status, version: seq, receipts: 1 });
}

function changesIn(tx: Transaction, tenant: string, type: string, epoch: number, start: number, end: number): Promise<readonly Change[]> {
  return tx.query<Change>(
    `SELECT r.subject_id AS id, r.seq, r.state_to AS status, r.at FROM log_leaves l JOIN receipts r ON r.tenant_id = $1 AND r.id = l.receipt_id
       WHERE l.tenant_id = $1 AND l.epoch = $3 AND l.leaf_index >= $4 AND l.leaf_index < $5 AND r.subject_type = $2 AND r.seq IS NOT NULL
       ORDER BY l.leaf_index`,
    [tenant, type, epoch, start, end],
  );
}
