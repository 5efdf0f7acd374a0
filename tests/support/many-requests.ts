import type { TestSummit } from './summit.ts';

/** Requests as the app stores them, each with its receipt, in one statement; they wait for no place in the log. `db-00001` is the newest. */
export async function manyRequests(s: TestSummit, count: number, tenant: string): Promise<void> {
  await s.asApp(
    `WITH made AS (
       SELECT n, (lpad(to_hex((extract(epoch FROM now()) * 1000)::bigint - n), 12, '0') || '70008000000000000000')::uuid AS id,
         now() - n * interval '1 ms' AS at, convert_to('request ' || n, 'UTF8') AS bytes FROM generate_series(1, $1::int) n),
     witnessed AS (
       INSERT INTO receipts (tenant_id, id, action, outcome, actor, subject_type, subject_id, seq, state_to, leaf_hash, bytes, changes, decision_ids, at)
       SELECT $2, id, 'high-risk-ops.request.create', 'allowed', 'user:' || $3, 'high-risk-ops.request', id, 1, 'pending',
         sha256('\\x00'::bytea || bytes), bytes, '{}', '{}', at FROM made
       RETURNING id, leaf_hash),
     stated AS (
       INSERT INTO subject_states (tenant_id, subject_id, version, status, receipt_id, leaf_hash)
       SELECT $2, id, 1, 'pending', id, leaf_hash FROM witnessed)
     INSERT INTO high_risk_requests (tenant_id, id, status, version, created_at, updated_at,
         type, target, environment, duration_minutes, justification, requester_id, required_approvals)
       SELECT $2, id, 'pending', 1, at, at, 'TEMP_DB_READ_ACCESS', 'db-' || lpad(n::text, 5, '0'), 'prod', 60, 'one of many', $3::uuid, '{team_lead}' FROM made`,
    [count, tenant, await s.userId('engineer', tenant)],
    tenant,
  );
}
