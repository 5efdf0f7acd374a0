import pg from 'pg';

export interface FreshDatabase {
  readonly url: string;
  /** Round the pooler, where SUMMIT_DIRECT_DATABASE_URL says how. */
  readonly directUrl: string | undefined;
  drop(): Promise<void>;
}

/** A database of its own on the server that DATABASE_URL names; null where none is named. */
export async function freshDatabase(): Promise<FreshDatabase | null> {
  const server = process.env.DATABASE_URL;
  if (!server) return null;
  const name = `summit_test_${process.pid}_${Math.random().toString(36).slice(2, 10)}`;
  await administer(server, `CREATE DATABASE ${name}`);
  const direct = process.env.SUMMIT_DIRECT_DATABASE_URL;
  return { url: named(server, name), directUrl: direct && named(direct, name), drop: () => dropped(server, name) };
}

function named(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

/** Autovacuum, which only a superuser may end, may be at work there for a moment. */
async function dropped(server: string, name: string, tries = 40): Promise<void> {
  try {
    await administer(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  } catch (error) {
    if ((error as { code?: string }).code !== '42501' || tries === 0) throw error;
    await new Promise((resolve) => setTimeout(resolve, 250));
    await dropped(server, name, tries - 1);
  }
}

async function administer(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
