import type { Effect, EffectContext } from '../../sdk/index.ts';
import type { Database, Transaction } from '../database/database.ts';
import type { Bundle } from './bundle.ts';
import type { Bundles } from './bundles.ts';
import { PolicyFailure } from './compiled.ts';
import { reportOf } from './run-report.ts';
import { type Finding, PolicySandbox } from './sandbox.ts';

/** Decisions that are read, made again and written up at a time: memory does not grow with history. */
const BATCH = 500;
const BATCH_BYTES = 8 * 1024 * 1024;
/** For one batch. Ours take a tenth of a second. */
const LIMIT_MS = 30_000;

interface Progress {
  readonly last_id: string | null;
  readonly until_id: string | null;
  readonly evaluated: number;
  readonly skipped: number;
}

interface PastDecision {
  readonly id: string;
  readonly policy: string;
  readonly bundle_digest: string;
  /** JSON, both; null where the decision cannot be made again. */
  readonly input: string | null;
  readonly result: string | null;
  readonly subject_type: string;
  readonly subject_id: string;
  readonly actor: string;
}

/** A condition on policy_decisions. */
interface Scope {
  readonly sql: string;
  readonly values: readonly unknown[];
}

interface Run {
  readonly candidate: string | null;
  readonly since: string | null;
}

/**
 * Goes through the decisions of a tenant and makes each again: by the bundle that made it (a replay), or by a candidate
 * (a backtest). After each batch it is written how far it has come, so that a run which a crash cuts off goes on there.
 */
export class PolicyRunner {
  readonly #database: Database;
  readonly #bundles: Bundles;
  readonly #batchSize: number;

  /** @param services.batch decisions at a time */
  constructor({ database, bundles, batch = BATCH }: { database: Database; bundles: Bundles; batch?: number }) {
    this.#database = database;
    this.#bundles = bundles;
    this.#batchSize = batch;
  }

  /** @returns the input of `policy-run.finish` */
  readonly run: Effect['run'] = async (context) => {
    const { tenant, subject: id } = context;
    const sandbox = new PolicySandbox(LIMIT_MS);
    try {
      const run = await this.#find(tenant, id);
      const candidate = run.candidate === null ? null : await this.#bundle(tenant, run.candidate);
      let progress = await this.#begin(tenant, id, run, candidate);
      while (progress.last_id !== progress.until_id) {
        context.signal.throwIfAborted();
        progress = await this.#batch(context, sandbox, run, candidate, progress);
      }
      const scope = scopeOf(tenant, run, candidate);
      const report = await this.#database.transaction(tenant, 'read', async (tx) => ({
        ...(await reportOf(tx, tenant, id)),
        late: await lateIn(tx, scope, progress),
      }));
      return { report, error: null };
    } catch (error) {
      if (error instanceof PolicyFailure) return { report: null, error: error.message };
      throw error;
    } finally {
      await sandbox.close();
    }
  };

  async #find(tenant: string, id: string): Promise<Run> {
    const [run] = await this.#database.transaction(tenant, 'read', (tx) =>
      tx.query<Run>('SELECT candidate, since FROM policy_runs WHERE tenant_id = $1 AND id = $2', [tenant, id]),
    );
    if (!run) throw new TypeError(`there is no policy run ${id}`);
    return run;
  }

  async #bundle(tenant: string, digest: string): Promise<Bundle> {
    const bundle = await this.#database.transaction(tenant, 'read', (tx) => this.#bundles.byDigest(tx, tenant, digest));
    if (!bundle) throw new PolicyFailure(`there is no bundle ${digest}`);
    return bundle;
  }

  /** Fixes which decisions the run is about: those there are now. */
  #begin(tenant: string, id: string, run: Run, candidate: Bundle | null): Promise<Progress> {
    return this.#database.transaction(tenant, 'write', async (tx) => {
      const scope = scopeOf(tenant, run, candidate);
      const [range] = await tx.query<{ until_id: string | null; total: number }>(
        `SELECT (SELECT id FROM policy_decisions WHERE ${scope.sql} ORDER BY id DESC LIMIT 1) AS until_id,
           (SELECT count(*) FROM policy_decisions WHERE ${scope.sql}) AS total`,
        scope.values,
      );
      const [progress] = await tx.commitWith<Progress>(
        `INSERT INTO policy_run_progress VALUES ($1, $2, NULL, $3, $4, 0, 0)
           ON CONFLICT (tenant_id, run_id) DO UPDATE SET evaluated = policy_run_progress.evaluated
           RETURNING last_id, until_id, evaluated, skipped`,
        [tenant, id, range?.until_id ?? null, range?.total ?? 0],
      );
      if (!progress) throw new TypeError('an upsert returns its row');
      return progress;
    });
  }

  async #batch(
    { tenant, subject: id }: EffectContext,
    sandbox: PolicySandbox,
    run: Run,
    candidate: Bundle | null,
    progress: Progress,
  ): Promise<Progress> {
    const scope = scopeOf(tenant, run, candidate);
    const next = scope.values.length;
    const recorded = await this.#database.transaction(tenant, 'read', (tx) =>
      tx.query<PastDecision>(
        `SELECT * FROM (
           SELECT *, sum(coalesce(octet_length(input), 0)) OVER (ORDER BY id) - coalesce(octet_length(input), 0) AS before FROM (
             SELECT id, policy, bundle_digest, result::text, subject_type, subject_id, actor,
               CASE WHEN outcome <> 'error' AND masked = '{}' THEN input::text END AS input
             FROM policy_decisions WHERE ${scope.sql} AND ($${next + 1}::uuid IS NULL OR id > $${next + 1}) AND id <= $${next + 2}
             ORDER BY id LIMIT ${this.#batchSize}) AS b) AS sized
           WHERE before < ${BATCH_BYTES} ORDER BY id`,
        [...scope.values, progress.last_id, progress.until_id],
      ),
    );
    const again = recorded.filter(isReplayable);
    const findings: Finding[] = [];
    for (const [digest, decisions] of Map.groupBy(again, ({ bundle_digest }) => candidate?.digest ?? bundle_digest)) {
      await sandbox.load(candidate ?? (await this.#bundle(tenant, digest)));
      const questions = decisions.map(({ id: decision, policy, input, result }) => ({ id: decision, entrypoint: policy, input, result }));
      findings.push(...(await sandbox.compare(digest, questions)));
    }
    const after = {
      last_id: recorded.at(-1)?.id ?? progress.until_id,
      until_id: progress.until_id,
      evaluated: progress.evaluated + again.length,
      skipped: progress.skipped + recorded.length - again.length,
    };
    await this.#keep(tenant, id, after, findings, new Map(recorded.map((decision) => [decision.id, decision])));
    return after;
  }

  async #keep(tenant: string, run: string, progress: Progress, findings: readonly Finding[], of: ReadonlyMap<string, PastDecision>): Promise<void> {
    const rows = findings.map((finding) => {
      const { subject_type, subject_id, actor } = of.get(finding.id) ?? {};
      return { ...finding, subject_type, subject_id, actor };
    });
    await this.#database.transaction(tenant, 'write', (tx) =>
      tx.commitWith(
        `WITH found AS (
           INSERT INTO policy_run_findings (tenant_id, run_id, id, difference, rules, subject_type, subject_id, actor, now, failure)
             SELECT $1, $2, id, difference, rules, subject_type, subject_id, actor, now, failure
             FROM json_to_recordset($3::json) AS x(id uuid, difference text, rules text[], subject_type text, subject_id uuid, actor text, now jsonb, failure text)
             ON CONFLICT (tenant_id, run_id, id) DO NOTHING)
         UPDATE policy_run_progress SET last_id = $4, evaluated = $5, skipped = $6 WHERE tenant_id = $1 AND run_id = $2`,
        [tenant, run, JSON.stringify(rows), progress.last_id, progress.evaluated, progress.skipped],
      ),
    );
  }
}

/** Decisions get their ids before they are committed: what came after its batch had been read is counted, and not made again. */
async function lateIn(tx: Transaction, scope: Scope, { until_id, evaluated, skipped }: Progress): Promise<number> {
  const [counted] = await tx.query<{ count: number }>(
    `SELECT count(*) AS count FROM policy_decisions WHERE ${scope.sql} AND id <= $${scope.values.length + 1}`,
    [...scope.values, until_id],
  );
  return (counted?.count ?? 0) - evaluated - skipped;
}

function isReplayable(decision: PastDecision): decision is PastDecision & { readonly input: string; readonly result: string } {
  return decision.input !== null && decision.result !== null;
}

/** The decisions that a run is about: all of the tenant, or those of the candidate's package. */
function scopeOf(tenant: string, { since }: Run, candidate: Bundle | null): Scope {
  const entrypoints = candidate === null ? '' : `${candidate.id.replaceAll('.', '/')}/`;
  return {
    sql: 'tenant_id = $1 AND starts_with(policy, $2) AND ($3::timestamptz IS NULL OR created_at >= $3)',
    values: [tenant, entrypoints, since],
  };
}
