import type { JWTPayload } from 'jose';
import { Problem } from '../../sdk/index.ts';
import type { Issuer } from '../config/issuers.ts';
import type { Scope } from './scope.ts';

/** Of whom a JWT speaks, and what they may do by it. */
export interface Claimed {
  readonly tenant: string;
  /** What its issuer calls the person. */
  readonly name: string;
  readonly knownBy: Issuer['user']['is'];
  readonly scope: Scope;
}

/** What the claims of a JWT say whose signature, issuer, audience and time have been checked. @throws Problem `unauthenticated` where they do not say enough */
export function claimedIn(payload: JWTPayload, { issuer, tenant, user, groups }: Issuer): Claimed {
  return {
    tenant: typeof tenant === 'string' ? tenant : tenantIn(payload, tenant),
    name: textIn(payload, user.claim),
    knownBy: user.is,
    scope: { roles: groups ? rolesIn(payload, groups) : null, authentication: { by: 'issuer', issuer, ...signInOf(payload) } },
  };
}

function tenantIn(payload: JWTPayload, { claim, is }: Exclude<Issuer['tenant'], string>): string {
  const said = textIn(payload, claim);
  const tenant = Object.hasOwn(is, said) ? is[said] : undefined;
  if (tenant === undefined) throw new Problem('unauthenticated', `The token's claim ${claim} names no tenant that its issuer may speak for.`);
  return tenant;
}

/** None for whoever is in no group that is named, and for a claim that is not a list of groups: what cannot be read gives nothing. */
function rolesIn(payload: JWTPayload, { claim, roles }: NonNullable<Issuer['groups']>): readonly string[] {
  const said: unknown = payload[claim];
  const groups: readonly unknown[] = Array.isArray(said) ? said : [];
  return [...new Set(groups.flatMap((group) => (typeof group === 'string' && Object.hasOwn(roles, group) ? (roles[group] ?? []) : [])))];
}

/** OpenID Connect Core, section 2. */
function signInOf({ acr, auth_time }: JWTPayload): { acr?: string; auth_time?: number } {
  return {
    ...(typeof acr === 'string' ? { acr } : {}),
    ...(typeof auth_time === 'number' && Number.isSafeInteger(auth_time) ? { auth_time } : {}),
  };
}

function textIn(payload: JWTPayload, claim: string): string {
  const said = payload[claim];
  if (typeof said === 'string' && said !== '' && !said.includes('\0')) return said;
  throw new Problem('unauthenticated', `The token has no text as its claim ${claim}.`);
}
