import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Pack } from '../sdk/index.ts';
import { announceServer, withdrawServer } from './cli/server-file.ts';
import { closeInTurn } from './close-in-turn.ts';
import type { Config } from './config/config.ts';
import { createServices, type Foundations, type Services } from './container.ts';
import { corePack } from './core/core-pack.ts';
import { dashboardQuery } from './dashboards/query.ts';
import { assertAppLogin, assertModestAppLogin } from './database/app-login.ts';
import { openDatabase } from './database/database.ts';
import { type Engine, openEngine } from './database/engine.ts';
import { assertSession } from './database/session-check.ts';
import { evidenceQuery } from './evidence/query.ts';
import { createApp } from './http/app.ts';
import { HttpServer } from './http/server.ts';
import { LocalTokens } from './identity/tokens.ts';
import { openLog } from './log/open.ts';
import { createLog } from './log.ts';
import { openPacks, ownersOfTables } from './packs/open.ts';
import { failThoseThatThrow } from './packs/settings.ts';
import { Bundles } from './policy/bundles.ts';
import { tracedDatabase } from './telemetry/traced.ts';
import { openTraces, type TraceExport } from './telemetry/traces.ts';
import { VERSION } from './version.ts';

export interface Kernel {
  readonly services: Foundations & Services;
  close(): Promise<void>;
}

export interface Summit extends Kernel {
  readonly url: string;
  /**
   * Says at /readyz that it is about to stop, and goes on answering, so that a load balancer has heard of it before anybody is turned away.
   * @param ms for so long
   */
  leave(ms: number): Promise<void>;
  /** Answers what is underway and takes nothing new. */
  stopListening(): Promise<void>;
}

export interface Overrides {
  readonly log?: Logger;
  /** null: an embedded database in memory, and no lock on the data directory. */
  readonly databaseDir?: string | null;
  /** Opened beforehand, to open while this module loads. It is closed with the kernel. */
  readonly engine?: Engine;
  /** Milliseconds by which the database's clock is shifted. Refused in production. */
  readonly clockShift?: () => number;
  /** For tests: puts something else in the place of what a pack declares. Refused in production. */
  readonly rig?: (pack: Pack) => Pack;
  /** For tests: nothing happens by the clock, no job and no sweep of the outbox, unless it is called; or these jobs do not. Refused in production. */
  readonly idle?: boolean | readonly string[];
  /** Called when the tenants are as configured, before any job runs and anybody is listened to. */
  readonly opened?: (services: Kernel['services']) => Promise<void>;
}

/** Opens everything but the HTTP server: configuration, database, packs, services, tenants. */
export async function openKernel(config: Config, overrides: Overrides = {}): Promise<Kernel> {
  const { environment } = config;
  if (environment.NODE_ENV === 'production') assertGenuine(overrides);
  const log = overrides.log ?? createLog(environment.LOG_LEVEL);
  const databaseDir = overrides.databaseDir === undefined ? config.dataDir : overrides.databaseDir;
  const engine = overrides.engine ?? openEngine(environment, databaseDir);
  try {
    const [{ packs, policies }, tokens, logFoundations] = await Promise.all([
      openPacks(config, overrides.rig),
      LocalTokens.open(config.dataDir, config.origin, environment.SUMMIT_TOKEN_KEY),
      openLog(config),
    ]);
    const bundles = new Bundles(policies);
    const database = tracedDatabase(
      await openDatabase({
        engine,
        appUrl: environment.SUMMIT_APP_DATABASE_URL,
        packs: ownersOfTables(packs),
        ...(overrides.clockShift ? { clockShift: overrides.clockShift } : {}),
      }),
    );
    try {
      const appUrl = environment.NODE_ENV === 'production' ? environment.SUMMIT_APP_DATABASE_URL : undefined;
      // A start that is refused has changed nothing, as far as that can be told before there are tables.
      if (appUrl !== undefined) await assertModestAppLogin(appUrl);
      for (const { id, reason } of (await database.migrate()).failed) packs.fail(id, reason);
      await assertSession(environment);
      if (appUrl !== undefined) await assertAppLogin(appUrl);
      await bundles.store(database, policies);
      const services = createServices({
        config,
        log,
        database,
        packs,
        bundles,
        version: VERSION,
        tokens,
        ...logFoundations,
        controlSecret: randomBytes(32).toString('base64url'),
      });
      packs.install(corePack(services), ({ evidence, dashboards }) => [
        ...evidence.map((declared) => evidenceQuery(declared, services)),
        ...dashboards.map((declared) => dashboardQuery(declared, services)),
      ]);
      failThoseThatThrow(packs, config.tenants, log);
      for (const { id, reason } of packs.failed) log.error({ pack: id, reason }, 'pack failed and is disabled');
      packs.skus();
      await services.tenants.apply(config.tenants);
      await overrides.opened?.(services);
      return {
        services,
        close: () =>
          closeInTurn([
            () => services.seeding.stop(),
            () => services.jobs.stop(),
            () => services.outbox.stop(),
            () => services.transparencyLog.stop(),
            () => database.close(),
          ]),
      };
    } catch (error) {
      await database.close();
      throw error;
    }
  } catch (error) {
    if ('close' in engine) await engine.close();
    throw error;
  }
}

/** @throws Error for what only tests may do */
function assertGenuine({ clockShift, rig, idle }: Overrides): void {
  if (clockShift) throw new Error('the clock cannot be shifted in production');
  if (rig) throw new Error('packs cannot be rigged in production');
  if (idle) throw new Error('a server cannot be idle in production');
}

/** The kernel with its HTTP server and its jobs. Resolves when it is ready. */
export async function startSummit(config: Config, overrides: Overrides = {}): Promise<Summit> {
  const kernel = await openKernel(config, overrides);
  const { services } = kernel;
  const { HOST, PORT } = config.environment;
  let server: HttpServer | null = null;
  let traces: TraceExport | null = null;
  const stopListening = async () => {
    // Streams have no end of their own that could be waited for.
    services.live.stop();
    await server?.drain();
  };
  const closings = [() => services.jobs.leave(), stopListening, () => kernel.close(), () => traces?.stop()];
  try {
    traces = await openTraces(config.traces, services.log);
    for (const tenant of await services.tenants.ids()) services.metrics.unwatched(tenant);
    server = await HttpServer.listening(createApp(services).callback(), HOST, PORT);
    const url = `http://${HOST.includes(':') ? `[${HOST}]` : HOST}:${server.port}`;
    const { idle = false } = overrides;
    if (idle !== true) services.jobs.start(idle || []);
    announceServer(config.dataDir, { url, secret: services.controlSecret, pid: process.pid });
    return {
      services,
      url,
      async leave(ms) {
        services.readiness.leave();
        services.jobs.leave();
        server?.letGoOfClients();
        await sleep(ms);
      },
      stopListening,
      close: () => closeInTurn([() => withdrawServer(config.dataDir), ...closings]),
    };
  } catch (error) {
    await closeInTurn(closings).catch((lost: unknown) => services.log.warn({ err: lost }, 'a start that failed has left something open'));
    throw error;
  }
}
