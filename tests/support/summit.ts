import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { KERNEL_PACK } from '../../kernel/admission.ts';
import { type Config, loadConfig } from '../../kernel/config/config.ts';
import { openDatabase } from '../../kernel/database/database.ts';
import { embeddedDriver } from '../../kernel/database/embedded.ts';
import { kernelEntities } from '../../kernel/database/tables.ts';
import { createLog } from '../../kernel/log.ts';
import { type Summit, startSummit } from '../../kernel/main.ts';
import { loadPacks } from '../../kernel/packs/loader.ts';
import { VERSION } from '../../kernel/version.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // What a test reads of an answer is checked by the test.
  // biome-ignore lint/suspicious/noExplicitAny: JSON of any shape
  readonly body: any;
}

export interface Sent {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** To see a redirection itself; else it is followed. */
  readonly redirect?: 'manual';
}

export interface Call {
  readonly headers?: Readonly<Record<string, string>>;
  readonly tenant?: string;
}

/** A running Summit of its own, and hands to use it as its users would: over HTTP, by handle. */
export interface TestSummit {
  readonly summit: Summit;
  readonly config: Config;
  get(handle: string, path: string, call?: Call): Promise<Answer>;
  post(handle: string, path: string, body?: unknown, call?: Call): Promise<Answer>;
  put(handle: string, path: string, body?: unknown, call?: Call): Promise<Answer>;
  patch(handle: string, path: string, body?: unknown, call?: Call): Promise<Answer>;
  send(method: string, path: string, init?: Sent): Promise<Answer>;
  token(handle: string, tenant?: string): Promise<string>;
  userId(handle: string, tenant?: string): Promise<string>;
  /** Moves the database's clock, which in production nothing does. */
  advance(duration: { minutes?: number; hours?: number }): void;
  /** Runs a job of a pack now. @returns how many subjects it acted on */
  runJob(id: string, tenant?: string): Promise<number>;
  /** SQL as the app works: its role, one tenant, its own transaction. */
  asApp(sql: string, values?: readonly unknown[], tenant?: string): Promise<Record<string, unknown>[]>;
  /** SQL as the owner of the database. */
  asOwner(sql: string): Promise<Record<string, unknown>[]>;
  /** What nobody may do: SQL on one table with its row-level security and its triggers off. */
  tamper(table: string, sql: string): Promise<void>;
  close(): Promise<void>;
}

const TENANT = 'demo-external';
const root = new URL('../..', import.meta.url).pathname;

/**
 * On PostgreSQL where DATABASE_URL names one (each Summit gets a database of its own), else embedded and in memory.
 * @param startsAt what the database's clock says when it starts, where it is to be another time than now
 */
export async function testSummit(change: (config: Config) => Config = (config) => config, startsAt?: string): Promise<TestSummit> {
  const dataDir = mkdtempSync(join(tmpdir(), 'summit-test-'));
  const database = await freshDatabase();
  const config = change(loadConfig({ PORT: '0', NODE_ENV: 'test', SUMMIT_DATA_DIR: dataDir, DATABASE_URL: database?.url }, root));
  let shift = startsAt === undefined ? 0 : Date.parse(startsAt) - Date.now();
  const production = config.environment.NODE_ENV === 'production';
  const summit = await startSummit(config, {
    log: createLog(process.env.LOG_LEVEL ?? 'silent'),
    ...(database ? {} : { engine: embeddedDriver(await migrated()) }),
    ...(production ? {} : { clockShift: () => shift }),
  });
  const { services } = summit;
  const tokens = new Map<string, Promise<string>>();

  async function send(method: string, path: string, init: Sent = {}): Promise<Answer> {
    const response = await fetch(summit.url + path, { method, ...init });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json');
    return { status: response.status, headers: response.headers, body: isJson && text !== '' ? JSON.parse(text) : text };
  }

  function token(handle: string, tenant = TENANT): Promise<string> {
    const key = `${tenant}/${handle}`;
    const known = tokens.get(key) ?? services.commands.token({ tenant, user: handle }).then((issued) => issued.token);
    tokens.set(key, known);
    return known;
  }

  async function call(method: string, handle: string, path: string, body: unknown, { headers = {}, tenant }: Call = {}): Promise<Answer> {
    const authorization = `Bearer ${await token(handle, tenant)}`;
    const json = body === undefined ? {} : { body: JSON.stringify(body) };
    return send(method, path, { headers: { authorization, 'content-type': 'application/json', ...headers }, ...json });
  }

  const asOwner = (sql: string): Promise<Record<string, unknown>[]> => services.database.orm.em.getConnection().execute(sql);

  return {
    summit,
    config,
    send,
    token,
    get: (handle, path, options) => call('GET', handle, path, undefined, options),
    post: (handle, path, body = {}, options) => call('POST', handle, path, body, options),
    put: (handle, path, body = {}, options) => call('PUT', handle, path, body, options),
    patch: (handle, path, body = {}, options) => call('PATCH', handle, path, body, options),
    async userId(handle, tenant) {
      const { body } = await call('GET', handle, '/me', undefined, tenant === undefined ? {} : { tenant });
      return body.id;
    },
    advance({ minutes = 0, hours = 0 }) {
      shift += (minutes + hours * 60) * 60_000;
    },
    async runJob(id, tenant = TENANT) {
      for (const pack of services.packs.all) {
        const job = pack.jobs.find((candidate) => candidate.id === id);
        if (job) return services.jobs.run(pack.id, job, tenant);
      }
      throw new Error(`no pack has a job ${id}`);
    },
    asApp: (sql, values = [], tenant = TENANT) =>
      services.database.transaction(tenant, 'write', async (tx) => {
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
    async close() {
      await summit.close();
      await database?.drop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

let dump: Promise<Blob> | undefined;

/** The embedded database as the first start leaves it, of which each Summit gets a copy: to make it takes seconds. */
function migrated(): Promise<Blob> {
  dump ??= dumpMigrated();
  return dump;
}

async function dumpMigrated(): Promise<Blob> {
  const { packPaths } = loadConfig({ NODE_ENV: 'test' }, root);
  const engine = embeddedDriver(null);
  const packs = await loadPacks(packPaths, VERSION);
  const database = await openDatabase({ engine, packs: [{ id: KERNEL_PACK, entities: kernelEntities, migrations: [] }, ...packs.all] });
  try {
    await database.migrate();
    return await engine.postgres.dump();
  } finally {
    await database.close();
  }
}

/** A database of its own on the server that DATABASE_URL names; null where none is named. */
export async function freshDatabase(): Promise<{ url: string; drop(): Promise<void> } | null> {
  const server = process.env.DATABASE_URL;
  if (!server) return null;
  const name = `summit_test_${process.pid}_${Math.random().toString(36).slice(2, 10)}`;
  await administer(server, `CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => dropped(server, name) };
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
