import Router from '@koa/router';
import type { Context } from 'koa';
import { Problem } from '../../sdk/index.ts';
import type { Caller } from '../admission.ts';
import type { Database } from '../database/database.ts';
import { activePeople } from '../identity/people.ts';
import type { Tenants } from '../tenancy/tenants.ts';
import { readForm } from './body.ts';
import { isForItsOwnMachine, isFromItsOwnMachine } from './own-machine.ts';
import { setStatus } from './problem.ts';
import { returnPath } from './return-to.ts';
import type { Authentication, RouteServices } from './routes.ts';
import { assertSentFromHere } from './same-site.ts';
import { credentialOf, setSessionCookie } from './session-cookie.ts';
import { signInPage } from './sign-in-page.ts';
import { signInStyle } from './sign-in-style.ts';

const PATH = '/sign-in';
/** A token and a path, with room. */
const MAX_BYTES = 16 * 1024;

type SignInServices = Authentication & Pick<RouteServices, 'config'> & { readonly database: Database; readonly tenants: Tenants };
type Fields = Readonly<Record<string, unknown>>;

/** Where people sign in. In development they may choose who to be; everywhere a bearer token becomes a session. */
export function signInRoutes(services: SignInServices): Router {
  const { bearers, sessions, rateLimit, lockout, config, database, tenants } = services;
  const development = isForItsOwnMachine(config);
  /** Nobody chooses who to be where others than the machine's own people could. */
  const mayChoose = (ctx: Context) => development && isFromItsOwnMachine(ctx);
  const router = new Router();

  router.get('/sign-in.css', (ctx) => {
    ctx.type = 'css';
    ctx.body = signInStyle;
  });

  router.get(PATH, (ctx) => answerPage(ctx, ctx.query));

  router.post(PATH, async (ctx) => {
    let fields: Fields = {};
    try {
      assertSentFromHere(ctx);
      fields = await readForm(ctx, { limit: MAX_BYTES });
      const credential = await lockout.attempt(ctx.ip, null, () => sessionFor(ctx, fields));
      await sessions.end(credentialOf(ctx));
      setSessionCookie(ctx, credential, config.sessionMinutes);
    } catch (error) {
      if (!(error instanceof Problem) || error.status >= 500) throw error;
      return answerPage(ctx, fields, error);
    }
    ctx.set('Cache-Control', 'no-store');
    ctx.status = 303;
    ctx.redirect(returnPath(fields.return_to));
  });

  return router;

  /** @returns its credential @throws Problem `unauthenticated`, `forbidden`, `invalid-input`, `rate-limited` */
  async function sessionFor(ctx: Context, fields: Fields): Promise<string> {
    const caller = await callerOf(ctx, fields);
    await rateLimit.count(caller);
    return sessions.open(caller);
  }

  async function callerOf(ctx: Context, { token, tenant, handle }: Fields): Promise<Caller> {
    if (typeof token === 'string' && token.trim() !== '') return unscoped(await bearers.verify(token.trim()));
    if (typeof tenant !== 'string' || typeof handle !== 'string') {
      throw new Problem('invalid-input', mayChoose(ctx) ? 'Choose a person, or enter a token.' : 'Enter a token.');
    }
    if (!mayChoose(ctx))
      throw new Problem(
        'forbidden',
        'Nobody signs in by their handle here: that is for development, on a server that its own machine alone reaches. Enter a token.',
      );
    lockout.assertMayGuess(ctx.ip);
    const people = (await tenants.ids()).includes(tenant) ? await activePeople(database, tenant) : [];
    const person = people.find((candidate) => candidate.handle === handle);
    if (!person) throw new Problem('unauthenticated', `Nobody in the tenant ${tenant} is active and has the handle ${handle}.`);
    return { tenant, userId: person.id };
  }

  async function answerPage(ctx: Context, { tenant, return_to }: Fields, problem?: Problem): Promise<void> {
    const ids = mayChoose(ctx) ? await tenants.ids() : [];
    const inOrder = [...ids.filter((id) => id === tenant), ...ids.filter((id) => id !== tenant)];
    const people = await Promise.all(inOrder.map(async (id) => ({ tenant: id, people: await activePeople(database, id) })));
    if (problem) setStatus(ctx, problem);
    ctx.set('Cache-Control', 'no-store');
    // Without a referrer a browser would not say where the form comes from.
    ctx.set('Referrer-Policy', 'same-origin');
    ctx.type = 'html';
    ctx.body = signInPage({ returnTo: returnPath(return_to), people, problem: problem?.message });
  }
}

/** A session has all that its person may, and lasts. @throws Problem `forbidden` for a credential of less */
function unscoped(caller: Caller): Caller {
  if (caller.scope) throw new Problem('forbidden', 'This token is for programs, and nobody signs in by it.');
  return caller;
}
