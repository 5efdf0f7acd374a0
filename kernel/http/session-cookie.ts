import { timingSafeEqual } from 'node:crypto';
import type { Context } from 'koa';
import { Problem } from '../../sdk/index.ts';
import type { Session, Sessions } from '../identity/sessions.ts';
import { hashOf, type Lockout } from './lockout.ts';

/** The prefix binds it to this host and to every path (RFC 6265bis, section 4.1.3.2): no other host can set it. */
export const SESSION_COOKIE = '__Host-summit';

/** Browsers send it over HTTPS, and those that hold 127.0.0.1 trustworthy there too (not all do; Chromium does); never with a write that another site begins. */
const ATTRIBUTES = 'Path=/; Secure; HttpOnly; SameSite=Lax';

/** These change nothing, so it does not matter whose page asks. */
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD']);

export function credentialOf(ctx: Context): string | undefined {
  return ctx.cookies.get(SESSION_COOKIE);
}

/** @param minutes how long the browser keeps it */
export function setSessionCookie(ctx: Context, credential: string, minutes: number): void {
  ctx.append('Set-Cookie', `${SESSION_COOKIE}=${credential}; Max-Age=${minutes * 60}; ${ATTRIBUTES}`);
}

export function clearSessionCookie(ctx: Context): void {
  ctx.append('Set-Cookie', `${SESSION_COOKIE}=; Max-Age=0; ${ATTRIBUTES}`);
}

/** What looks for the session of a cookie. */
interface SessionLookup {
  readonly sessions: Sessions;
  readonly lockout: Lockout;
}

/**
 * The session of a request's cookie. A write must also carry its token, which a page of another site cannot read.
 * @throws Problem `unauthenticated`, `bad-csrf-token`, `rate-limited` for an address that is locked out
 */
export async function sessionOf(ctx: Context, { sessions, lockout }: SessionLookup): Promise<Session> {
  const credential = credentialOf(ctx);
  // That is no guess.
  if (credential === undefined) {
    throw new Problem('unauthenticated', 'Sign in at /sign-in, or send a token: Authorization: Bearer <token>. `summit token` prints one.');
  }
  const session = await lockout.attempt(ctx.ip, hashOf(credential), () => sessions.verify(credential));
  if (!SAFE_METHODS.has(ctx.method) && !isSame(ctx.get('X-CSRF-Token'), session.csrfToken)) {
    throw new Problem('bad-csrf-token', 'Send the csrf_token of GET /session as the header X-CSRF-Token, or a bearer token in place of the cookie.');
  }
  return session;
}

function isSame(sent: string, expected: string): boolean {
  const [a, b] = [Buffer.from(sent), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
