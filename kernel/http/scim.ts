import Router from '@koa/router';
import type { Context, Middleware } from 'koa';
import type { Logger } from 'pino';
import { type Action, Problem, type Reader } from '../../sdk/index.ts';
import type { RequestContent } from '../action.ts';
import { type Caller, KERNEL_PACK } from '../admission.ts';
import type { Database } from '../database/database.ts';
import { createReader } from '../database/reader.ts';
import { Users } from '../database/tables.ts';
import type { Access } from '../identity/access.ts';
import { assertUsableFor, narrowed } from '../identity/scope.ts';
import { changeScimUser, createScimUser, deleteScimUser } from '../scim/actions.ts';
import { listOf, MAX_RESULTS, resourceTypes, schemas, serviceProviderConfig } from '../scim/documents.ts';
import { soughtBy } from '../scim/filter.ts';
import { isKnown, peopleFrom, personCalled, resourceOf, type ScimPerson } from '../scim/people.ts';
import { personWantedByPatch, personWantedIn } from '../scim/person-wanted.ts';
import { notImplemented, ScimProblem, scimError } from '../scim/scim-problem.ts';
import { readJson } from './body.ts';
import { ifMatchOf } from './conditions.ts';
import { hashOf } from './lockout.ts';
import { answerProblems, setStatus } from './problem.ts';
import { bearerIn, paramsOf, type RouteServices } from './routes.ts';

const ROOT = '/scim/v2';
const MEDIA = { 'application/scim+json': 'object', 'application/json': 'object' } as const;
const DEFAULT_RESULTS = 100;

type ScimServices = Pick<RouteServices, 'bearers' | 'runner' | 'rateLimit' | 'lockout' | 'config'> & {
  readonly access: Access;
  readonly database: Database;
  readonly log: Logger;
};

/**
 * SCIM 2.0 (RFC 7643, 7644): by which an identity provider takes people in, and deactivates them. It has answers and errors of
 * its own, which its clients know, and describes itself at `/Schemas`; so it is not in /openapi.json.
 */
export function scimRoutes(services: ScimServices): Router {
  const { runner, config, database } = services;
  const log = services.log.child({ service: 'scim' });
  const router = new Router({ prefix: ROOT });
  const callers = new WeakMap<Context, Caller>();

  router.use(inScim, answerProblems(log, answerInScim), async (ctx, next) => {
    callers.set(ctx, await callerOf(ctx, services));
    await next();
  });

  const baseOf = (ctx: Context) => (config.publicUrl ?? `${ctx.protocol}://${ctx.host}`) + ROOT;

  function callerIn(ctx: Context): Caller {
    const caller = callers.get(ctx);
    if (!caller) throw new TypeError('who calls is asked before anything else');
    return caller;
  }

  function look<T>(ctx: Context, work: (db: Reader, tenant: string) => Promise<T>): Promise<T> {
    const { tenant } = callerIn(ctx);
    return database.transaction(tenant, 'read', (tx) => work(createReader(tx, tenant), tenant));
  }

  async function show(ctx: Context, id: string): Promise<void> {
    const person = await look(ctx, (db) => db.one(Users, id));
    if (!isKnown(person)) throw new Problem('not-found', `There is no user ${id}.`);
    const resource = resourceOf(person, baseOf(ctx));
    ctx.body = resource;
    ctx.set('ETag', resource.meta.version);
    ctx.set('Content-Location', resource.meta.location);
  }

  function act(ctx: Context, action: Action, body: () => Promise<unknown>) {
    // Once, however often it is attempted: what has been read does not come again.
    let content: Promise<RequestContent> | undefined;
    const read = async (): Promise<RequestContent> => ({
      body: await body(),
      expectedVersion: action.from.length > 0 ? ifMatchOf(ctx) : undefined,
    });
    return runner.run(action, KERNEL_PACK, callerIn(ctx), { params: { id: idIn(ctx) }, read: () => (content ??= read()) });
  }
  const bodyOf = (ctx: Context) => readJson(ctx, { limit: config.bodyLimit, media: MEDIA });

  router.get('/Users', async (ctx) => {
    const { filter, startIndex, count } = ctx.query;
    const [from, limit] = [
      Math.max(1, wholeIn(startIndex, 'startIndex', 1)),
      Math.min(MAX_RESULTS, Math.max(0, wholeIn(count, 'count', DEFAULT_RESULTS))),
    ];
    const sought = filter === undefined || filter === '' ? null : soughtBy(typeof filter === 'string' ? filter : '');
    const { people, total } = await look(ctx, async (db, tenant) => {
      if (!sought) {
        const { ids, total: all } = await peopleFrom(db, tenant, from - 1, limit);
        return { people: await db.find(Users, { id: ids }), total: all };
      }
      const id = await personCalled(db, tenant, sought);
      const found: readonly ScimPerson[] = id === null ? [] : [await db.one(Users, id)];
      return { people: found.slice(from - 1, from - 1 + limit), total: found.length };
    });
    ctx.body = listOf(
      people.map((person) => resourceOf(person, baseOf(ctx))),
      total,
      from,
    );
  });
  router.get('/Users/:id', (ctx) => show(ctx, idIn(ctx)));
  router.post('/Users', async (ctx) => {
    const { subjectId } = await act(ctx, createScimUser, async () => personWantedIn(await bodyOf(ctx)));
    await show(ctx, subjectId);
    ctx.status = 201;
    ctx.set('Location', `${baseOf(ctx)}/Users/${subjectId}`);
  });
  router.put('/Users/:id', async (ctx) => {
    await act(ctx, changeScimUser, async () => personWantedIn(await bodyOf(ctx)));
    await show(ctx, idIn(ctx));
  });
  router.patch('/Users/:id', async (ctx) => {
    await act(ctx, changeScimUser, async () => personWantedByPatch(await bodyOf(ctx)));
    await show(ctx, idIn(ctx));
  });
  router.delete('/Users/:id', async (ctx) => {
    await act(ctx, deleteScimUser, async () => ({}));
    ctx.status = 204;
  });

  router.get('/ServiceProviderConfig', (ctx) => {
    ctx.body = serviceProviderConfig(baseOf(ctx));
  });
  for (const [path, documents] of [
    ['/ResourceTypes', resourceTypes],
    ['/Schemas', schemas],
  ] as const) {
    router.get(path, (ctx) => {
      ctx.body = listOf(documents(baseOf(ctx)));
    });
    router.get(`${path}/:id`, (ctx) => {
      const found = documents(baseOf(ctx)).find(({ id }) => id === ctx.params.id);
      if (!found) throw new Problem('not-found', `There is nothing at ${ctx.path}.`);
      ctx.body = found;
    });
  }

  // Providers look for groups before they are told that there are none.
  router.get('/Groups', (ctx) => {
    ctx.body = listOf([]);
  });
  router.all(['/Groups', '/Groups/:id', '/Bulk', '/Me', '/.search', '/Users/.search'], (ctx) => {
    ctx.status = 501;
    ctx.body = notImplemented('Summit takes people in by SCIM, one by one, and no groups: roles are given in Summit.');
  });
  router.all('{/*path}', (ctx) => {
    throw new Problem('not-found', `There is no ${ctx.method} at ${ctx.path}.`);
  });
  return router;
}

/** Whoever has made the token is there still, and an operator. @throws Problem */
async function callerOf(ctx: Context, { bearers, rateLimit, lockout, access }: ScimServices): Promise<Caller> {
  ctx.vary('Authorization');
  const token = bearerIn(ctx.get('Authorization'));
  const credential = hashOf(token);
  const caller = await lockout.attempt(ctx.ip, credential, () => bearers.verify(token));
  const principal = await access.principal(caller.tenant, caller.userId);
  assertUsableFor('scim', caller.scope);
  const { roles } = caller.scope ? narrowed(principal, caller.scope).actor : principal.actor;
  if (!roles.includes('operator'))
    throw new Problem('forbidden', 'Whoever has made this token is no operator any more: another operator must make one.');
  ctx.set(await rateLimit.count(caller, credential));
  return caller;
}

const inScim: Middleware = async (ctx, next) => {
  await next();
  if (ctx.body) ctx.type = 'application/scim+json';
};

/** RFC 7644, section 3.12: whatever goes wrong, since its clients read nothing else. */
function answerInScim(ctx: Context, problem: Problem): void {
  setStatus(ctx, problem);
  // Section 3.14: another version than that of If-Match.
  if (problem.code === 'conflict' && !(problem instanceof ScimProblem) && ctx.get('If-Match') !== '') ctx.status = 412;
  ctx.body = scimError(problem, ctx.status);
}

/** @throws ScimProblem `invalidValue` */
function wholeIn(value: string | string[] | undefined, name: string, otherwise: number): number {
  if (value === undefined || value === '') return otherwise;
  if (typeof value === 'string' && /^-?\d{1,9}$/.test(value)) return Number(value);
  throw new ScimProblem('invalid-input', 'invalidValue', `${name} must be a whole number.`);
}

function idIn(ctx: Context): string {
  return paramsOf(ctx).id ?? '';
}
