import { type Action, type Actor, type Authentication, Problem } from '../../sdk/index.ts';
import type { Principal } from './access.ts';

/** What a credential lets its person do: as much as they may themselves, or less, and never more. */
export interface Scope {
  /** Those of their roles that count; null for all. */
  readonly roles: readonly string[] | null;
  readonly authentication: Authentication;
  /** What alone it may be used for, whatever its person may; absent or null for everything. */
  readonly only?: 'scim' | null;
}

/** @throws Problem `forbidden` for a credential that is for something else alone, or not for this */
export function assertUsableFor(use: 'api' | 'scim', scope: Scope | undefined): void {
  const only = scope?.only ?? null;
  if (use === 'api' && only !== null) throw new Problem('forbidden', `This API token is for ${only.toUpperCase()} alone, at /scim/v2.`);
  if (use === 'scim' && only !== 'scim')
    throw new Problem('forbidden', 'SCIM takes an API token that an operator has made with "scope": "scim", and nothing else.');
}

/** The person as their credential lets them act. */
export function narrowed({ actor, version }: Principal, { roles, authentication }: Scope): Principal {
  return { version, actor: { ...actor, roles: actor.roles.filter((role) => roles?.includes(role) ?? true), authentication } };
}

/** Who leaves a script what is theirs must not leave it to make more of that. */
const NEVER_BY_API_TOKEN: ReadonlySet<string> = new Set(['api-token.create', 'user.set-roles']);

/** @throws Problem `forbidden` for what an API token may not do, whatever its person may */
export function assertWithinScope({ id, title }: Pick<Action, 'id' | 'title'>, { authentication }: Actor): void {
  if (authentication?.by !== 'api-token') return;
  if (authentication.read_only) throw new Problem('forbidden', `${title} changes something, and this API token only reads.`);
  if (NEVER_BY_API_TOKEN.has(id)) throw new Problem('forbidden', `${title}: no API token may do this. Sign in, and do it yourself.`);
}
