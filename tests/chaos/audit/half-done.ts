import type { Ledger } from '../ledger.ts';
import type { Site } from '../site.ts';
import { QUOTES, REQUESTS } from '../stories.ts';

/** What must find nothing, and what it means where it does. */
const CONTRADICTIONS: Readonly<Record<string, string>> = {
  'a request has another state than its newest receipt': `
    SELECT r.id FROM high_risk_requests r WHERE NOT EXISTS (SELECT FROM receipts c
      WHERE c.subject_id = r.id AND c.outcome = 'allowed' AND c.seq = r.version AND c.state_to = r.status)`,
  'a quote has another state than its newest receipt': `
    SELECT q.id FROM revops_quotes q WHERE NOT EXISTS (SELECT FROM receipts c
      WHERE c.subject_id = q.id AND c.outcome = 'allowed' AND c.seq = q.version AND c.state_to = q.status)`,
  'a subject has a gap among its receipts, or one twice': `
    SELECT subject_id AS id FROM receipts WHERE outcome = 'allowed' GROUP BY subject_id HAVING count(*) <> max(seq) OR count(DISTINCT seq) <> max(seq)`,
  'a receipt does not go on from the state before it': `
    SELECT c.id FROM receipts c JOIN receipts p ON p.subject_id = c.subject_id AND p.seq = c.seq - 1
      WHERE c.outcome = 'allowed' AND p.outcome = 'allowed' AND c.state_from IS DISTINCT FROM p.state_to`,
  'a receipt is older than the one before it': `
    SELECT c.id FROM receipts c JOIN receipts p ON p.subject_id = c.subject_id AND p.seq = c.seq - 1 WHERE c.at < p.at`,
  'a state has no receipt': 'SELECT s.subject_id AS id FROM subject_states s WHERE NOT EXISTS (SELECT FROM receipts c WHERE c.id = s.receipt_id)',
  'a receipt names a decision that is not there': `
    SELECT c.id FROM receipts c, unnest(c.decision_ids) AS d (id) WHERE NOT EXISTS (SELECT FROM policy_decisions p WHERE p.id = d.id)`,
  'what was executed has not exactly one outcome on record': `
    SELECT r.id FROM high_risk_requests r LEFT JOIN high_risk_executions e ON e.request_id = r.id
      WHERE r.status IN ('executed', 'revoked', 'expired') GROUP BY r.id HAVING count(e.id) <> 1`,
  'an outcome is on record of what was not executed': `
    SELECT e.id FROM high_risk_executions e JOIN high_risk_requests r ON r.id = e.request_id WHERE r.status IN ('pending', 'approved', 'executing', 'cancelled')`,
  'an activated quote has not exactly one contract': `
    SELECT q.id FROM revops_quotes q LEFT JOIN revops_contracts c ON c.quote_id = q.id WHERE q.status = 'activated' GROUP BY q.id HAVING count(c.id) <> 1`,
  'a request was not metered exactly once': `
    SELECT r.id FROM high_risk_requests r LEFT JOIN usage_events u ON u.subject = r.id::text AND u.type = 'workflow_run' GROUP BY r.id HAVING count(u.id) <> 1`,
  'a receipt has not exactly one place in the log': `
    SELECT c.id FROM receipts c LEFT JOIN log_leaves l ON l.receipt_id = c.id GROUP BY c.id HAVING count(l.leaf_index) <> 1`,
  'the places in the log have a gap': 'SELECT max(leaf_index) AS id FROM log_leaves HAVING max(leaf_index) + 1 <> count(*)',
  'the log has another head than leaves': `
    SELECT h.size AS id FROM log_heads h WHERE h.size <> (SELECT count(*) FROM log_leaves l WHERE l.tenant_id = h.tenant_id AND l.epoch = h.epoch)`,
  'a receipt stands before its parent in the log': `
    SELECT c.id FROM receipts c JOIN receipts p ON p.subject_id = c.subject_id AND p.seq = c.seq - 1
      JOIN log_leaves lc ON lc.receipt_id = c.id JOIN log_leaves lp ON lp.receipt_id = p.id
      WHERE c.outcome = 'allowed' AND p.outcome = 'allowed' AND lc.leaf_index < lp.leaf_index`,
  'a request waits for an outcome': "SELECT id FROM high_risk_requests WHERE status = 'executing'",
  'a message is not delivered': 'SELECT id FROM outbox WHERE done_at IS NULL',
};

/** Nothing is half done: states, receipts, rows, effects and the log say the same, and each thing was made once. */
export async function assertWhole(site: Site, ledger: Ledger): Promise<readonly string[]> {
  const findings: string[] = [];
  for (const [meaning, sql] of Object.entries(CONTRADICTIONS)) {
    const found = await site.query<{ id: string }>(sql);
    if (found.length > 0) findings.push(`${meaning}: ${found.length}, the first is ${found[0]?.id}`);
  }
  return [...findings, ...(await madeOnce(site, ledger)), ...(await effectsRun(site))];
}

/** Of each key there is what it made, and nothing else is there: whatever was sent again made nothing more. */
async function madeOnce(site: Site, { acknowledged, open }: Ledger): Promise<readonly string[]> {
  const findings: string[] = [];
  for (const [path, table] of [
    [REQUESTS, 'high_risk_requests'],
    [QUOTES, 'revops_quotes'],
    ['/revops/leads', 'revops_leads'],
  ] as const) {
    const known = new Set(acknowledged.filter((entry) => entry.path === path).map(({ id }) => id));
    const unknown = [...open.values()].filter((order) => order.path === path).length;
    const rows = await site.query<{ id: string }>(`SELECT id FROM ${table}`);
    const stray = rows.filter(({ id }) => !known.has(id));
    if (stray.length > unknown) findings.push(`${stray.length} of ${table} were made that no answer tells of, such as ${stray[0]?.id}`);
  }
  return findings;
}

/** Access is opened at least once for what was executed, and never for anything else. */
async function effectsRun(site: Site): Promise<readonly string[]> {
  const opened = new Set(site.logged('grant DB access (stub: no database was touched)').map(({ request }) => String(request)));
  const rows = await site.query<{ id: string }>("SELECT id FROM high_risk_requests WHERE status IN ('executed', 'revoked', 'expired')");
  const executed = new Set(rows.map(({ id }) => id));
  const [missed, stray] = [executed.difference(opened), opened.difference(executed)];
  return [
    ...(missed.size > 0 ? [`${missed.size} requests are executed, and access was not opened`] : []),
    ...(stray.size > 0 ? [`access was opened for ${stray.size} requests that were not executed`] : []),
  ];
}
