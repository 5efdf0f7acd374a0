import { commit } from '../../kernel/receipts/commitment.ts';
import type { TestSummit } from './summit.ts';

export interface ManyReceipts {
  readonly count: number;
  readonly action: string;
  readonly subjectType: string;
  /** Of each, in bytes, beside its number; none unless said. */
  readonly filling?: number;
}

/** Receipts of what was denied, in one statement, which wait for their places in the log as all others do: of `demo-external`, and from just before now. */
export async function manyReceipts(s: TestSummit, { count, action, subjectType, filling = 0 }: ManyReceipts): Promise<void> {
  const { commitment, salt } = commit('actor', 'system:x');
  await s.asApp(
    `WITH numbered AS (
       SELECT (lpad(to_hex((extract(epoch FROM now()) * 1000)::bigint - n), 12, '0') || '70008000000000000000')::uuid AS id,
         summit_now() AS at FROM generate_series(1, $1::int) n),
     made AS (
       SELECT id, at, convert_to(jsonb_build_object('id', id, 'action', $3::text, 'outcome', 'denied', 'actor', $5::text, 'filling', repeat('x', $2::int),
         'subject', jsonb_build_object('type', $4::text, 'id', id), 'state', '{}'::jsonb, 'policy', '[]'::jsonb,
         'at', to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'changes_digest', encode(sha256('{}'), 'hex'))::text, 'UTF8') AS bytes
       FROM numbered),
     who AS (
       INSERT INTO disclosures (tenant_id, commitment, subject_id, name, salt, value) SELECT 'demo-external', $5, gen_random_uuid(), 'actor', $6, 'system:x'),
     stored AS (
       INSERT INTO receipts (tenant_id, id, action, outcome, actor, subject_type, subject_id, leaf_hash, bytes, changes, decision_ids, at)
       SELECT 'demo-external', id, $3, 'denied', 'system:x', $4, id, sha256('\\x00'::bytea || bytes), bytes, '{}', '{}', at FROM made
       RETURNING id, leaf_hash, at)
     INSERT INTO log_queue (tenant_id, at, receipt_id, leaf_hash) SELECT 'demo-external', at, id, leaf_hash FROM stored`,
    [count, filling, action, subjectType, commitment, salt],
  );
}
