import { Readable } from 'node:stream';
import Router from '@koa/router';
import type { Context } from 'koa';
import { type Action, Content, type Freshness, Problem, type Query } from '../../sdk/index.ts';
import type { ActionRunner, RequestContent } from '../action.ts';
import type { Caller } from '../admission.ts';
import type { Config } from '../config/config.ts';
import { assertUsableFor } from '../identity/scope.ts';
import type { Sessions } from '../identity/sessions.ts';
import type { TokenVerifier } from '../identity/tokens.ts';
import { canonicalId } from '../ids.ts';
import type { Outcomes } from '../outcome.ts';
import { bySpecificity } from '../packs/paths.ts';
import type { PackRegistry } from '../packs/registry.ts';
import type { QueryRunner } from '../query.ts';
import { readJson } from './body.ts';
import { idempotencyKeyOf, ifMatchOf } from './conditions.ts';
import { hashOf, type Lockout } from './lockout.ts';
import type { RateLimit } from './rate-limit.ts';
import { sessionOf } from './session-cookie.ts';

export interface RouteServices {
  readonly packs: PackRegistry;
  readonly runner: ActionRunner;
  readonly queries: QueryRunner;
  readonly outcomes: Outcomes;
  readonly bearers: TokenVerifier;
  readonly sessions: Sessions;
  readonly rateLimit: RateLimit;
  readonly lockout: Lockout;
  readonly config: Config;
}

/** One route for each action and query that declares one; nothing is registered by hand. `/x/new` is found before `/x/:id`, whichever is declared first. */
export function createRoutes(services: RouteServices): Router {
  const router = new Router();
  const routed = services.packs.operations.flatMap((found) => (found.operation.route ? [{ found, route: found.operation.route }] : []));
  for (const { found, route } of routed.toSorted((one, other) => bySpecificity(one.route.path, other.route.path))) {
    const { kind, pack, operation } = found;
    const handle = kind === 'action' ? actionHandler(services, pack, operation) : queryHandler(services, pack, operation);
    router.register(route.path, [route.method], async (ctx: Context) => handle(ctx));
  }
  return router;
}

export type Authentication = Pick<RouteServices, 'bearers' | 'sessions' | 'rateLimit' | 'lockout'>;

/** Who calls: by a bearer token, else by the cookie of a session. @throws Problem `unauthenticated`, `bad-csrf-token`, `rate-limited` */
export async function authenticate(ctx: Context, services: Authentication): Promise<Caller> {
  const { session: _, credential, ...caller } = await identify(ctx, services);
  ctx.set(await services.rateLimit.count(caller, credential));
  return caller;
}

interface Identified extends Caller {
  /** The key of the session; null for a token. */
  readonly session: string | null;
  /** By which the token or session is known in this process. */
  readonly credential: string;
}

/**
 * The same for what is no request of its own and so does not count as one.
 * @throws Problem `unauthenticated`, `bad-csrf-token`, `rate-limited` for an address that is locked out
 */
export async function identify(
  ctx: Context,
  { bearers, sessions, lockout }: Pick<Authentication, 'bearers' | 'sessions' | 'lockout'>,
): Promise<Identified> {
  // What a browser keeps of an answer is for whoever was signed in then.
  ctx.vary('Authorization, Cookie');
  const authorization = ctx.get('Authorization');
  if (authorization !== '') {
    const token = bearerIn(authorization);
    const credential = hashOf(token);
    const caller = await lockout.attempt(ctx.ip, credential, () => bearers.verify(token));
    assertUsableFor('api', caller.scope);
    return { ...caller, session: null, credential };
  }
  const { tenant, userId, key, scope } = await sessionOf(ctx, { sessions, lockout });
  return { tenant, userId, session: key, credential: key, ...(scope ? { scope } : {}) };
}

export function bearerIn(authorization: string): string {
  const [scheme, token, ...rest] = authorization.split(' ');
  if (scheme?.toLowerCase() === 'bearer' && token && rest.length === 0) return token;
  throw new Problem('unauthenticated', 'Send a token: Authorization: Bearer <token>. `summit token` prints one.');
}

function actionHandler(services: RouteServices, pack: string, action: Action) {
  const { runner, outcomes, config } = services;
  return async (ctx: Context) => {
    const caller = await authenticate(ctx, services);
    let content: Promise<RequestContent> | undefined;
    const read = async (): Promise<RequestContent> => ({
      idempotencyKey: idempotencyKeyOf(ctx),
      expectedVersion: ifMatchOf(ctx),
      body: await readJson(ctx, { limit: action.maxBodyBytes ?? config.bodyLimit, media: action.media }),
    });
    const result = await runner.run(action, pack, caller, { params: paramsOf(ctx), read: () => (content ??= read()) });
    const answer = await outcomes.of(action, caller, result, idempotencyKeyOf(ctx));
    ctx.status = answer.status;
    ctx.body = answer.body;
    if (result.replayed) ctx.set('Idempotent-Replayed', 'true');
    if (typeof answer.body.version === 'number') ctx.set('ETag', `"${answer.body.version}"`);
    if (answer.status === 201 && action.route) ctx.set('Location', `${action.route.path}/${answer.subjectId}`);
  };
}

function queryHandler(services: RouteServices, pack: string, query: Query) {
  return async (ctx: Context) => {
    const caller = await authenticate(ctx, services);
    const read = () => readJson(ctx, { limit: services.config.bodyLimit });
    const answer = await services.queries.run(query, pack, caller, { params: paramsOf(ctx), query: { ...ctx.query }, read });
    if (answer instanceof Content) return sendContent(ctx, answer);
    ctx.body = answer;
    if (typeof answer === 'object' && answer !== null && 'version' in answer && typeof answer.version === 'number')
      ctx.set('ETag', `"${answer.version}"`);
  };
}

const CACHE_CONTROL: Readonly<Record<Freshness, string>> = {
  'no-store': 'no-store',
  'no-cache': 'private, no-cache',
  immutable: 'private, max-age=31536000, immutable',
};

function sendContent(ctx: Context, { type, body, freshness, filename }: Content): void {
  ctx.body = typeof body === 'string' ? body : body instanceof Uint8Array ? Buffer.from(body) : Readable.from(body);
  ctx.set('Content-Type', type);
  ctx.set('Cache-Control', CACHE_CONTROL[freshness]);
  if (filename !== null) ctx.attachment(filename);
}

/** What stands in the path, ids in their canonical form. @throws Problem `not-found` for text that can name nothing, since the database cannot keep it */
export function paramsOf(ctx: Context): Readonly<Record<string, string>> {
  const params = ctx.params as Readonly<Record<string, string>>;
  if (Object.values(params).some((value) => value.includes('\0'))) throw new Problem('not-found', 'There is nothing of that name.');
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, canonicalId(value)]));
}
