import type { ColumnOf, Governed, Open } from '../../sdk/index.ts';
import type { Transaction } from '../database/database.ts';

/** The rest is due when these are done. */
const AT_ONCE = 1_000;

/**
 * Who is gone, or was: where nobody is, nothing else is read, however much is open. Also who has come back, so that a return within
 * the minute saves nothing. The condition is that of the index `users_gone`.
 */
const GONE = `WITH gone AS MATERIALIZED (
  SELECT id, CASE WHEN status = 'active' THEN departed_at ELSE 'infinity' END AS until FROM users
    WHERE tenant_id = $1 AND (departed_at IS NOT NULL OR status <> 'active'))`;

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
  const goneId = types[person] === 'text' ? 'gone.id::text' : 'gone.id';
  // Nothing is anybody's before it was made.
  const theirsSince = `coalesce(t."${since}", t.created_at)`;
  const rows = await tx.query<{ id: string }>(
    `${GONE} SELECT t.id FROM gone JOIN ${table} t ON t.tenant_id = $1 AND t."${person}" = ${goneId} AND ${theirsSince} <= gone.until
       WHERE t.status = ANY($2) AND ($3::uuid IS NULL OR t.id = $3::uuid)
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
    `${GONE} SELECT a.id FROM gone JOIN approvals a ON a.tenant_id = $1 AND a.approver_id = gone.id AND a.created_at <= gone.until
         JOIN ${table} t ON t.tenant_id = $1 AND t.id = a.subject_id
       WHERE a.status = 'approved' AND t.status = ANY($2) AND ($3::uuid IS NULL OR t.id = $3::uuid)
         AND NOT EXISTS (SELECT FROM approvals w WHERE w.tenant_id = $1 AND w.subject_id = a.subject_id AND w.approver_id = a.approver_id
           AND w.status = 'withdrawn' AND w.created_at >= a.created_at)
       ORDER BY a.id LIMIT ${AT_ONCE}`,
    [tenant, status, id ?? null],
  );
  return rows.map((row) => row.id);
}
