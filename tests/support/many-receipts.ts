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
  await s.asApp(
    `WITH made AS (
       SELECT (lpad(to_hex((extract(epoch FROM now()) * 1000)::bigint - n), 12, '0') || '70008000000000000000')::uuid AS id,
         convert_to(n || repeat('x', $2::int), 'UTF8') AS bytes FROM generate_series(1, $1::int) n),
     stored AS (
       INSERT INTO receipts (tenant_id, id, action, outcome, actor, subject_type, subject_id, leaf_hash, bytes, changes, decision_ids, at)
       SELECT 'demo-external', id, $3, 'denied', 'system:x', $4, id, sha256('\\x00'::bytea || bytes), bytes, '{}', '{}', summit_now() FROM made
       RETURNING id, leaf_hash, at)
     INSERT INTO log_queue (tenant_id, at, receipt_id, leaf_hash) SELECT 'demo-external', at, id, leaf_hash FROM stored`,
    [count, filling, action, subjectType],
  );
}
