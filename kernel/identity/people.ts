import type { Database } from '../database/database.ts';
import { Users } from '../database/tables.ts';
import { naturalKey } from '../natural-keys.ts';

export interface Person {
  readonly id: string;
  readonly handle: string;
  readonly roles: readonly string[];
}

/** Who is active in a tenant, in the order in which they came. */
export function activePeople(database: Database, tenant: string): Promise<readonly Person[]> {
  return database.transaction(tenant, 'read', (tx) =>
    tx.query<Person>(
      `SELECT u.id, d.value AS handle, u.roles
         FROM users u JOIN disclosures d ON d.tenant_id = $1 AND d.commitment = u.handle
         WHERE u.tenant_id = $1 AND u.status = 'active' AND d.value IS NOT NULL ORDER BY u.id`,
      [tenant],
    ),
  );
}

const KNOWN_BY = {
  handle: `SELECT u.id FROM disclosures d JOIN users u ON u.tenant_id = $1 AND u.handle = d.commitment
    WHERE d.tenant_id = $1 AND d.name = 'handle' AND d.value = $2 AND u.status = 'active'`,
  external_id: `SELECT u.id FROM natural_keys k JOIN users u ON u.tenant_id = $1 AND u.id = k.subject_id
    WHERE k.tenant_id = $1 AND k.type = 'user' AND k.name = 'external_id' AND k.digest = $2 AND u.status = 'active'`,
} as const;

/** By what an issuer calls them, the id of somebody who is active; null where nobody is called so. */
export async function personKnownAs(database: Database, tenant: string, by: keyof typeof KNOWN_BY, name: string): Promise<string | null> {
  const sought = by === 'handle' ? name : naturalKey(Users, by, [name]).digest;
  const [found] = await database.transaction(tenant, 'read', (tx) => tx.query<{ id: string }>(KNOWN_BY[by], [tenant, sought]));
  return found?.id ?? null;
}

/** Whoever has left is found by no key. What is compared is what the index has. */
const LOST_BY = {
  handle: "u.handle = d.commitment AND d.name = 'handle' AND d.value = $2",
  external_id: "u.external_id = d.commitment AND d.name = 'external_id' AND left(d.value, 255) = $2",
} as const;

/** The same of whoever left last because this issuer, by the id of its `sign_in`, vouched for them no more; and no other has refused them. */
export async function personLostBy(
  database: Database,
  tenant: string,
  by: keyof typeof LOST_BY,
  name: string,
  signIn: string,
): Promise<string | null> {
  const [found] = await database.transaction(tenant, 'read', (tx) =>
    tx.query<{ id: string }>(
      `SELECT u.id FROM disclosures d JOIN users u ON u.tenant_id = $1 AND ${LOST_BY[by]}
           JOIN sessions s ON s.tenant_id = $1 AND s.user_id = u.id AND s.refused_at IS NOT NULL
         WHERE d.tenant_id = $1 AND u.status = 'deactivated' AND u.deactivated_by = 'issuer'
         GROUP BY u.id, u.departed_at HAVING bool_and(s.sign_in = $3) ORDER BY u.departed_at DESC LIMIT 1`,
      [tenant, name, signIn],
    ),
  );
  return found?.id ?? null;
}
