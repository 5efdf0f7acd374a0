import { validate as isUuid } from 'uuid';
import type { Transaction } from '../database/database.ts';
import type { ReceiptRow } from '../receipts/present.ts';

/** Somebody who appears in a bundle. */
export interface Person {
  readonly id: string;
  /** Null once erased. */
  readonly handle: string | null;
  /** The one that made the user, and so binds the handle to the id. */
  readonly receipt: ReceiptRow;
}

/** By user id. */
export type People = ReadonlyMap<string, Person>;

/**
 * Whoever is among these ids, and whoever made them: a receipt that names its actor needs that one too.
 * @param ids of which most may be something else
 */
export async function peopleAmong(tx: Transaction, tenant: string, ids: Iterable<string>): Promise<People> {
  const people = new Map<string, Person>();
  const asked = new Set<string>();
  for (let next = [...ids]; ; ) {
    const fresh = [...new Set(next)].filter((id) => isUuid(id) && !asked.has(id));
    if (fresh.length === 0) return people;
    for (const id of fresh) asked.add(id);
    const found = await usersWithReceipts(tx, tenant, fresh);
    for (const person of found) people.set(person.id, person);
    next = found.map(({ receipt }) => receipt.actor);
  }
}

/** Handles as receipts show their actors: by user id, without those that were erased. */
export function handlesOf(people: People): ReadonlyMap<string, string> {
  return new Map([...people].flatMap(([id, { handle }]) => (handle === null ? [] : [[id, handle] as const])));
}

async function usersWithReceipts(tx: Transaction, tenant: string, ids: readonly string[]): Promise<readonly Person[]> {
  const rows = await tx.query<ReceiptRow & { handle: string | null }>(
    `SELECT r.*, d.value AS handle FROM subject_states s
       JOIN receipts r ON r.tenant_id = $1 AND r.id = s.receipt_id AND r.subject_type = 'user'
       JOIN users u ON u.tenant_id = $1 AND u.id = s.subject_id
       LEFT JOIN disclosures d ON d.tenant_id = $1 AND d.commitment = u.handle
       WHERE s.tenant_id = $1 AND s.subject_id = ANY($2::uuid[]) AND s.version = 1 ORDER BY s.subject_id`,
    [tenant, ids],
  );
  return rows.map(({ handle, ...receipt }) => ({ id: receipt.subject_id, handle, receipt }));
}
