import Router from '@koa/router';
import type { Access } from '../identity/access.ts';
import type { RouteServices } from './routes.ts';
import { clearSessionCookie, credentialOf, sessionOf } from './session-cookie.ts';

type SessionServices = Pick<RouteServices, 'sessions' | 'rateLimit'> & { readonly access: Access };

/** What a page may know of the session that its cookie stands for, and the end of it. */
export function sessionRoutes({ sessions, access, rateLimit }: SessionServices): Router {
  const router = new Router();

  router.get('/session', async (ctx) => {
    const { tenant, userId, csrfToken, expiresAt } = await sessionOf(ctx, sessions);
    await rateLimit.count({ tenant, userId });
    const { actor } = await access.principal(tenant, userId);
    ctx.body = { tenant, user: { id: actor.id, handle: actor.handle, roles: actor.roles }, csrf_token: csrfToken, expires_at: expiresAt };
  });

  router.post('/sign-out', async (ctx) => {
    await sessionOf(ctx, sessions);
    await sessions.end(credentialOf(ctx));
    clearSessionCookie(ctx);
    ctx.status = 204;
  });

  return router;
}
