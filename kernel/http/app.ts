import type Router from '@koa/router';
import Koa from 'koa';
import helmet from 'koa-helmet';
import type { Logger } from 'pino';
import { Problem } from '../../sdk/index.ts';
import type { AccessEvaluator } from '../authzen/evaluator.ts';
import type { Commands } from '../cli/commands.ts';
import type { Database } from '../database/database.ts';
import type { Access } from '../identity/access.ts';
import type { SignIns } from '../identity/sign-ins.ts';
import type { Live } from '../live/live.ts';
import type { TransparencyLog } from '../log/log.ts';
import type { Metrics } from '../metrics.ts';
import type { Switchboard } from '../switchboard/switchboard.ts';
import type { Tenants } from '../tenancy/tenants.ts';
import { authzenMetadata, authzenRoutes } from './authzen.ts';
import { clientAddress } from './client-address.ts';
import { controlRoutes } from './control.ts';
import { docsPage, docsStyle } from './docs.ts';
import { eventRoutes } from './events.ts';
import { healthRoutes } from './health.ts';
import { issuerSignInRoutes } from './issuer-sign-in.ts';
import { observe } from './observe.ts';
import { openapiOf } from './openapi.ts';
import { printStyle } from './print-style.ts';
import { answerProblems } from './problem.ts';
import type { Readiness } from './readiness.ts';
import { authenticate, createRoutes, type RouteServices } from './routes.ts';
import { scimRoutes } from './scim.ts';
import { sessionRoutes } from './session.ts';
import { signInRoutes } from './sign-in.ts';
import { switchboardRoutes } from './switchboard.ts';

export interface AppServices extends RouteServices {
  readonly evaluator: AccessEvaluator;
  readonly access: Access;
  readonly live: Live;
  readonly readiness: Readiness;
  readonly database: Database;
  readonly metrics: Metrics;
  readonly transparencyLog: TransparencyLog;
  readonly tenants: Tenants;
  readonly signIns: SignIns;
  readonly commands: Commands;
  readonly switchboard: Switchboard;
  readonly log: Logger;
  readonly version: string;
  readonly controlSecret: string;
}

/** What a client that goes away in the middle of an answer leaves behind. */
const WENT_AWAY: ReadonlySet<string> = new Set(['ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET', 'EPIPE']);

/** The HTTP face: Koa, with one error handler and routes that the packs declare. */
export function createApp(services: AppServices): Koa {
  const app = new Koa();
  const log = services.log.child({ service: 'http' });
  // Errors are answered and logged by the handler below. What comes here ends an answer that has begun.
  app.on('error', (error: NodeJS.ErrnoException, ctx?: Koa.Context) => {
    if (WENT_AWAY.has(error.code ?? '')) return;
    log.error({ err: error, request_id: ctx?.response.get('X-Request-Id'), path: ctx?.path }, 'an answer broke off');
  });

  app.use(clientAddress(services.config.trustedProxies));
  app.use(observe(services.metrics, log));
  app.use(answerProblems(log));

  app.use(
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          'default-src': ["'none'"],
          'script-src': ["'self'"],
          'style-src': ["'self'"],
          'connect-src': ["'self'"],
          'img-src': ["'self'", 'data:'],
          'base-uri': ["'none'"],
          'form-action': ["'self'"],
          'frame-ancestors': ["'none'"],
        },
      },
    }),
  );

  const open = healthRoutes(services);
  const openapi = openapiOf(services.packs, services.version);
  const docs = docsPage(services.packs, services.version);
  open.get('/openapi.json', (ctx) => {
    ctx.body = openapi;
  });
  open.get('/docs', (ctx) => {
    ctx.type = 'html';
    ctx.body = docs;
  });
  open.get('/docs.css', (ctx) => {
    ctx.type = 'css';
    ctx.body = docsStyle;
  });
  open.get('/print.css', (ctx) => {
    ctx.type = 'css';
    ctx.body = printStyle;
  });
  use(app, open);
  use(app, switchboardRoutes(services));
  // What comes now may tell of people or hold a secret: it is kept nowhere, unless an answer says otherwise.
  app.use((ctx, next) => {
    ctx.set('Cache-Control', 'no-store');
    return next();
  });
  const signIn = signInRoutes(services);
  use(app, signIn);
  const issuerSignIn = issuerSignInRoutes(services);
  use(app, issuerSignIn);
  const session = sessionRoutes(services);
  use(app, session);
  use(app, authzenMetadata(services));
  use(app, controlRoutes(services));
  // First, since other applications ask more often than people do.
  const authzen = authzenRoutes(services);
  use(app, authzen);
  use(app, scimRoutes(services));
  const events = eventRoutes(services);
  use(app, events);
  const routes = createRoutes(services);
  use(app, routes);

  // What matched nothing: who calls is asked first, so that a stranger learns nothing about what there is.
  app.use(async (ctx) => {
    const taken = [open, signIn, issuerSignIn].flatMap((router) => methodsAt(router, ctx.path));
    if (taken.length > 0) throw new Problem('method-not-allowed', `${ctx.path} takes ${taken.join(', ')}.`, { allow: taken.join(', ') });
    const { tenant, userId } = await authenticate(ctx, services);
    await services.access.principal(tenant, userId);
    const allowed = [routes, authzen, session, events].flatMap((router) => methodsAt(router, ctx.path));
    if (allowed.length > 0) throw new Problem('method-not-allowed', `${ctx.path} takes ${allowed.join(', ')}.`, { allow: allowed.join(', ') });
    throw new Problem('not-found', `There is nothing at ${ctx.path}. See /docs.`);
  });
  return app;
}

function use(app: Koa, router: Router): void {
  app.use(router.routes());
}

function methodsAt(router: Router, path: string): readonly string[] {
  return [...new Set(router.match(path, 'GET').path.flatMap(({ methods }) => methods))];
}
