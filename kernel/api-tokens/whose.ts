import type { Actor } from '../../sdk/index.ts';

/** Whether somebody sees every token of the tenant, and not theirs alone. */
export function seesAll({ roles }: Actor): boolean {
  return roles.includes('operator') || roles.includes('auditor');
}

export function mayRevoke({ id, roles }: Actor, { user_id }: { readonly user_id: string }): boolean {
  return user_id === id || roles.includes('operator');
}
