import type { Transaction } from '../database/database.ts';
import type { Head } from './store.ts';

/** Where replicas tell one another that a log has grown. */
export const GROWN = 'summit_log_grown';

/** Which log, and how far it has come. Nothing of what is in it: whoever may connect to the database may listen. */
export interface Grown extends Pick<Head, 'epoch' | 'size'> {
  readonly tenant: string;
}

/** Told once the transaction has committed, and not where it does not. */
export function tellGrown(tx: Transaction, { tenant, epoch, size }: Grown): Promise<unknown> {
  return tx.query(`SELECT pg_notify('${GROWN}', $1)`, [JSON.stringify({ tenant, epoch, size })]);
}

/** @returns null for what no sequencer has told: whoever may connect may tell things too */
export function grownIn(payload: string): Grown | null {
  try {
    const { tenant, epoch, size } = JSON.parse(payload) as Partial<Record<keyof Grown, unknown>>;
    return typeof tenant === 'string' && Number.isSafeInteger(epoch) && Number.isSafeInteger(size) ? ({ tenant, epoch, size } as Grown) : null;
  } catch {
    return null;
  }
}
