import type { Transaction } from '../database/database.ts';
import { currentEpoch, headOf } from '../log/store.ts';

/** A place in a tenant's log: that of the last leaf of which somebody knows; -1 before the first. */
export interface Position {
  readonly epoch: number;
  readonly index: number;
}

/** What a receipt tells everybody: no people, and nothing that anybody wrote. */
export interface Happening {
  readonly receipt_id: string;
  readonly action: string;
  readonly outcome: string;
  readonly subject: { readonly type: string; readonly id: string };
  readonly state: { readonly from: string | null; readonly to: string | null };
  readonly seq: number | null;
  readonly at: string;
}

/** With its place. */
export interface Placed {
  readonly index: number;
  readonly happening: Happening;
}

/** So many are told one by one; whoever has missed more looks at everything anew. */
export const MOST_MISSED = 1_000;

/** A position as the id of an event: in the first epoch the `log_index` alone, as a receipt has it, and `2.17` in a later one. */
export function idOf({ epoch, index }: Position): string {
  return epoch === 1 ? String(index) : `${epoch}.${index}`;
}

/** @returns null for what is no id of ours */
export function positionIn(id: string): Position | null {
  const [, epoch = '1', index] = /^(?:([1-9]\d{0,8})\.)?(-1|\d{1,15})$/.exec(id) ?? [];
  return index === undefined ? null : { epoch: Number(epoch), index: Number(index) };
}

/** How far the log has come. */
export async function positionNow(tx: Transaction, tenant: string): Promise<Position> {
  const { epoch } = await currentEpoch(tx, tenant);
  const head = await headOf(tx, tenant, epoch);
  return { epoch, index: (head?.size ?? 0) - 1 };
}

/**
 * What the log has brought between two positions, in its order: the sequencer gives places without gaps and in one
 * transaction each time, so that nothing comes in later on before what has been read.
 * @param from null for one that is unknown
 * @returns null where there is no going on from there: too much has come, or it is of another epoch or of a log that was set back
 */
export async function happenedBetween(tx: Transaction, tenant: string, from: Position | null, to: Position): Promise<readonly Placed[] | null> {
  if (from?.epoch !== to.epoch || from.index > to.index || to.index - from.index > MOST_MISSED) return null;
  if (from.index === to.index) return [];
  const rows = await tx.query<Row>(
    `SELECT l.leaf_index AS index, r.id, r.action, r.outcome, r.subject_type, r.subject_id, r.state_from, r.state_to, r.seq, r.at
       FROM log_leaves l JOIN receipts r ON r.tenant_id = $1 AND r.id = l.receipt_id
       WHERE l.tenant_id = $1 AND l.epoch = $2 AND l.leaf_index > $3 AND l.leaf_index <= $4 ORDER BY l.leaf_index`,
    [tenant, to.epoch, from.index, to.index],
  );
  return rows.map(({ index, id, action, outcome, subject_type, subject_id, state_from, state_to, seq, at }) => ({
    index,
    happening: {
      ...{ receipt_id: id, action, outcome },
      subject: { type: subject_type, id: subject_id },
      state: { from: state_from, to: state_to },
      ...{ seq, at },
    },
  }));
}

interface Row {
  readonly index: number;
  readonly id: string;
  readonly action: string;
  readonly outcome: string;
  readonly subject_type: string;
  readonly subject_id: string;
  readonly state_from: string | null;
  readonly state_to: string | null;
  readonly seq: number | null;
  readonly at: string;
}
