import { isIP } from 'node:net';
import type { Middleware } from 'koa';
import { Networks } from '../networks.ts';

/** What some proxies write: `203.0.113.7:51234`, `[2001:db8::1]:443`, and that without a port. */
const WITH_PORT = /^\[([^\]]*)\](?::\d+)?$|^([^:]*):\d+$/;

/**
 * Makes `ctx.ip` the address that a request came from. Whoever sends a request may write X-Forwarded-For as they like, so it is believed
 * from the end, and only as far as those that added to it are proxies that the operator named. Where a proxy has written what is no
 * address, all that is known is who has connected to us.
 */
export function clientAddress(trustedProxies: readonly string[]): Middleware {
  const proxies = new Networks(trustedProxies);
  return (ctx, next) => {
    if (trustedProxies.length > 0) {
      const peer = ctx.request.ip;
      const written = ctx.get('X-Forwarded-For').split(',').map(addressIn);
      const hops = [...written.filter((hop) => hop !== ''), peer];
      const client = hops.findLast((hop) => isIP(hop) === 0 || !proxies.has(hop)) ?? hops[0] ?? peer;
      ctx.request.ip = isIP(client) === 0 ? peer : client;
    }
    return next();
  };
}

/** Without its port, which is another for each connection. */
function addressIn(hop: string): string {
  const text = hop.trim();
  const [, bracketed, dotted] = WITH_PORT.exec(text) ?? [];
  return bracketed ?? dotted ?? text;
}
