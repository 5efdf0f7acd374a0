import type { Database, Transaction } from '../database/database.ts';

/** That a log stands still is on record, since one replica is refused, and all are asked. Why, the log of that server says: it names files. */
export function recordHalt(database: Database, tenant: string): Promise<unknown> {
  return database.transaction(tenant, 'write', (tx) =>
    tx.commitWith('INSERT INTO log_halts (tenant_id, halted_at) VALUES ($1, summit_now()) ON CONFLICT DO NOTHING', [tenant]),
  );
}

/** For whoever has signed it since, or has found all of it signed. */
export function clearHalt(database: Database, tenant: string): Promise<unknown> {
  return database.transaction(tenant, 'write', (tx) => tx.commitWith('DELETE FROM log_halts WHERE tenant_id = $1', [tenant]));
}

export async function isHalted(tx: Transaction, tenant: string): Promise<boolean> {
  return (await tx.query('SELECT FROM log_halts WHERE tenant_id = $1', [tenant])).length > 0;
}
