import Router from '@koa/router';
import { Problem, Strict, Type } from '../../sdk/index.ts';
import type { Access } from '../identity/access.ts';
import type { Live } from '../live/live.ts';
import { assertValid } from '../validation.ts';
import { type Authentication, identify } from './routes.ts';

const EVENTS = '/events';

const Query = Strict({
  after: Type.Optional(
    Type.String({ maxLength: 100, description: 'As Last-Event-ID, where a client cannot send that: which wins if both are there' }),
  ),
});

type EventServices = Authentication & { readonly access: Access; readonly live: Live };

/** `GET /events`: what happens in the tenant, as server-sent events. */
export function eventRoutes(services: EventServices): Router {
  const { access, live } = services;
  const router = new Router();
  router.get(EVENTS, async (ctx) => {
    const { tenant, userId, session, scope, credential } = await identify(ctx, services);
    ctx.set(await services.rateLimit.count({ tenant, userId }, credential));
    const { version } = await access.principal(tenant, userId);
    const query = { ...ctx.query };
    assertValid(Query, query, 'url');
    const renew = async () => {
      const now = await identify(ctx, services);
      const principal = await access.principal(tenant, userId);
      if (now.tenant === tenant && now.userId === userId && principal.version === version) return;
      throw new Problem('unauthenticated', 'You are no longer who you were when this began: connect again.');
    };
    const lastId = ctx.get('Last-Event-ID');
    const apiToken = scope?.authentication.by === 'api-token' ? scope.authentication.id : null;
    const stream = await live.open({ tenant, id: userId, version, session, apiToken }, (lastId === '' ? query.after : lastId) ?? null, renew);
    ctx.set({
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-store',
      // A proxy that gathers an answer before it passes it on would pass on nothing.
      'X-Accel-Buffering': 'no',
    });
    ctx.body = stream;
  });
  return router;
}

/** For /openapi.json. */
export const eventsOperation = {
  path: EVENTS,
  id: 'events',
  title: 'What happens in the tenant, as server-sent events',
  parameters: [
    { name: 'Last-Event-ID', in: 'header', required: false, description: 'The id of the last event that the client knows of', schema: Type.String() },
    { name: 'after', in: 'query', required: false, schema: Query.properties.after },
  ],
};
