import type { Database } from '../database/database.ts';

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
