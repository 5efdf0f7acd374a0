import type { Context, Middleware } from 'koa';
import type { Logger } from 'pino';
import { newId } from '../ids.ts';
import type { Metrics } from '../metrics.ts';
import { withLogFields } from '../telemetry/scope.ts';
import { inServerSpan } from '../telemetry/server-span.ts';

/** Gives each request its id, and tells of it: in the metrics, in the log and, where they are exported, among the traces. */
export function observe(metrics: Metrics, log: Logger): Middleware {
  return (ctx, next) => {
    const sent = ctx.get('X-Request-Id');
    const requestId = /^[\x21-\x7e]{1,128}$/.test(sent) ? sent : newId();
    ctx.set('X-Request-Id', requestId);
    const started = performance.now();
    const answer = async () => {
      await next();
      const route = routeOf(ctx);
      const seconds = (performance.now() - started) / 1_000;
      metrics.request({ method: ctx.method, route: route ?? '(none)', status: ctx.status }, seconds);
      log.debug({ method: ctx.method, path: ctx.path, status: ctx.status, ms: Math.round(seconds * 1_000) }, 'request');
      return route;
    };
    return withLogFields({ request_id: requestId }, () => inServerSpan(ctx, requestId, answer));
  };
}

/** As it was declared, such as `/x/:id`; undefined where none matched. */
function routeOf(ctx: Context): string | undefined {
  const route = (ctx as { _matchedRoute?: unknown })._matchedRoute;
  return typeof route === 'string' ? route : undefined;
}
