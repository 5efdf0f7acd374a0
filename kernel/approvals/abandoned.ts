import type { ColumnOf, Governed, Open } from '../../sdk/index.ts';
import type { Transaction } from '../database/database.ts';

/** The rest is due when these are done. */
const AT_ONCE = 1_000;

/** That whoever made something, `u`, has left since: also who has come back, so that a return within the minute saves nothing. */
function leftSince(madeAt: string): string {
  return `(u.status <> 'active' OR ${madeAt} <= u.departed_at)`;
}

/** @returns the ids of subjects @throws TypeError for a column that the entity does not have */
export async function leftBehind<R>(
  tx: Transaction,
  tenant: string,
  { type, table, types }: Governed<R>,
  { person, since, status, id }: Open & { readonly person: ColumnOf<R>; readonly since: ColumnOf<R> },
): Promise<readonly string[]> {
  const stray = [person, since].find((column) => !(column in types));
  if (stray !== undefined) throw new TypeError(`${type} has no column "${stray}"`);
  // A text may also say `system:<job>`, which is nobody who could leave.
  const userId = types[person] === 'text' ? 'u.id::text' : 'u.id';
  const rows = await tx.query<{ id: string }>(
    `SELECT t.id FROM ${table} t JOIN users u ON u.tenant_id = $1 AND ${userId} = t."${person}"
       WHERE t.tenant_id = $1 AND t.status = ANY($2) AND ($3::uuid IS NULL OR t.id = $3::uuid) AND ${leftSince(`t."${since}"`)}
       ORDER BY t.id LIMIT ${AT_ONCE}`,
    [tenant, status, id ?? null],
  );
  return rows.map((row) => row.id);
}

/** @returns the ids of approvals */
export async function abandonedApprovals<R>(
  tx: Transaction,
  tenant: string,
  { table }: Governed<R>,
  { status, id }: Open,
): Promise<readonly string[]> {
  const rows = await tx.query<{ id: string }>(
    `SELECT a.id FROM users u JOIN approvals a ON a.tenant_id = $1 AND a.approver_id = u.id JOIN ${table} t ON t.tenant_id = $1 AND t.id = a.subject_id
       WHERE u.tenant_id = $1 AND a.status = 'approved' AND t.status = ANY($2) AND ($3::uuid IS NULL OR t.id = $3::uuid) AND ${leftSince('a.created_at')}
         AND NOT EXISTS (SELECT FROM approvals w WHERE w.tenant_id = $1 AND w.subject_id = a.subject_id AND w.approver_id = a.approver_id
           AND w.status = 'withdrawn' AND w.created_at >= a.created_at)
       ORDER BY a.id LIMIT ${AT_ONCE}`,
    [tenant, status, id ?? null],
  );
  return rows.map((row) => row.id);
}
