import { Migrator } from '@mikro-orm/migrations';
import { MikroORM } from '@mikro-orm/postgresql';
import { PGliteDialect } from 'kysely';
import type { Entity } from '../../sdk/index.ts';
import { closeInTurn } from '../close-in-turn.ts';
import type { Engine } from './engine.ts';
import { DatabaseUnavailable, isUnavailable } from './errors.ts';
import { type Hearer, Listener } from './listener.ts';
import { type MigrationOwner, type MigrationResult, makePartitions, migrate, migrationList } from './migrate.ts';
import { MIGRATIONS_TABLE } from './migration-record.ts';
import { postgresDriver } from './postgres.ts';

export type Row = Record<string, unknown>;

/** One transaction of one tenant. Queries are sent in the order of the calls and may be sent without waiting for one another. */
export interface Transaction {
  query<R extends object = Row>(text: string, values?: readonly unknown[]): Promise<R[]>;
  /** The last statement, sent together with COMMIT. Any error here means: not committed. */
  commitWith<R extends object = Row>(text: string, values: readonly unknown[]): Promise<R[]>;
}

export type Mode = 'read' | 'write';

/** What the two engines differ in. */
export interface Driver {
  transaction<T>(prologue: string, work: (tx: Transaction) => Promise<T>): Promise<T>;
  ping(): Promise<void>;
}

export interface Database {
  readonly orm: MikroORM;
  readonly embedded: boolean;
  /**
   * Runs `work` as the app's role, for one tenant. In write mode nothing is kept unless `work` ends with `commitWith`;
   * in read mode the database refuses every write, and all reads see one moment.
   * @throws DatabaseUnavailable
   */
  transaction<T>(tenant: string, mode: Mode, work: (tx: Transaction) => Promise<T>): Promise<T>;
  ping(): Promise<void>;
  /** To hear what is notified on a channel, once it is started; null where no session is to be had. */
  listener(channel: string, hearer: Hearer): Listener | null;
  /** Applies what is pending, as the owner, and makes the partitions of the months ahead. */
  migrate(): Promise<MigrationResult>;
  /** The same partitions, for a server that runs for months. */
  makePartitions(): Promise<void>;
  close(): Promise<void>;
}

const POOL_SIZE = 20;

export interface DatabaseOptions {
  readonly engine: Engine;
  /** Where an operator keeps owner and app apart; else the owner's connection takes the app's role in each transaction. */
  readonly appUrl?: string | undefined;
  /** What has tables: their entities and migrations, in the order of their dependencies. */
  readonly packs: readonly (MigrationOwner & { readonly entities: readonly Entity<never>[] })[];
  /** Milliseconds added to the database's clock; tests only. */
  readonly clockShift?: () => number;
  readonly poolSize?: number;
}

export async function openDatabase({ engine, ...options }: DatabaseOptions): Promise<Database> {
  const embedded = 'postgres' in engine;
  const poolSize = options.poolSize ?? POOL_SIZE;
  const orm = await MikroORM.init({
    extensions: [Migrator],
    entities: options.packs.flatMap(({ entities }) => entities.map(({ schema }) => schema)),
    migrations: { migrationsList: migrationList(options.packs), tableName: MIGRATIONS_TABLE, snapshot: false, silent: true },
    ...(embedded
      ? { dbName: 'postgres', driverOptions: new PGliteDialect({ pglite: engine.postgres }) }
      : { clientUrl: engine.directUrl ?? engine.url }),
    pool: { max: poolSize },
    forceUtcTimezone: true,
    ensureDatabase: false,
    debug: false,
  });
  const driver: Driver & { close(): Promise<void> } = embedded
    ? engine
    : postgresDriver({ url: options.appUrl ?? engine.url, isPooled: engine.isPooled, poolSize });
  const listenerUrl = embedded ? null : engine.isPooled ? engine.directUrl : (options.appUrl ?? engine.url);
  const shift = options.clockShift;
  return {
    orm,
    embedded,
    async transaction(tenant, mode, work) {
      let committing = false;
      try {
        return await driver.transaction(prologue(tenant, mode, shift?.() ?? 0), (tx) =>
          work({
            query: (text, values) => tx.query(text, values),
            commitWith<R extends object>(text: string, values: readonly unknown[]) {
              committing = true;
              return tx.commitWith<R>(text, values);
            },
          }),
        );
      } catch (error) {
        throw isUnavailable(error) ? new DatabaseUnavailable(committing) : error;
      }
    },
    ping: () => driver.ping(),
    listener: (channel, hearer) => (listenerUrl === null ? null : new Listener(listenerUrl, channel, hearer)),
    migrate: () => migrate(orm, options.packs, embedded),
    makePartitions: () => makePartitions(orm, embedded),
    close: () => closeInTurn([() => orm.close(true), () => driver.close()]),
  };
}

/** Tenant ids are slugs, checked when configuration is read; nothing else may reach the text of a statement. */
function prologue(tenant: string, mode: Mode, shiftMs: number): string {
  if (!/^[a-z0-9][a-z0-9-]*$/.test(tenant)) throw new TypeError(`"${tenant}" is not a tenant id`);
  const clock = shiftMs === 0 ? '' : `SET LOCAL summit.clock_shift = '${Math.trunc(shiftMs)} milliseconds';`;
  // Writes have few shapes, so their plans are kept; a foreign key to a partitioned table would else be planned each time.
  const access = mode === 'read' ? 'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;' : 'SET LOCAL plan_cache_mode = force_generic_plan;';
  return `${access}SET LOCAL ROLE summit_app;${clock}SET LOCAL summit.tenant = '${tenant}'`;
}
