import type { Logger } from 'pino';
import { type Config, loadConfig } from '../../kernel/config/config.ts';
import { type Answer, type Call, type Hands, handsOn } from '../../sdk/testing/hands.ts';
import { startTestKernel, type TestKernel } from '../../sdk/testing/kernel.ts';

export { freshDatabase } from '../../sdk/testing/fresh-database.ts';
export type { Answer, Call };

/** A running Summit of its own with the shipped packs and the configured tenants, and hands to use it. */
export interface TestSummit extends Omit<TestKernel, 'runJob'>, Omit<Hands, 'call'> {
  get(handle: string, path: string, call?: Call): Promise<Answer>;
  post(handle: string, path: string, body?: unknown, call?: Call): Promise<Answer>;
  put(handle: string, path: string, body?: unknown, call?: Call): Promise<Answer>;
  patch(handle: string, path: string, body?: unknown, call?: Call): Promise<Answer>;
  delete(handle: string, path: string, body?: unknown, call?: Call): Promise<Answer>;
  /** Runs a job of a pack now. @returns how many subjects it acted on */
  runJob(id: string, tenant?: string): Promise<number>;
  /** SQL as the app works: its role, one tenant, its own transaction. */
  asApp(sql: string, values?: readonly unknown[], tenant?: string): Promise<Record<string, unknown>[]>;
  /** SQL as the owner of the database. */
  asOwner(sql: string): Promise<Record<string, unknown>[]>;
  /** What nobody may do: SQL on one table with its row-level security and its triggers off. */
  tamper(table: string, sql: string): Promise<void>;
}

const TENANT = 'demo-external';
/** What would find, put on record, or mend, what a test has done to its database, or to its clock. */
const WATCHING = ['receipts', 'summit.alerts', 'take-over'];
const root = new URL('../..', import.meta.url).pathname;

/**
 * On PostgreSQL where DATABASE_URL names one (each Summit gets a database of its own), else embedded and in memory.
 * @param startsAt what the database's clock says when it starts, where it is to be another time than now
 * @param log where its log goes, where a test reads it
 */
export async function testSummit(change: (config: Config) => Config = (config) => config, startsAt?: string, log?: Logger): Promise<TestSummit> {
  const configure = ({ dataDir, databaseUrl }: { dataDir: string; databaseUrl: string | undefined }) =>
    change(
      loadConfig(
        { PORT: '0', NODE_ENV: 'test', SUMMIT_DATA_DIR: dataDir, DATABASE_URL: databaseUrl, SUMMIT_POOLER: process.env.SUMMIT_POOLER },
        root,
      ),
    );
  const kernel = await startTestKernel(configure, { startsAt, idle: WATCHING, log });
  const { database } = kernel.summit.services;
  const { call, ...hands } = handsOn(kernel.summit, TENANT);
  const asOwner = (sql: string): Promise<Record<string, unknown>[]> => database.orm.em.getConnection().execute(sql);
  return {
    ...kernel,
    ...hands,
    get: (handle, path, options) => call('GET', handle, path, undefined, options),
    post: (handle, path, body = {}, options) => call('POST', handle, path, body, options),
    put: (handle, path, body = {}, options) => call('PUT', handle, path, body, options),
    patch: (handle, path, body = {}, options) => call('PATCH', handle, path, body, options),
    delete: (handle, path, body = {}, options) => call('DELETE', handle, path, body, options),
    runJob: (id, tenant = TENANT) => kernel.runJob(id, tenant),
    asApp: (sql, values = [], tenant = TENANT) =>
      database.transaction(tenant, 'write', async (tx) => {
        const rows = await tx.query<Record<string, unknown>>(sql, values);
        await tx.commitWith('SELECT $1::int', [1]);
        return rows;
      }),
    asOwner,
    async tamper(table, sql) {
      await asOwner(`ALTER TABLE ${table} NO FORCE ROW LEVEL SECURITY, DISABLE TRIGGER USER`);
      await asOwner(sql);
      await asOwner(`ALTER TABLE ${table} ENABLE TRIGGER USER, FORCE ROW LEVEL SECURITY`);
    },
  };
}

/** A valid request for access, with what a test wants otherwise. */
export function accessRequest(fields: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    type: 'TEMP_DB_READ_ACCESS',
    target: 'orders-db',
    environment: 'prod',
    duration_minutes: 60,
    justification: 'look at order 4711',
    ...fields,
  };
}
