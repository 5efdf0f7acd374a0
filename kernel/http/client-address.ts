import type { Middleware } from 'koa';
import { Networks } from '../networks.ts';

/**
 * Makes `ctx.ip` the address that a request came from. Whoever sends a request may write X-Forwarded-For as they like, so it is believed
 * from the end, and only as far as those that added to it are proxies that the operator named.
 */
export function clientAddress(trustedProxies: readonly string[]): Middleware {
  const proxies = new Networks(trustedProxies);
  return (ctx, next) => {
    if (trustedProxies.length > 0) {
      const hops = [
        ...ctx
          .get('X-Forwarded-For')
          .split(',')
          .map((hop) => hop.trim())
          .filter((hop) => hop !== ''),
        ctx.request.ip,
      ];
      ctx.request.ip = hops.findLast((hop) => !proxies.has(hop)) ?? hops[0] ?? ctx.request.ip;
    }
    return next();
  };
}
