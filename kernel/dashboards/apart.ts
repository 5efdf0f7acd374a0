import type { Transaction } from '../database/database.ts';

export type Apart<T> = { readonly value: T } | { readonly error: unknown };

/**
 * Work whose failure is its own: a failed statement aborts its transaction only up to the savepoint. One at a time, since
 * savepoints stand in a row. Rejects where the database itself is gone.
 */
export async function apart<T>(tx: Transaction, work: () => Promise<T>): Promise<Apart<T>> {
  await tx.query('SAVEPOINT apart');
  try {
    const value = await work();
    // Refused where a statement failed and nobody said so.
    await tx.query('RELEASE SAVEPOINT apart');
    return { value };
  } catch (error) {
    await tx.query('ROLLBACK TO SAVEPOINT apart');
    return { error };
  }
}
