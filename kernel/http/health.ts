import Router from '@koa/router';
import type { Database } from '../database/database.ts';
import type { Metrics } from '../metrics.ts';
import type { PackRegistry } from '../packs/registry.ts';

/** What probes and scrapers ask; no token needed. */
export function healthRoutes({ database, packs, metrics }: { database: Database; packs: PackRegistry; metrics: Metrics }): Router {
  const router = new Router();

  router.get('/livez', (ctx) => {
    ctx.body = { status: 'ok' };
  });

  /** Ready when the database answers. A pack that failed is named here, but the others work, so it does not make us unready. */
  router.get('/readyz', async (ctx) => {
    const reachable = await database.ping().then(
      () => true,
      () => false,
    );
    ctx.status = reachable ? 200 : 503;
    ctx.body = {
      status: reachable ? 'ok' : 'unavailable',
      checks: { database: reachable ? 'ok' : 'unreachable' },
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
