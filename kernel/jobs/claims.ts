import type { Logger } from 'pino';
import type { Database } from '../database/database.ts';

/** A run that has not been held for so long has crashed, and another replica may take its period over. */
const CLAIM = '5 minutes';
const HOLD_EVERY_MS = 60_000;

export interface Run {
  readonly tenant: string;
  readonly job: string;
  /** RFC 3339: for which it runs, and whoever claims it first runs it. */
  readonly period: string;
}

/** What replicas know of one another's runs of jobs, and what an operator is to know of them: which have failed. */
export class JobClaims {
  readonly #database: Database;
  readonly #log: Logger;

  constructor(database: Database, log: Logger) {
    this.#database = database;
    this.#log = log;
  }

  /** @returns false where another one has it, or it is done */
  async take(run: Run): Promise<boolean> {
    const claimed = await this.#write(
      run,
      `INSERT INTO job_runs (tenant_id, job, period, claimed_until) SELECT $1, $2, $3, summit_now() + interval '${CLAIM}'
         ON CONFLICT (tenant_id, job, period) DO UPDATE SET claimed_until = EXCLUDED.claimed_until
         WHERE job_runs.finished_at IS NULL AND job_runs.claimed_until < EXCLUDED.claimed_until - interval '${CLAIM}' RETURNING 1`,
    );
    return claimed.length > 0;
  }

  /** Runs that ended in the middle, in this process or another: nobody holds them any more. What has failed is not among them. */
  crashed(tenant: string): Promise<readonly Pick<Run, 'job' | 'period'>[]> {
    return this.#database.transaction(tenant, 'read', (tx) =>
      tx.query<{ job: string; period: string }>(
        `SELECT job, period FROM job_runs WHERE tenant_id = $1 AND finished_at IS NULL AND NOT failed AND claimed_until < summit_now()
           ORDER BY period, job`,
        [tenant],
      ),
    );
  }

  /** Keeps the claim for as long as the work takes: nobody is to take it for crashed. */
  async holding<T>(run: Run, work: () => Promise<T>): Promise<T> {
    const hold = () =>
      this.#write(
        run,
        `UPDATE job_runs SET claimed_until = summit_now() + interval '${CLAIM}' WHERE tenant_id = $1 AND job = $2 AND period = $3 AND finished_at IS NULL`,
      );
    const timer = setInterval(() => {
      hold().catch((error: unknown) => this.#log.warn({ err: error, ...run }, 'the claim on a run could not be kept'));
    }, HOLD_EVERY_MS);
    try {
      return await work();
    } finally {
      clearInterval(timer);
    }
  }

  async finish(run: Run): Promise<void> {
    await this.#write(run, 'UPDATE job_runs SET finished_at = summit_now(), failed = false WHERE tenant_id = $1 AND job = $2 AND period = $3');
  }

  /** @param claimed false where it failed before: then the period is still there for a replica that can */
  async fail(run: Run, claimed: boolean): Promise<void> {
    await this.#write(
      run,
      claimed
        ? 'UPDATE job_runs SET finished_at = summit_now(), failed = true WHERE tenant_id = $1 AND job = $2 AND period = $3 AND finished_at IS NULL'
        : `INSERT INTO job_runs (tenant_id, job, period, claimed_until, failed) VALUES ($1, $2, $3, '-infinity', true) ON CONFLICT DO NOTHING`,
    );
  }

  /** What had failed, or ended in the middle, is over once nothing is due. */
  async settle({ tenant, job }: Run): Promise<void> {
    await this.#database.transaction(tenant, 'write', (tx) =>
      tx.commitWith(
        `UPDATE job_runs SET failed = false, finished_at = coalesce(finished_at, summit_now()) WHERE tenant_id = $1 AND job = $2
           AND (failed OR (finished_at IS NULL AND claimed_until < summit_now()))`,
        [tenant, job],
      ),
    );
  }

  #write({ tenant, job, period }: Run, sql: string): Promise<readonly object[]> {
    return this.#database.transaction(tenant, 'write', (tx) => tx.commitWith(sql, [tenant, job, period]));
  }
}
