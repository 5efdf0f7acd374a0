import type { Reader, Row } from '../../sdk/index.ts';
import { transactionOf } from '../database/reader.ts';
import { Users } from '../database/tables.ts';
import type { Sought } from './filter.ts';
import { USER } from './person-wanted.ts';

export type ScimPerson = Row<typeof Users>;

/** What a provider may know of: nobody who is erased, or whom it has deleted. */
export function isKnown({ status, scim_deleted_at }: ScimPerson): boolean {
  return status !== 'erased' && scim_deleted_at === null;
}

/** What a provider calls somebody: their handle, until it has given them a name of its own. */
export function userNameOf({ user_name, handle }: ScimPerson): string | null {
  return user_name ?? handle;
}

const KNOWN = `u.tenant_id = $1 AND u.status <> 'erased' AND u.scim_deleted_at IS NULL`;
const BY_HANDLE = `SELECT u.id FROM disclosures d JOIN users u ON u.handle = d.commitment
  WHERE d.tenant_id = $1 AND d.name = 'handle' AND d.value = $2 AND u.user_name IS NULL AND ${KNOWN}`;
// Also of who is deactivated, and then nobody's key.
const BY_EXTERNAL_ID = `SELECT u.id FROM disclosures d JOIN users u ON u.external_id = d.commitment
  WHERE d.tenant_id = $1 AND d.name = 'external_id' AND left(d.value, 255) = left($2, 255) AND d.value = $2 AND ${KNOWN} ORDER BY u.status, u.id`;

/** @returns the id of whoever is called so, or null: active people come before others */
export async function personCalled(db: Reader, tenant: string, { by, value }: Sought): Promise<string | null> {
  if (by === 'userName') {
    const named = await db.byKey(Users, 'user_name', [value.toLowerCase()]);
    if (named !== null) return named;
  }
  const [sql, name] = by === 'userName' ? [BY_HANDLE, value.toLowerCase()] : [BY_EXTERNAL_ID, value];
  const [found] = await transactionOf(db).query<{ id: string }>(sql, [tenant, name]);
  return found?.id ?? null;
}

/** So many ids from one place on, in the order in which people came, and how many there are in all. */
export async function peopleFrom(db: Reader, tenant: string, offset: number, limit: number): Promise<{ ids: readonly string[]; total: number }> {
  const tx = transactionOf(db);
  const rows = await tx.query<{ id: string }>(`SELECT u.id FROM users u WHERE ${KNOWN} ORDER BY u.id LIMIT $2 OFFSET $3`, [tenant, limit, offset]);
  const [counted] = await tx.query<{ total: number }>(`SELECT count(*)::integer AS total FROM users u WHERE ${KNOWN}`, [tenant]);
  return { ids: rows.map(({ id }) => id), total: counted?.total ?? 0 };
}

/** A person as a SCIM resource. @param base where the API is: `https://summit.example.com/scim/v2` */
export function resourceOf(person: ScimPerson, base: string) {
  const { id, external_id, status, created_at, updated_at, version } = person;
  return {
    schemas: [USER],
    id,
    ...(external_id === null ? {} : { externalId: external_id }),
    userName: userNameOf(person),
    active: status === 'active',
    meta: { resourceType: 'User', created: created_at, lastModified: updated_at, location: `${base}/Users/${id}`, version: `W/"${version}"` },
  };
}
