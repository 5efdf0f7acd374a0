import Router from '@koa/router';
import type { Context } from 'koa';
import { Problem } from '../../sdk/index.ts';
import type { Caller } from '../admission.ts';
import { activePeople } from '../identity/people.ts';
import type { Wanted } from '../identity/sign-in-transaction.ts';
import { readForm } from './body.ts';
import { returnPath } from './return-to.ts';
import type { Authentication } from './routes.ts';
import { assertSentFromHere } from './same-site.ts';
import { credentialOf, setSessionCookie } from './session-cookie.ts';
import { answerSignIn, mayChoose, type SignInAnswerServices } from './sign-in-answer.ts';
import { signInStyle } from './sign-in-style.ts';
import { NOTHING, wantedIn } from './sign-in-wanted.ts';

const PATH = '/sign-in';
/** A token and a path, with room. */
const MAX_BYTES = 16 * 1024;

type SignInServices = Authentication & SignInAnswerServices;
type Fields = Readonly<Record<string, unknown>>;

/** Where people sign in. In development they may choose who to be; everywhere a bearer token becomes a session. */
export function signInRoutes(services: SignInServices): Router {
  const { bearers, sessions, rateLimit, lockout, config, database, tenants } = services;
  const router = new Router();

  router.get('/sign-in.css', (ctx) => {
    ctx.type = 'css';
    ctx.body = signInStyle;
  });

  router.get(PATH, async (ctx) => {
    const { tenant, signed_out } = ctx.query;
    const signedOut = typeof signed_out === 'string' ? signed_out : null;
    let wanted: Wanted = NOTHING;
    let problem: Problem | undefined;
    try {
      wanted = wantedIn(ctx.query);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      problem = error;
    }
    return answerSignIn(ctx, services, { wanted, tenant, signedOut, problem });
  });

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
      return answerSignIn(ctx, services, { wanted: wantedBy(fields), tenant: fields.tenant, problem: error });
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
    const choosing = mayChoose(ctx, config);
    if (typeof tenant !== 'string' || typeof handle !== 'string') {
      throw new Problem('invalid-input', choosing ? 'Choose a person, or enter a token.' : 'Enter a token.');
    }
    if (!choosing)
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
}

/** A form asks for nothing but where to go. */
function wantedBy({ return_to }: Fields): Wanted {
  return { ...NOTHING, returnTo: returnPath(return_to) };
}

/** A session by a token has all that its person may, and lasts. @throws Problem `forbidden` for a credential of less */
function unscoped(caller: Caller): Caller {
  if (caller.scope) throw new Problem('forbidden', 'This token is for programs, and nobody signs in by it.');
  return caller;
}
