import type { MikroORM } from '@mikro-orm/postgresql';
import { type MigrationStep, sha256 } from '../../sdk/index.ts';

export const MIGRATIONS_TABLE = 'summit_migrations';

/** Beside MikroORM's own, whose columns are its. No version before it minds it. */
const DIGESTS_TABLE = 'summit_migration_digests';

/** By name, the digest of each migration that has run; null for one that ran before digests were kept. */
export type Executed = ReadonlyMap<string, string | null>;

/** Asked directly: MikroORM's migrator is slow to set up, and most starts have nothing for it. */
export async function executedIn(orm: MikroORM): Promise<Executed> {
  const connection = orm.em.getConnection();
  const [made] = await connection.execute<{ migrations: boolean; digests: boolean }[]>(
    `SELECT to_regclass('${MIGRATIONS_TABLE}') IS NOT NULL AS migrations, to_regclass('${DIGESTS_TABLE}') IS NOT NULL AS digests`,
  );
  if (!made?.migrations) return new Map();
  const executed = await connection.execute<{ name: string; digest: string | null }[]>(
    made.digests
      ? `SELECT name, digest FROM ${MIGRATIONS_TABLE} LEFT JOIN ${DIGESTS_TABLE} USING (name)`
      : `SELECT name, NULL AS digest FROM ${MIGRATIONS_TABLE}`,
  );
  return new Map(executed.map(({ name, digest }) => [name, digest]));
}

/** Those that ran before digests were kept are taken to have run as they are now. @param digests by name, each new or as it is on record */
export async function recordDigests(orm: MikroORM, digests: ReadonlyMap<string, string>): Promise<void> {
  const connection = orm.em.getConnection();
  await connection.execute(`CREATE TABLE IF NOT EXISTS ${DIGESTS_TABLE} (name text PRIMARY KEY, digest text NOT NULL)`);
  await connection.execute(`INSERT INTO ${DIGESTS_TABLE} SELECT key, value FROM jsonb_each_text(?::jsonb) ON CONFLICT DO NOTHING`, [
    JSON.stringify(Object.fromEntries(digests)),
  ]);
}

/** How it is laid out does not count. What the SDK makes tables of does: a helper that says other SQL would disable every pack. */
export function digestOfStep({ statements }: MigrationStep): string {
  return sha256(JSON.stringify(statements.map((statement) => statement.replaceAll(/\s+/g, ' ').trim())));
}
