import type { Transaction } from '../database/database.ts';
import { TILE_WIDTH } from '../log/tree.ts';

/** What people read of a receipt `r` is what its bytes say, which the log holds the hash of. */
const AS_ITS_BYTES_SAY = `
  (c.said ->> 'id', c.said ->> 'action', c.said ->> 'outcome', c.said -> 'subject' ->> 'type', c.said -> 'subject' ->> 'id', c.said ->> 'seq',
    c.said -> 'state' ->> 'from', c.said -> 'state' ->> 'to', c.said ->> 'at', c.said ->> 'changes_digest',
    jsonb_path_query_array(c.said, '$.policy[*].decision_id'))
  IS NOT DISTINCT FROM
  (r.id::text, r.action, r.outcome, r.subject_type, r.subject_id::text, r.seq::text,
    r.state_from, r.state_to, to_char(r.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), encode(sha256(convert_to(r.changes, 'UTF8')), 'hex'),
    to_jsonb(r.decision_ids))`;

/** Who it was is committed to, and can be checked for as long as the salt is not erased. */
const ACTOR_AS_COMMITTED = `EXISTS (SELECT FROM disclosures d WHERE d.tenant_id = $1 AND d.commitment = c.said ->> 'actor'
  AND (d.salt IS NULL OR d.commitment = summit_commitment(d.salt, 'actor', r.actor)))`;

const HAS_ITS_STATE = `(r.outcome <> 'allowed' OR EXISTS (
  SELECT FROM subject_states s WHERE s.tenant_id = $1 AND s.subject_id = r.subject_id AND s.version = r.seq AND s.status = r.state_to
    AND s.receipt_id = r.id AND s.leaf_hash = r.leaf_hash))`;

const HAS_A_PLACE_OR_WAITS = `(EXISTS (SELECT FROM log_leaves l WHERE l.tenant_id = $1 AND l.receipt_id = n.id)
  OR EXISTS (SELECT FROM log_queue q WHERE q.tenant_id = $1 AND q.receipt_id = n.id))`;

const AS_IT_WAS_LOGGED = `NOT EXISTS (SELECT FROM log_leaves l WHERE l.tenant_id = $1 AND l.receipt_id = n.id AND NOT EXISTS (
  SELECT FROM log_tiles t WHERE t.tenant_id = $1 AND t.epoch = l.epoch AND t.level = 0
    AND t.tile_index = l.leaf_index / ${TILE_WIDTH} AND t.width > l.leaf_index % ${TILE_WIDTH}
    AND substring(t.hashes FROM (l.leaf_index % ${TILE_WIDTH})::integer * 32 + 1 FOR 32) = r.leaf_hash))`;

/** Of these receipts, those that are gone, or not as they were written and logged, in the order of their ids. */
export async function strayAmong(tx: Transaction, tenant: string, ids: readonly string[]): Promise<readonly string[]> {
  if (ids.length === 0) return [];
  const rows = await tx.query<{ id: string }>(
    // OFFSET 0: the bytes are to be read once, and not for each thing that they say.
    `SELECT n.id FROM unnest($2::uuid[]) AS n (id)
       LEFT JOIN receipts r ON r.tenant_id = $1 AND r.id = n.id
       LEFT JOIN LATERAL (SELECT summit_content(r.bytes) AS said OFFSET 0) c ON true
       WHERE (r.id IS NOT NULL AND ${AS_ITS_BYTES_SAY} AND ${ACTOR_AS_COMMITTED}
         AND ${HAS_ITS_STATE} AND ${HAS_A_PLACE_OR_WAITS} AND ${AS_IT_WAS_LOGGED}) IS NOT TRUE
       ORDER BY n.id`,
    [tenant, ids],
  );
  return rows.map(({ id }) => id);
}

/** The receipts that states of these subjects name, and that are not there. */
export async function goneFrom(tx: Transaction, tenant: string, subjects: readonly string[]): Promise<readonly string[]> {
  if (subjects.length === 0) return [];
  const rows = await tx.query<{ id: string }>(
    `SELECT s.receipt_id AS id FROM subject_states s WHERE s.tenant_id = $1 AND s.subject_id = ANY($2::uuid[])
       AND NOT EXISTS (SELECT FROM receipts r WHERE r.tenant_id = $1 AND r.id = s.receipt_id)`,
    [tenant, subjects],
  );
  return rows.map(({ id }) => id);
}
