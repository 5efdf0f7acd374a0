import { LRUCache } from 'lru-cache';
import { type Actor, Problem } from '../../sdk/index.ts';
import type { Database } from '../database/database.ts';

/** How long a replica may believe what it has read of a person or a pack. Every write checks it again under its locks. */
const BELIEVED_MS = 1_000;
const MAX_BELIEVED = 10_000;

export interface Grant {
  readonly id: string;
  readonly enabled: boolean;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly version: number | null;
}

export interface Principal {
  readonly actor: Actor;
  /** The version of the user's row; null for the system. */
  readonly version: number | null;
}

/** Who a caller is and what their tenant has switched on, read at most once a second. */
export class Access {
  readonly #database: Database;
  readonly #people = beliefs<Principal | null>();
  readonly #packs = beliefs<ReadonlyMap<string, Grant>>();
  readonly #listeners: ((tenant: string) => void)[] = [];

  constructor({ database }: { database: Database }) {
    this.#database = database;
  }

  /** @throws Problem `unauthenticated` for a user who is not there, or no longer */
  async principal(tenant: string, userId: string): Promise<Principal> {
    const principal = await believed(this.#people, `${tenant}/${userId}`, () => this.#readPrincipal(tenant, userId));
    if (!principal) throw new Problem('unauthenticated', 'The token or session belongs to nobody who is active in this tenant.');
    return principal;
  }

  async pack(tenant: string, packId: string): Promise<Grant> {
    const packs = await this.packs(tenant);
    return packs.get(packId) ?? { id: packId, enabled: false, settings: {}, version: null };
  }

  packs(tenant: string): Promise<ReadonlyMap<string, Grant>> {
    return believed(this.#packs, tenant, () => this.#readPacks(tenant));
  }

  /** To be called when something is known to have changed. */
  forget(tenant: string): void {
    this.#packs.delete(tenant);
    disbelieve(this.#people, tenant);
    for (const listener of this.#listeners) listener(tenant);
  }

  /** Calls `listener` with each tenant of which something is known to have changed. */
  onForgotten(listener: (tenant: string) => void): void {
    this.#listeners.push(listener);
  }

  #readPrincipal(tenant: string, userId: string): Promise<Principal | null> {
    return this.#database.transaction(tenant, 'read', async (tx) => {
      const [user] = await tx.query<{ roles: string[]; version: number; handle: string | null }>(
        `SELECT u.roles, u.version, d.value AS handle
           FROM users u LEFT JOIN disclosures d ON d.tenant_id = $1 AND d.commitment = u.handle
           WHERE u.tenant_id = $1 AND u.id = $2 AND u.status = 'active'`,
        [tenant, userId],
      );
      if (!user) return null;
      return { actor: { id: userId, handle: user.handle ?? userId, roles: user.roles, system: false }, version: user.version };
    });
  }

  #readPacks(tenant: string): Promise<ReadonlyMap<string, Grant>> {
    return this.#database.transaction(tenant, 'read', async (tx) => {
      const rows = await tx.query<{ pack_id: string; status: string; settings: Grant['settings']; version: number }>(
        'SELECT pack_id, status, settings, version FROM pack_enablements WHERE tenant_id = $1',
        [tenant],
      );
      return new Map(
        rows.map(({ pack_id, status, settings, version }) => [pack_id, { id: pack_id, enabled: status === 'enabled', settings, version }]),
      );
    });
  }
}

/** Kernel jobs and configuration act under their own name, with every role and none: no role check applies to them. */
export function systemPrincipal(job: string): Principal {
  const id = `system:${job}`;
  return { actor: { id, handle: id, roles: [], system: true }, version: null };
}

/** What was read, by its key: kept for a second. */
export type Beliefs<T> = LRUCache<string, Promise<T>>;

export function beliefs<T>(): Beliefs<T> {
  return new LRUCache({ max: MAX_BELIEVED, ttl: BELIEVED_MS });
}

/** What is believed still, or else what is read now. */
export function believed<T>(known: Beliefs<T>, key: string, read: () => Promise<T>): Promise<T> {
  const found = known.get(key);
  if (found) return found;
  const reading = read();
  known.set(key, reading);
  // What could not be read is not believed.
  reading.catch(() => known.delete(key));
  return reading;
}

/** To be called when something of the tenant is known to have changed: keys begin with it. */
export function disbelieve<T>(known: Beliefs<T>, tenant: string): void {
  for (const key of known.keys()) if (key.startsWith(`${tenant}/`)) known.delete(key);
}
