import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite, types } from '@electric-sql/pglite';
import { type Dialect, PGliteDialect } from 'kysely';
import type { Driver } from './database.ts';

const parsers = {
  [types.TIMESTAMPTZ]: (value: string) => new Date(value).toISOString(),
  [types.INT8]: Number,
};

export interface EmbeddedDriver extends Driver {
  readonly dialect: Dialect;
  close(): Promise<void>;
}

/**
 * PostgreSQL in this process (PGlite), one connection: transactions queue behind one another. fsync is on, so that what
 * was acknowledged outlives a crash of the process. It is opening when this returns, and whoever uses it waits for it.
 * @param dataDir null: in memory
 */
export function embeddedDriver(dataDir: string | null): EmbeddedDriver {
  const opening = open(dataDir);
  // Whoever uses it learns why it did not open.
  opening.catch(() => undefined);
  return {
    dialect: new PGliteDialect({ pglite: () => opening }),
    async transaction(prologue, work) {
      const pglite = await opening;
      return pglite.transaction(async (tx) => {
        await tx.exec(prologue);
        let committed = false;
        const query = async <R extends object>(text: string, values: readonly unknown[] = []): Promise<R[]> =>
          (await tx.query<R>(text, [...values])).rows;
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
      });
    },
    async ping() {
      await (await opening).query('SELECT 1');
    },
    async close() {
      const pglite = await opening.catch(() => null);
      if (pglite && !pglite.closed) await pglite.close();
    },
  };
}

async function open(dataDir: string | null): Promise<PGlite> {
  const folder = dataDir === null ? undefined : join(dataDir, 'database');
  if (folder !== undefined) mkdirSync(folder, { recursive: true, mode: 0o700 });
  return PGlite.create({
    ...(folder === undefined ? {} : { dataDir: folder }),
    parsers,
    // -F is fsync off.
    startParams: PGlite.defaultStartParams.filter((param) => param !== '-F'),
  });
}
