import type { Logger } from 'pino';
import type { Database, Transaction } from '../database/database.ts';

/** A run that has not been held for so long has crashed, and another replica may take its period over. */
const CLAIM = '5 minutes';
const HOLD_EVERY_MS = 60_000;
/** What takes more than an hour hangs: it is held no longer, so that somebody takes it over and an operator is told. */
const MOST_HOLDS = 60;
/** So long after it a run that failed is tried again, where the next is not there before. */
const AGAIN = '10 minutes';
/** What a replica has just written may be ahead of a transaction that began before it, yet never by so much: then the clock was set back since. */
const AHEAD = '1 minute';
const IS_OPEN = '(failed OR finished_at IS NULL)';
const HAS_CRASHED = hasCrashed('summit_now()');
const IS_DUE_AGAIN = isDueAgain('summit_now()');

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

  /** The last run of each job that is to be taken over: it crashed, or failed a while ago, and no other is at work. */
  unfinished(tenant: string): Promise<readonly Run[]> {
    return this.#database.transaction(tenant, 'read', (tx) =>
      tx.query<Run>(
        `SELECT tenant_id AS tenant, job, period FROM (
           SELECT DISTINCT ON (job) * FROM job_runs WHERE tenant_id = $1 AND ${IS_OPEN} ORDER BY job, period DESC) AS last
         WHERE ${HAS_CRASHED} OR ${IS_DUE_AGAIN}`,
        [tenant],
      ),
    );
  }

  /** @returns false where another one has it, or it is done */
  async take(run: Run): Promise<boolean> {
    const now = `EXCLUDED.claimed_until - interval '${CLAIM}'`;
    const claimed = await this.#write(
      run,
      `INSERT INTO job_runs (tenant_id, job, period, claimed_until) SELECT $1, $2, $3, summit_now() + interval '${CLAIM}'
         ON CONFLICT (tenant_id, job, period) DO UPDATE SET claimed_until = EXCLUDED.claimed_until, finished_at = NULL
         WHERE ${hasCrashed(now, 'job_runs.')} OR ${isDueAgain(now, 'job_runs.')} RETURNING 1`,
    );
    return claimed.length > 0;
  }

  /** Keeps the claim for as long as the work takes, and an hour at most: nobody is to take it for crashed. */
  async holding<T>(run: Run, work: () => Promise<T>): Promise<T> {
    const hold = () =>
      this.#write(
        run,
        `UPDATE job_runs SET claimed_until = summit_now() + interval '${CLAIM}' WHERE tenant_id = $1 AND job = $2 AND period = $3 AND finished_at IS NULL`,
      );
    let holds = 0;
    const timer = setInterval(() => {
      if (++holds > MOST_HOLDS) {
        clearInterval(timer);
        this.#log.error(run, 'a run has not ended within an hour, and may be taken over');
        return;
      }
      hold().catch((error: unknown) => this.#log.warn({ err: error, ...run }, 'the claim on a run could not be kept'));
    }, HOLD_EVERY_MS);
    // A run that a stop has left behind keeps no process.
    timer.unref();
    try {
      return await work();
    } finally {
      clearInterval(timer);
    }
  }

  /** For another replica to take over at once. */
  async release(run: Run): Promise<void> {
    await this.#write(
      run,
      `UPDATE job_runs SET claimed_until = '-infinity' WHERE tenant_id = $1 AND job = $2 AND period = $3 AND finished_at IS NULL`,
    );
  }

  /** What of it had failed before is over, too. */
  async finish(run: Run): Promise<void> {
    await this.#write(
      run,
      `UPDATE job_runs SET finished_at = coalesce(finished_at, summit_now()), failed = false WHERE tenant_id = $1 AND job = $2
         AND (period = $3 OR (period < $3 AND (failed OR ${HAS_CRASHED})))`,
    );
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

  /** Whether there is something to settle. */
  async isUnsettled(tx: Transaction, tenant: string, job: string): Promise<boolean> {
    const found = await tx.query(`SELECT FROM job_runs WHERE tenant_id = $1 AND job = $2 AND ${IS_OPEN} AND (failed OR ${HAS_CRASHED}) LIMIT 1`, [
      tenant,
      job,
    ]);
    return found.length > 0;
  }

  /** What had failed, or ended in the middle, is over once nothing is due. */
  async settle({ tenant, job }: Run): Promise<void> {
    await this.#database.transaction(tenant, 'write', (tx) =>
      tx.commitWith(
        `UPDATE job_runs SET failed = false, finished_at = coalesce(finished_at, summit_now()) WHERE tenant_id = $1 AND job = $2
           AND ${IS_OPEN} AND (failed OR ${HAS_CRASHED})`,
        [tenant, job],
      ),
    );
  }

  #write({ tenant, job, period }: Run, sql: string): Promise<readonly object[]> {
    return this.#database.transaction(tenant, 'write', (tx) => tx.commitWith(sql, [tenant, job, period]));
  }
}

/** No claim lasts longer: one that would was made before the clock was set back. */
function hasCrashed(now: string, of = ''): string {
  return `(${of}finished_at IS NULL AND ${of}claimed_until NOT BETWEEN ${now} AND ${now} + interval '${CLAIM}' + interval '${AHEAD}')`;
}

function isDueAgain(now: string, of = ''): string {
  return `(${of}failed AND ${of}finished_at NOT BETWEEN ${now} - interval '${AGAIN}' AND ${now} + interval '${AHEAD}')`;
}
