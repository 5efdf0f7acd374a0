import type { Context } from 'koa';
import type { Problem } from '../../sdk/index.ts';
import type { Config } from '../config/config.ts';
import type { Database } from '../database/database.ts';
import { activePeople } from '../identity/people.ts';
import type { Wanted } from '../identity/sign-in-transaction.ts';
import type { SignIns } from '../identity/sign-ins.ts';
import type { Tenants } from '../tenancy/tenants.ts';
import { isForItsOwnMachine, isFromItsOwnMachine } from './own-machine.ts';
import { setStatus } from './problem.ts';
import { type SignInContent, signInPage } from './sign-in-page.ts';
import { queryOf } from './sign-in-wanted.ts';

export interface SignInAnswerServices {
  readonly config: Config;
  readonly database: Database;
  readonly tenants: Tenants;
  readonly signIns: SignIns;
}

/** What the page is shown for. */
export interface Shown {
  readonly wanted: Wanted;
  /** Whose people come first. */
  readonly tenant?: unknown;
  readonly problem?: Problem | undefined;
  /** The id of the `sign_in` of a session that has just ended: it may go on at its issuer. */
  readonly signedOut?: string | null;
}

/** Nobody chooses who to be where others than the machine's own people could. */
export function mayChoose(ctx: Context, config: Config): boolean {
  return isForItsOwnMachine(config) && isFromItsOwnMachine(ctx);
}

/** Answers with the page where people sign in, and what went wrong with the attempt before. */
export async function answerSignIn(
  ctx: Context,
  services: SignInAnswerServices,
  { wanted, tenant, problem, signedOut = null }: Shown,
): Promise<void> {
  const { signIns } = services;
  if (problem) setStatus(ctx, problem);
  ctx.set('Cache-Control', 'no-store');
  // Without a referrer a browser would not say where the form comes from.
  ctx.set('Referrer-Policy', 'same-origin');
  ctx.type = 'html';
  ctx.body = signInPage({
    returnTo: wanted.returnTo,
    signIns: signIns.offered.map(({ id, title }) => ({ title, href: `/auth/start/${id}?${queryOf(wanted)}` })),
    people: await peopleFor(ctx, services, tenant),
    signedOutOf: signIns.find(signedOut),
    problem: problem?.message,
  });
}

async function peopleFor(ctx: Context, { config, tenants, database }: SignInAnswerServices, tenant: unknown): Promise<SignInContent['people']> {
  if (!mayChoose(ctx, config)) return [];
  const ids = await tenants.ids();
  const inOrder = [...ids.filter((id) => id === tenant), ...ids.filter((id) => id !== tenant)];
  return Promise.all(inOrder.map(async (id) => ({ tenant: id, people: await activePeople(database, id) })));
}
