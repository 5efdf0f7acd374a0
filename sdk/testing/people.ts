import type { Pack } from '../pack.ts';

/** Who is there in every tenant of a test: one who reads all, one who switches packs, and one who holds no role of any pack. */
export const AUDITOR = 'auditor';
export const OPERATOR = 'operator';
export const OUTSIDER = 'outsider';

/** Every role that the packs name anywhere, in the order in which they do. */
export function rolesOf(packs: readonly Pack[]): readonly string[] {
  const named = packs.flatMap((pack) => [
    ...[...pack.actions, ...pack.queries, ...pack.evidence, ...pack.dashboards, ...pack.indicators].flatMap(({ roles = [] }) => roles),
    ...[...(pack.views?.pages ?? []), ...(pack.views?.commands ?? [])].flatMap(({ roles = [] }) => roles),
  ]);
  return [...new Set(named)];
}

/** The handle of whoever holds a role alone: `security-officer` of `security_officer`. */
export function handleOf(role: string): string {
  return role.replaceAll('_', '-');
}

/** Two people for each role, so that duties can be separated, each with that role alone. */
export function peopleFor(roles: readonly string[]): readonly { readonly handle: string; readonly roles: string[] }[] {
  const all = new Set([...roles, AUDITOR, OPERATOR, OUTSIDER]);
  return [...all].flatMap((role) => [
    { handle: handleOf(role), roles: [role] },
    { handle: `${handleOf(role)}-2`, roles: [role] },
  ]);
}
