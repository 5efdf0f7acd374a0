import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Config } from '../../kernel/config/config.ts';
import { createLog } from '../../kernel/log.ts';
import { type Overrides, type Summit, startSummit } from '../../kernel/main.ts';
import { freshDatabase } from './fresh-database.ts';
import { embeddedFrom } from './migrated.ts';
import { keepSnapshot, restoreFiles, snapshotFor } from './snapshots.ts';

/** Where a Summit of a test has its data. */
export interface Place {
  readonly dataDir: string;
  /** undefined for the embedded database, in memory. */
  readonly databaseUrl: string | undefined;
}

export interface Duration {
  readonly minutes?: number;
  readonly hours?: number;
  readonly days?: number;
}

/** A real kernel with its HTTP server, on data of its own. */
export interface TestKernel {
  readonly summit: Summit;
  readonly config: Config;
  /** Moves the database's clock, which in production nothing does. */
  advance(duration: Duration): void;
  /** Runs a job of a pack now. @returns how many subjects it acted on */
  runJob(id: string, tenant: string): Promise<number>;
  close(): Promise<void>;
}

export interface StartOptions {
  /** What the database's clock says when it starts, RFC 3339; now, unless said. */
  readonly startsAt?: string | undefined;
  readonly rig?: Overrides['rig'];
  /** Nothing happens by the clock, or these jobs do not: what runs, the test runs. */
  readonly idle?: boolean | readonly string[];
  /** Where its log goes; to stderr from LOG_LEVEL on, unless said. */
  readonly log?: Logger | undefined;
}

/**
 * On PostgreSQL where DATABASE_URL names one (each gets a database of its own), else embedded and in memory. What is configured like
 * an earlier one of this process starts from a copy of it, in a fraction of the time: with the same keys and ids, and nothing else of it.
 */
export async function startTestKernel(
  configure: (place: Place) => Config,
  { startsAt, rig, idle = false, log }: StartOptions = {},
): Promise<TestKernel> {
  const dataDir = mkdtempSync(join(tmpdir(), 'summit-test-'));
  const database = await freshDatabase();
  const cleanUp = async () => {
    await database?.drop();
    rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    const config = configure({ dataDir, databaseUrl: database?.url });
    let shift = startsAt === undefined ? 0 : Date.parse(startsAt) - Date.now();
    const summit = await startSummit(config, {
      log: log ?? createLog(process.env.LOG_LEVEL ?? 'silent'),
      ...(database ? {} : await onEmbedded(config, startsAt === undefined)),
      ...(config.environment.NODE_ENV === 'production' ? {} : { clockShift: () => shift, idle }),
      ...(rig ? { rig } : {}),
    });
    return {
      summit,
      config,
      advance({ minutes = 0, hours = 0, days = 0 }) {
        shift += (minutes + (hours + days * 24) * 60) * 60_000;
      },
      runJob: (id, tenant) => runJob(summit, id, tenant),
      async close() {
        await summit.close();
        await cleanUp();
      },
    };
  } catch (error) {
    await cleanUp();
    throw error;
  }
}

/** @param isNow only what begins by the clock as it is can be copied */
async function onEmbedded(config: Config, isNow: boolean): Promise<Pick<Overrides, 'engine' | 'opened'>> {
  const snapshot = isNow ? snapshotFor(config) : undefined;
  if (snapshot) restoreFiles(snapshot, config.dataDir);
  const engine = await embeddedFrom(snapshot?.database);
  return { engine, ...(snapshot || !isNow ? {} : { opened: (services) => keepSnapshot(config, services, engine) }) };
}

/** @throws Error where no pack has the job */
async function runJob({ services }: Summit, id: string, tenant: string): Promise<number> {
  for (const pack of services.packs.all) {
    const job = pack.jobs.find((candidate) => candidate.id === id);
    if (job) return services.jobs.run(pack.id, job, tenant);
  }
  throw new Error(`no pack has a job ${id}`);
}
