import { lockDataDir } from './data-dir.ts';
import type { Driver } from './database.ts';
import { EmbeddedPostgres } from './embedded-postgres.ts';
import type { EmbeddedData } from './embedded-thread.ts';

export interface EmbeddedDriver extends Driver {
  /** What MikroORM works on; it waits in the same queue. */
  readonly postgres: EmbeddedPostgres;
  close(): Promise<void>;
}

/**
 * PostgreSQL in a thread of this process, one connection: transactions queue behind one another. It is opening when this
 * returns, and whoever uses it waits for it.
 * @param data a folder is locked; the rest is in memory
 * @param compiled PGlite's code, for a process that opens it many times
 * @throws Error where another process has the data directory
 */
export function embeddedDriver(data: EmbeddedData, compiled?: WebAssembly.Module): EmbeddedDriver {
  const lock = typeof data === 'string' ? lockDataDir(data) : null;
  const postgres = new EmbeddedPostgres(data, compiled);
  return {
    postgres,
    transaction: (prologue, work) =>
      postgres.transaction(async (tx) => {
        let committed = false;
        const query = async <R extends object>(text: string, values: readonly unknown[] = []): Promise<R[]> => (await tx.query<R>(text, values)).rows;
        const result = await work({
          query,
          async commitWith<R extends object>(text: string, values: readonly unknown[]) {
            const rows = await query<R>(text, values);
            committed = true;
            return rows;
          },
        });
        if (!committed) await tx.rollback();
        return result;
      }, prologue),
    async ping() {
      await postgres.query('SELECT 1');
    },
    async close() {
      await postgres.close();
      lock?.release();
    },
  };
}
