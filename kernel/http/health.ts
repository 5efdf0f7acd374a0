import Router from '@koa/router';
import type { Database } from '../database/database.ts';
import type { TransparencyLog } from '../log/log.ts';
import type { Metrics } from '../metrics.ts';
import type { PackRegistry } from '../packs/registry.ts';
import type { Readiness } from './readiness.ts';

/** What probes and scrapers ask; no token needed. */
export function healthRoutes({
  database,
  packs,
  metrics,
  transparencyLog,
  readiness,
}: {
  database: Database;
  packs: PackRegistry;
  metrics: Metrics;
  transparencyLog: Pick<TransparencyLog, 'halted'>;
  readiness: Pick<Readiness, 'isLeaving'>;
}): Router {
  const router = new Router();

  router.get('/livez', (ctx) => {
    ctx.body = { status: 'ok' };
  });

  /** Ready when the database answers and no stop has begun. A pack that failed and a log that stands still are told here, but all else works, so they do not make us unready. */
  router.get('/readyz', async (ctx) => {
    const reachable = await database.ping().then(
      () => true,
      () => false,
    );
    const { isLeaving } = readiness;
    ctx.status = reachable && !isLeaving ? 200 : 503;
    ctx.body = {
      status: isLeaving ? 'stopping' : reachable ? 'ok' : 'unavailable',
      checks: {
        database: reachable ? 'ok' : 'unreachable',
        logs: transparencyLog.halted.size === 0 ? 'ok' : `${transparencyLog.halted.size} halted`,
      },
      packs: packs.all.map(({ id, version }) => ({ id, version })),
      failed_packs: packs.failed,
    };
  });

  router.get('/metrics', async (ctx) => {
    ctx.type = metrics.registry.contentType;
    ctx.body = await metrics.registry.metrics();
  });

  return router;
}
