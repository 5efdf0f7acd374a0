import type { Transaction } from '../database/database.ts';

/** So many of the decisions that come out otherwise are named in the report; all of them are listed beside it. */
const EXAMPLES = 100;

/** What a run has found, summed up. Only what changes what may happen counts into the blast radius, not a reason put in other words. */
const GRAVE = "difference <> 'reasons' AND difference <> 'other'";

export interface RunReport {
  readonly evaluated: number;
  /** Errors, and decisions whose input is kept as commitments only. */
  readonly not_replayable: number;
  /** Committed while the run went by, and left out: another run has them. */
  readonly late: number;
  readonly differences: Readonly<Record<string, number>>;
  /** How often each rule is behind a difference. */
  readonly rules: readonly { readonly difference: string; readonly rule: string; readonly count: number }[];
  /** Through the graph: what the changed decisions were about, and who and what hangs on that. */
  readonly blast_radius: {
    readonly subjects: Readonly<Record<string, number>>;
    readonly approvals: number;
    readonly people: number;
    readonly reached: Readonly<Record<string, number>>;
  };
  readonly examples: readonly RunExample[];
}

/** A decision that comes out otherwise. */
export interface RunExample {
  readonly decision_id: string;
  readonly subject_type: string;
  readonly subject_id: string;
  readonly subject_label: string | null;
  readonly difference: string;
  readonly rules: readonly string[];
  readonly failure: string | null;
}

export async function reportOf(tx: Transaction, tenant: string, run: string): Promise<Omit<RunReport, 'late'>> {
  const key = [tenant, run];
  const found = 'FROM policy_run_findings WHERE tenant_id = $1 AND run_id = $2';
  const subjects = `SELECT DISTINCT subject_id ${found} AND ${GRAVE}`;
  const [[progress], differences, rules, bySubject, [approvals], [people], reached, examples] = await Promise.all([
    tx.query<{ evaluated: number; skipped: number }>('SELECT evaluated, skipped FROM policy_run_progress WHERE tenant_id = $1 AND run_id = $2', key),
    tx.query<Counted>(`SELECT difference AS name, count(*) AS count ${found} GROUP BY 1 ORDER BY 2 DESC, 1`, key),
    tx.query<RunReport['rules'][number]>(
      `SELECT difference, rule, count(*) AS count FROM (SELECT difference, unnest(rules) AS rule ${found}) AS x GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2`,
      key,
    ),
    tx.query<Counted>(`SELECT subject_type AS name, count(DISTINCT subject_id) AS count ${found} AND ${GRAVE} GROUP BY 1 ORDER BY 2 DESC, 1`, key),
    tx.query<{ count: number }>(`SELECT count(*) AS count FROM approvals WHERE tenant_id = $1 AND subject_id IN (${subjects})`, key),
    tx.query<{ count: number }>(
      `SELECT count(*) AS count FROM (
         SELECT actor ${found} AND ${GRAVE} AND actor NOT LIKE 'system:%' UNION SELECT approver_id::text FROM approvals WHERE tenant_id = $1 AND subject_id IN (${subjects})) AS x`,
      key,
    ),
    tx.query<Counted>(
      `SELECT n.type AS name, count(DISTINCT n.id) AS count FROM (
           SELECT to_id AS id FROM current_edges WHERE tenant_id = $1 AND from_id IN (${subjects})
           UNION SELECT from_id FROM current_edges WHERE tenant_id = $1 AND to_id IN (${subjects})) AS e
         JOIN nodes n ON n.tenant_id = $1 AND n.id = e.id GROUP BY 1 ORDER BY 2 DESC, 1`,
      key,
    ),
    tx.query<RunExample>(
      `SELECT f.id AS decision_id, f.subject_type, f.subject_id, n.label AS subject_label, f.difference, f.rules, f.failure
         FROM policy_run_findings f LEFT JOIN nodes n ON n.tenant_id = $1 AND n.id = f.subject_id
         WHERE f.tenant_id = $1 AND f.run_id = $2 ORDER BY f.id LIMIT ${EXAMPLES}`,
      key,
    ),
  ]);
  return {
    evaluated: progress?.evaluated ?? 0,
    not_replayable: progress?.skipped ?? 0,
    differences: byName(differences),
    rules,
    blast_radius: { subjects: byName(bySubject), approvals: approvals?.count ?? 0, people: people?.count ?? 0, reached: byName(reached) },
    examples,
  };
}

interface Counted {
  readonly name: string;
  readonly count: number;
}

function byName(counted: readonly Counted[]): Readonly<Record<string, number>> {
  return Object.fromEntries(counted.map(({ name, count }) => [name, count]));
}
