import Router from '@koa/router';
import type { Context } from 'koa';
import type { Logger } from 'pino';
import { Problem } from '../../sdk/index.ts';
import { SIGN_IN_MINUTES, type Wanted } from '../identity/sign-in-transaction.ts';
import type { Authentication } from './routes.ts';
import { credentialOf, sessionOf, setSessionCookie } from './session-cookie.ts';
import { answerSignIn, type SignInAnswerServices } from './sign-in-answer.ts';
import { NOTHING, wantedIn } from './sign-in-wanted.ts';

/** As the cookie of a session: of this host alone, and sent when the issuer leads the browser back here. */
const COOKIE = '__Host-summit-sign-in';
const ATTRIBUTES = 'Path=/; Secure; HttpOnly; SameSite=Lax';

type IssuerSignInServices = Authentication & SignInAnswerServices & { readonly log: Logger };

/** Signing in at an issuer: there, back with what it says, and out of it again. A browser goes to each, and where nothing comes of it finds a page. */
export function issuerSignInRoutes(services: IssuerSignInServices): Router {
  const { signIns, sessions, rateLimit, lockout, config } = services;
  const log = services.log.child({ service: 'sign-in' });
  const router = new Router();

  // Whoever is to sign in again need not know where they did.
  router.get('/auth/start', async (ctx) => {
    try {
      wantedIn(ctx.query);
    } catch (error) {
      return answerRefusal(ctx, NOTHING, error);
    }
    const session = await sessionOf(ctx, services).catch(() => null);
    const signIn = signIns.find(session?.signIn ?? null);
    leadTo(ctx, `${signIn ? `/auth/start/${signIn.id}` : '/sign-in'}${ctx.search}`);
  });

  router.get('/auth/start/:id', async (ctx) => {
    let wanted = NOTHING;
    try {
      wanted = wantedIn(ctx.query);
      const signIn = signIns.find(ctx.params.id ?? null);
      if (!signIn) throw new Problem('not-found', 'Nobody signs in here by this way. Choose another.');
      const { location, sealed } = await signIns.begin(signIn, originOf(ctx) + callbackOf(signIn.id), wanted);
      keep(ctx, sealed, SIGN_IN_MINUTES);
      leadTo(ctx, location);
    } catch (error) {
      await answerRefusal(ctx, wanted, error);
    }
  });

  router.get(callbackOf(':id'), async (ctx) => {
    let wanted = NOTHING;
    // It has served, whatever comes of it.
    keep(ctx, '', 0);
    try {
      // Any page can send a browser here, and without our cookie: until that is opened, nobody has made an attempt.
      const transaction = await signIns.open(ctx.cookies.get(COOKIE));
      wanted = transaction;
      if (transaction.signIn !== ctx.params.id) throw isOfAnother();
      const answer = new URL(originOf(ctx) + callbackOf(transaction.signIn) + ctx.search);
      const { caller, via } = await lockout.attempt(ctx.ip, null, () => signIns.end(transaction, answer));
      await rateLimit.count(caller);
      const credential = await sessions.open(caller, via);
      await sessions.end(credentialOf(ctx));
      setSessionCookie(ctx, credential, config.sessionMinutes);
      leadTo(ctx, wanted.returnTo);
    } catch (error) {
      await answerRefusal(ctx, wanted, error);
    }
  });

  router.get('/auth/sign-out/:id', async (ctx) => {
    try {
      const signIn = signIns.find(ctx.params.id ?? null);
      leadTo(ctx, (signIn && (await signIns.endSession(signIn, `${originOf(ctx)}/sign-in`))) ?? '/sign-in');
    } catch (error) {
      await answerRefusal(ctx, NOTHING, error);
    }
  });

  return router;

  /** Where clients reach us. In production it is configured, and not what a request says. */
  function originOf(ctx: Context): string {
    return config.publicUrl ?? `${ctx.protocol}://${ctx.host}`;
  }

  /** @throws what is no refusal */
  async function answerRefusal(ctx: Context, wanted: Wanted, error: unknown): Promise<void> {
    if (!(error instanceof Problem)) throw error;
    // Of what an issuer has answered no more than this: there may be a token in it.
    if (error.cause instanceof Error) log.warn({ path: ctx.path, reason: reasonOf(error.cause) }, error.message);
    await answerSignIn(ctx, services, { wanted, problem: error });
  }
}

/** Of each issuer its own: one that led a browser on to another is not given what that one answers (RFC 9700, section 4.4.2.2). @param id of its `sign_in` */
function callbackOf(id: string): string {
  return `/auth/callback/${id}`;
}

function isOfAnother(): Problem {
  return new Problem('invalid-input', 'This is the answer of another issuer than the one at which the sign-in was begun. Begin again.');
}

function reasonOf(cause: Error): string {
  const code = 'code' in cause ? ` (${cause.code})` : '';
  const said = 'error' in cause ? `: ${cause.error}` : '';
  const why = cause.cause instanceof Error ? `: ${cause.cause.message}` : '';
  return `${cause.message}${code}${said}${why}`;
}

function leadTo(ctx: Context, location: string): void {
  ctx.set('Cache-Control', 'no-store');
  ctx.status = 303;
  ctx.redirect(location);
}

function keep(ctx: Context, sealed: string, minutes: number): void {
  ctx.append('Set-Cookie', `${COOKIE}=${sealed}; Max-Age=${minutes * 60}; ${ATTRIBUTES}`);
}
