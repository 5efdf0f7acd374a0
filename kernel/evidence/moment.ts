import type { Transaction } from '../database/database.ts';

/** When evidence is made, by the database's clock, and in which epoch of the log: that one's key signs it. */
export interface Moment {
  readonly now: string;
  readonly epoch: number;
}

export async function momentOf(tx: Transaction, tenant: string): Promise<Moment> {
  const [moment] = await tx.query<Moment>('SELECT summit_now() AS now, coalesce(max(epoch), 1) AS epoch FROM log_epochs WHERE tenant_id = $1', [
    tenant,
  ]);
  if (!moment) throw new TypeError('an aggregate has one row');
  return moment;
}
