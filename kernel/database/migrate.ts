import type { MigrationObject } from '@mikro-orm/core';
import { Migration } from '@mikro-orm/migrations';
import type { MikroORM } from '@mikro-orm/postgresql';
import type { MigrationStep } from '../../sdk/index.ts';
import { BRIEF_LOCKS, TablesInUse, withBriefLocks } from './brief-locks.ts';
import { digestOfStep, type Executed, executedIn, recordDigests } from './migration-record.ts';
import { kernelMigrations } from './migrations.ts';

export interface MigrationOwner {
  readonly id: string;
  readonly migrations: readonly MigrationStep[];
  /** By id, whose tables its own may build on. */
  readonly requires?: Readonly<Record<string, string>>;
}

/** What the kernel's own are recorded under. */
export const KERNEL_OWNER = 'kernel';

const kernel: MigrationOwner = { id: KERNEL_OWNER, migrations: kernelMigrations };

/** Three months, beside the one that is. */
const MAKE_PARTITIONS = 'SELECT summit_make_partitions(3)';

/** The kernel's migrations, then each pack's, as MikroORM's classes. Packs come in the order of their dependencies. */
export function migrationList(packs: readonly MigrationOwner[]): MigrationObject[] {
  return [kernel, ...packs].flatMap((owner) => owner.migrations.map((step) => ({ name: nameOf(owner, step), class: asClass(step) })));
}

export interface MigrationResult {
  readonly applied: readonly string[];
  /** Packs whose migrations could not be applied, and those that require them. */
  readonly failed: readonly { readonly id: string; readonly reason: string }[];
}

/**
 * Brings the database up to this code, as its owner, one process at a time.
 * @throws Error where the kernel's own migrations fail, or are of a newer version than this code, or have changed since they ran
 */
export async function migrate(orm: MikroORM, packs: readonly MigrationOwner[], embedded: boolean): Promise<MigrationResult> {
  await createRole(orm);
  return alone(orm, embedded, async () => {
    const result = await applyAll(orm, packs);
    await addPartitions(orm);
    return result;
  });
}

/** The partitions of the months ahead: a server that is never restarted makes more each night. */
export async function makePartitions(orm: MikroORM, embedded: boolean): Promise<void> {
  await alone(orm, embedded, () => addPartitions(orm));
}

async function addPartitions(orm: MikroORM): Promise<void> {
  const connection = orm.em.getConnection();
  await withBriefLocks('making partitions', () =>
    connection.transactional(async (transaction) => {
      await connection.execute(BRIEF_LOCKS, [], 'run', transaction);
      await connection.execute(MAKE_PARTITIONS, [], 'run', transaction);
    }),
  );
}

/** One process at a time. The row's lock lasts as long as this transaction; the work runs beside it on connections of its own. */
async function alone<T>(orm: MikroORM, embedded: boolean, work: () => Promise<T>): Promise<T> {
  if (embedded) return work();
  const connection = orm.em.getConnection();
  await connection.execute('CREATE TABLE IF NOT EXISTS summit_migrating (id integer PRIMARY KEY)').catch(ignoreRace);
  await connection.execute('INSERT INTO summit_migrating VALUES (1) ON CONFLICT DO NOTHING');
  return connection.transactional(async (lock) => {
    await connection.execute('SELECT id FROM summit_migrating FOR UPDATE', [], 'all', lock);
    return work();
  });
}

async function applyAll(orm: MikroORM, packs: readonly MigrationOwner[]): Promise<MigrationResult> {
  const executed = await executedIn(orm);
  const applied = await applyOne(orm, kernel, executed);
  const sound = [kernel];
  const failed: { id: string; reason: string }[] = [];
  for (const pack of packs) {
    const missing = failed.find(({ id }) => Object.hasOwn(pack.requires ?? {}, id));
    if (missing) {
      failed.push({ id: pack.id, reason: `it requires ${missing.id}, which failed: ${missing.reason}` });
      continue;
    }
    try {
      applied.push(...(await applyOne(orm, pack, executed)));
      sound.push(pack);
    } catch (error) {
      // Nothing is wrong with the pack.
      if (error instanceof TablesInUse) throw error;
      failed.push({ id: pack.id, reason: `its migrations failed: ${(error as Error).message}` });
    }
  }
  const unrecorded = new Map(sound.flatMap(digestsOf).filter(([name]) => executed.get(name) === null));
  if (unrecorded.size > 0) await recordDigests(orm, unrecorded);
  return { applied, failed };
}

/**
 * The pending migrations of one owner, a transaction each: locks are held for one of them, and where one fails the next start goes on with it.
 * @throws Error where the database has one that this code does not know, or one that has run says something else now
 * @throws TablesInUse
 */
async function applyOne(orm: MikroORM, owner: MigrationOwner, executed: Executed): Promise<string[]> {
  const { pending, faults } = standingOf(owner, executed);
  const [fault] = faults;
  if (fault !== undefined) throw new Error(fault);
  const digests = new Map(digestsOf(owner));
  for (const name of pending) {
    await withBriefLocks(`the migration ${name}`, () => orm.migrator.up({ migrations: [name] }));
    await recordDigests(orm, new Map([...digests].filter(([recorded]) => recorded === name)));
  }
  return [...pending];
}

export interface MigrationStanding {
  /** Names of those that have not run. */
  readonly pending: readonly string[];
  /** Why others keep this code from the database, with what mends it. */
  readonly faults: readonly string[];
}

/** How the database stands to this code, with nothing done to it. */
export async function migrationStanding(orm: MikroORM, packs: readonly MigrationOwner[]): Promise<MigrationStanding> {
  const executed = await executedIn(orm);
  const standings = [kernel, ...packs].map((owner) => standingOf(owner, executed));
  return { pending: standings.flatMap(({ pending }) => pending), faults: standings.flatMap(({ faults }) => faults) };
}

function standingOf(owner: MigrationOwner, executed: Executed): MigrationStanding {
  const digests = new Map(digestsOf(owner));
  const newer = [...executed.keys()].filter((name) => name.startsWith(`${owner.id}/`) && !digests.has(name));
  const changed = [...digests].flatMap(([name, digest]) => ((executed.get(name) ?? digest) === digest ? [] : [name]));
  return {
    pending: [...digests.keys()].filter((name) => !executed.has(name)),
    faults: [
      ...(newer.length > 0
        ? [`the database is newer than this code, it has ${newer.join(', ')}: start the version that made them, or a later one`]
        : []),
      ...(changed.length > 0
        ? [
            `${changed.join(', ')} has run in this database and was changed since: put it back as it was, and what is to be otherwise into a new ` +
              'migration beside it. Where nothing is to be kept, npx summit reset-demo begins anew',
          ]
        : []),
    ],
  };
}

/**
 * The role that the app works as. It belongs to the cluster, so another database may have made it already. Since
 * PostgreSQL 16 whoever creates a role may administer it, and must still grant themselves to become it.
 */
async function createRole(orm: MikroORM): Promise<void> {
  await orm.em.getConnection().execute(`DO $$
    DECLARE becomes boolean;
    BEGIN
      IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'summit_app') THEN CREATE ROLE summit_app NOLOGIN; END IF;
      IF current_setting('server_version_num')::integer >= 160000
        THEN becomes := pg_has_role(current_user, 'summit_app', 'SET');
        ELSE becomes := pg_has_role(current_user, 'summit_app', 'MEMBER');
      END IF;
      IF NOT becomes THEN EXECUTE format('GRANT summit_app TO %I', current_user); END IF;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
    END $$`);
}

function digestsOf(owner: MigrationOwner): readonly (readonly [name: string, digest: string])[] {
  return owner.migrations.map((step) => [nameOf(owner, step), digestOfStep(step)]);
}

function nameOf(owner: MigrationOwner, step: MigrationStep): string {
  return `${owner.id}/${step.name}`;
}

/** Two processes creating the same table at once: the loser finds it there. */
function ignoreRace(error: unknown): void {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code !== '23505' && code !== '42P07') throw error;
}

function asClass(step: MigrationStep) {
  return class extends Migration {
    override up(): void {
      this.addSql(BRIEF_LOCKS);
      for (const statement of step.statements) this.addSql(statement);
    }
  };
}
