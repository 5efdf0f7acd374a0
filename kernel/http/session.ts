import Router from '@koa/router';
import type { Access } from '../identity/access.ts';
import { narrowed } from '../identity/scope.ts';
import type { SignIns } from '../identity/sign-ins.ts';
import type { RouteServices } from './routes.ts';
import { clearSessionCookie, credentialOf, sessionOf } from './session-cookie.ts';

type SessionServices = Pick<RouteServices, 'sessions' | 'rateLimit' | 'lockout'> & { readonly access: Access; readonly signIns: SignIns };

/** What a page may know of the session that its cookie stands for, and the end of it. */
export function sessionRoutes({ sessions, access, rateLimit, lockout, signIns }: SessionServices): Router {
  const router = new Router();

  router.get('/session', async (ctx) => {
    const { tenant, userId, csrfToken, expiresAt, scope, signIn } = await sessionOf(ctx, { sessions, lockout });
    await rateLimit.count({ tenant, userId });
    const person = await access.principal(tenant, userId);
    const { actor } = scope ? narrowed(person, scope) : person;
    const by = signIns.find(signIn);
    ctx.body = {
      tenant,
      user: { id: actor.id, handle: actor.handle, roles: actor.roles },
      csrf_token: csrfToken,
      expires_at: expiresAt,
      sign_in: by && { id: by.id, title: by.title },
    };
  });

  router.post('/sign-out', async (ctx) => {
    await sessionOf(ctx, { sessions, lockout });
    await sessions.end(credentialOf(ctx));
    clearSessionCookie(ctx);
    ctx.status = 204;
  });

  return router;
}
