import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { type ServerProcess, startServer, tokenOf } from './process.ts';
import { freshDatabase } from './summit.ts';

/** Servers of one deployment, each in a process of its own: with the same database, keys and guard. */
export interface Replicas {
  /** @param application what the database knows its connections by */
  start(application: string, env?: NodeJS.ProcessEnv): Promise<ServerProcess>;
  /** A bearer token, once a server has started. */
  token(user: string): Promise<string>;
  /** SQL as the owner, whom row-level security binds: it sees no tenant's rows. */
  query<R extends pg.QueryResultRow>(sql: string, values?: readonly unknown[]): Promise<readonly R[]>;
  /** SQL as the app works, for one tenant. */
  asApp<R extends pg.QueryResultRow>(sql: string, values?: readonly unknown[]): Promise<readonly R[]>;
  /** Of the database. */
  readonly url: string;
  /** What all of them are told by their variables. */
  readonly env: NodeJS.ProcessEnv;
  /** Ends the servers that still run, and drops the database. */
  close(): Promise<void>;
}

/** @param more variables of all of them @throws Error without DATABASE_URL: the embedded database has one process */
export async function replicated(more: NodeJS.ProcessEnv = {}): Promise<Replicas> {
  const database = await freshDatabase();
  if (!database) throw new Error('replicas need a PostgreSQL: set DATABASE_URL');
  const dataDir = mkdtempSync(join(tmpdir(), 'summit-replicas-'));
  const { url, directUrl } = database;
  const env = {
    SUMMIT_DATA_DIR: dataDir,
    DATABASE_URL: url,
    SUMMIT_POOLER: process.env.SUMMIT_POOLER,
    SUMMIT_DIRECT_DATABASE_URL: directUrl,
    ...more,
  };
  const servers: ServerProcess[] = [];
  const tokens = new Map<string, Promise<string>>();
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const query = async <R extends pg.QueryResultRow>(sql: string, values: readonly unknown[] = []) => (await client.query<R>(sql, [...values])).rows;
  return {
    url: database.url,
    env,
    query,
    async asApp<R extends pg.QueryResultRow>(sql: string, values: readonly unknown[] = []) {
      await client.query("BEGIN; SET LOCAL ROLE summit_app; SET LOCAL summit.tenant = 'demo-external'");
      try {
        return await query<R>(sql, values);
      } finally {
        await client.query('COMMIT');
      }
    },
    async start(application, own = {}) {
      const url = new URL(database.url);
      url.searchParams.set('application_name', application);
      const server = await startServer({ ...env, DATABASE_URL: url.href, ...own });
      servers.push(server);
      return server;
    },
    token(user) {
      const token = tokens.get(user) ?? tokenOf(user, env);
      tokens.set(user, token);
      return token;
    },
    async close() {
      await Promise.all(servers.map(({ child, stop }) => (child.exitCode === null && child.signalCode === null ? stop('SIGTERM') : null)));
      await client.end();
      await database.drop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
