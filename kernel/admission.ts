import { type Action, type Actor, Problem, type Query } from '../sdk/index.ts';
import type { Access, Grant, Principal } from './identity/access.ts';
import { assertWithinScope, narrowed, type Scope } from './identity/scope.ts';

/** Who is calling, once their token has been believed. */
export interface Caller {
  readonly tenant: string;
  readonly userId: string;
  /** Where their credential lets them do less than they may, or says how they came by it. */
  readonly scope?: Scope;
}

export interface Admitted extends Principal {
  readonly tenant: string;
  readonly pack: Grant;
}

/** The kernel's own actions and queries belong to no pack that could be switched off. */
export const KERNEL_PACK = 'summit';
export const KERNEL_GRANT: Grant = Object.freeze({ id: KERNEL_PACK, enabled: true, settings: {}, version: null });

/** Judges what needs no body and no lock: is the pack on, does the role allow it. */
export class Admission {
  readonly #access: Access;

  constructor({ access }: { access: Access }) {
    this.#access = access;
  }

  /** @throws Problem `unauthenticated`, `pack-disabled`, `forbidden` */
  async admit(operation: Action | Query, packId: string, caller: Caller): Promise<Admitted> {
    const { tenant, userId, scope } = caller;
    const [person, pack] = await Promise.all([this.#access.principal(tenant, userId), this.packOf(tenant, packId)]);
    const principal = scope ? narrowed(person, scope) : person;
    assertEnabled(pack, tenant);
    assertRole(operation, principal.actor);
    return { ...principal, tenant, pack };
  }

  async packOf(tenant: string, packId: string): Promise<Grant> {
    return packId === KERNEL_PACK ? KERNEL_GRANT : this.#access.pack(tenant, packId);
  }

  /** @throws Problem `pack-disabled` */
  async enabledPackOf(tenant: string, packId: string): Promise<Grant> {
    const pack = await this.packOf(tenant, packId);
    assertEnabled(pack, tenant);
    return pack;
  }

  forget(tenant: string): void {
    this.#access.forget(tenant);
  }
}

/** @throws Problem `pack-disabled` */
export function assertEnabled({ id, enabled }: Pick<Grant, 'id' | 'enabled'>, tenant: string): void {
  if (!enabled) throw new Problem('pack-disabled', `The pack ${id} is not enabled for tenant ${tenant}: an operator can enable it.`);
}

/** @throws Problem `forbidden` */
export function assertRole(operation: Action | Query, actor: Actor): void {
  const { roles, title } = operation;
  if (!hasRole(roles, actor)) throw new Problem('forbidden', `${title} needs one of the roles ${roles?.join(', ')}${byWhat(actor)}.`);
  if ('apply' in operation) assertWithinScope(operation, actor);
}

/** That it may be the credential's doing, and not the person's. */
function byWhat({ authentication, roles }: Actor): string {
  if (!authentication) return '';
  return `; by this ${authentication.by === 'issuer' ? 'token or session' : 'token'} you have ${roles.join(', ') || 'none'}`;
}

/** Whether the actor holds one of the roles; everybody does where none are named. */
export function hasRole(roles: readonly string[] | undefined, actor: Actor): boolean {
  return !roles || roles.some((role) => actor.roles.includes(role));
}
