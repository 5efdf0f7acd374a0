import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite, types } from '@electric-sql/pglite';
import { type Dialect, PGliteDialect } from 'kysely';
import type { Driver } from './database.ts';

const parsers = {
  [types.TIMESTAMPTZ]: (value: string) => new Date(value).toISOString(),
  [types.INT8]: Number,
};

/**
 * PostgreSQL in this process (PGlite), one connection: transactions queue behind one another. fsync is on, so that what
 * was acknowledged outlives a crash of the process.
 */
export async function embeddedDriver(dataDir: string | null): Promise<Driver & { dialect: Dialect }> {
  const folder = dataDir === null ? undefined : join(dataDir, 'database');
  if (folder !== undefined) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const pglite = await PGlite.create({
    ...(folder === undefined ? {} : { dataDir: folder }),
    parsers,
    startParams: PGlite.defaultStartParams.map((param) => (param === '-F' ? '' : param)).filter(Boolean),
  });
  return {
    dialect: new PGliteDialect({ pglite }),
    transaction(prologue, work) {
      return pglite.transaction(async (tx) => {
        await tx.exec(prologue);
        let committed = false;
        const query = async <R extends object>(text: string, values: readonly unknown[] = []): Promise<R[]> =>
          (await tx.query<R>(text, [...values])).rows;
        const result = await work({
          query,
          async commitWith(text, values) {
            await query(text, values);
            committed = true;
          },
        });
        if (!committed) await tx.rollback();
        return result;
      });
    },
    async ping() {
      await pglite.query('SELECT 1');
    },
  };
}
