import type { Logger } from 'pino';
import { type Job, type JobCommand, type JobContext, Problem } from '../../sdk/index.ts';
import type { ActionRunner } from '../action.ts';
import type { Admission } from '../admission.ts';
import type { Database, Transaction } from '../database/database.ts';
import { isRetryable } from '../database/errors.ts';
import { createReader } from '../database/reader.ts';
import { STORY_KEYS } from '../demo/memory.ts';
import type { Refreshes } from '../identity/refreshes.ts';
import type { TransparencyLog } from '../log/log.ts';
import type { Metrics } from '../metrics.ts';
import type { OutboxWorker } from '../outbox/outbox.ts';
import type { PackRegistry } from '../packs/registry.ts';
import type { ReceiptComparison } from '../receipts/comparison.ts';
import { sideBySide } from '../side-by-side.ts';
import { withLogFields } from '../telemetry/scope.ts';
import { inSpan } from '../telemetry/span.ts';
import type { Tenants } from '../tenancy/tenants.ts';
import { JobClaims, type Run } from './claims.ts';
import { Clock } from './clock.ts';

const SWEEP_OUTBOX = '*/2 * * * * *';
const SWEEP_LOG = '1-59/2 * * * * *';
const COMPARE_RECEIPTS = '25 * * * * *';
const ASK_ISSUERS = '10 * * * * *';
const TAKE_OVER = '50 * * * * *';
const MAKE_PARTITIONS = '17 3 * * *';
const FORGET = '47 * * * *';
/** For so many tenants a job runs side by side. */
const TENANTS_AT_A_TIME = 4;

/** What a look has found. */
interface Due {
  /** Ids of subjects to act on. */
  readonly due: readonly string[];
  /** Whether an earlier run is on record that failed or crashed. */
  readonly isUnsettled: boolean;
}

/** What became of what was due. */
interface Acted {
  readonly count: number;
  readonly failures: readonly unknown[];
  /** Where its state does not allow it, or no longer, or the pack was switched off meanwhile. */
  readonly refusals: readonly Problem[];
}

/** Runs jobs on their schedule, in every replica; a claim in the database makes each period of each tenant run once. */
export class JobScheduler {
  readonly #database: Database;
  readonly #packs: PackRegistry;
  readonly #runner: ActionRunner;
  readonly #admission: Admission;
  readonly #outbox: OutboxWorker;
  readonly #transparencyLog: TransparencyLog;
  readonly #comparison: ReceiptComparison;
  readonly #refreshes: Pick<Refreshes, 'sweep'>;
  readonly #tenants: Tenants;
  readonly #metrics: Pick<Metrics, 'jobRun' | 'jobScheduled'>;
  readonly #claims: JobClaims;
  readonly #log: Logger;
  readonly #clock: Clock;
  #isLeaving = false;

  constructor(services: {
    database: Database;
    packs: PackRegistry;
    runner: ActionRunner;
    admission: Admission;
    outbox: OutboxWorker;
    transparencyLog: TransparencyLog;
    receiptComparison: ReceiptComparison;
    refreshes: Pick<Refreshes, 'sweep'>;
    tenants: Tenants;
    metrics: Pick<Metrics, 'jobRun' | 'jobScheduled'>;
    log: Logger;
  }) {
    this.#database = services.database;
    this.#packs = services.packs;
    this.#runner = services.runner;
    this.#admission = services.admission;
    this.#outbox = services.outbox;
    this.#transparencyLog = services.transparencyLog;
    this.#comparison = services.receiptComparison;
    this.#refreshes = services.refreshes;
    this.#tenants = services.tenants;
    this.#metrics = services.metrics;
    this.#log = services.log.child({ service: 'jobs' });
    this.#claims = new JobClaims(services.database, this.#log);
    this.#clock = new Clock(services.metrics, this.#log);
  }

  /** @param except jobs that do not run by the clock */
  start(except: readonly string[] = []): void {
    const schedule = (id: string, rule: string, work: (period: Date) => Promise<void>) =>
      except.includes(id) ? null : this.#clock.schedule(id, rule, work);
    const own = (id: string, rule: string, work: (tenants: readonly string[]) => Promise<void>) =>
      schedule(id, rule, async () => {
        await work(await this.#tenants.ids());
        this.#metrics.jobRun(id, 'succeeded');
      });
    own('outbox', SWEEP_OUTBOX, (tenants) => this.#outbox.sweep(tenants));
    own('log', SWEEP_LOG, (tenants) => this.#transparencyLog.sweep(tenants));
    // At once too: what was compared, or asked for, before a long stop says nothing of now.
    own('receipts', COMPARE_RECEIPTS, (tenants) => this.#comparison.sweep(tenants))?.(new Date());
    own('sign-ins', ASK_ISSUERS, (tenants) => this.#refreshes.sweep(tenants))?.(new Date());
    own('take-over', TAKE_OVER, (tenants) => this.takeOver(tenants));
    own('partitions', MAKE_PARTITIONS, () => this.#database.makePartitions());
    own('forget', FORGET, (tenants) => this.forget(tenants));
    for (const { id: pack, jobs } of this.#packs.all) {
      for (const job of jobs) schedule(job.id, job.schedule, (period) => this.runEverywhere(pack, job, period));
    }
  }

  /** Begins nothing more, and lets go of what is underway after the subject that it is at: another replica goes on with it. */
  leave(): void {
    this.#isLeaving = true;
    this.#clock.cancel();
  }

  /** Nothing happens by the clock any more. Resolves once nothing is underway, or it takes too long. */
  async stop(): Promise<void> {
    await this.#clock.stop();
  }

  /** Runs a job for one tenant now, whatever its schedule says. @returns how many subjects it acted on */
  async run(packId: string, job: Job, tenant: string): Promise<number> {
    const { due } = await this.#due(packId, job, tenant);
    return this.#act(due, packId, job, tenant);
  }

  /**
   * For one day or period, and what there is to tell afterwards. @returns null where the tenant has not got the pack
   * @throws Problem where its action cannot be, as it would be for a person
   */
  async runByHand(packId: string, job: Job, command: JobCommand, value: string, tenant: string): Promise<object | null> {
    const { enabled, settings } = await this.#admission.packOf(tenant, packId);
    if (!enabled) return null;
    const { failures, refusals } = await this.#actOn(
      await this.#look(tenant, settings, (context) => command.due(value, context)),
      packId,
      job,
      tenant,
    );
    const [first] = [...failures, ...refusals];
    if (first !== undefined) throw first;
    return this.#look(tenant, settings, (context) => command.report(value, context));
  }

  async #due(packId: string, job: Job, tenant: string): Promise<Due> {
    const { enabled, settings } = await this.#admission.packOf(tenant, packId);
    // What its action reads by the log, so does what is due.
    if (enabled && job.action.readsLog) await this.#transparencyLog.upToDate(tenant);
    return this.#look(tenant, settings, async (context, tx) => ({
      due: enabled ? await job.due(context) : [],
      isUnsettled: await this.#claims.isUnsettled(tx, tenant, job.id),
    }));
  }

  async #act(due: readonly string[], packId: string, job: Job, tenant: string): Promise<number> {
    const { count, failures, refusals } = await this.#actOn(due, packId, job, tenant);
    // As a rule somebody acted on it first. It may also be that nothing ever comes of it, and then somebody must see why.
    for (const { message: reason } of refusals) this.#log.warn({ job: job.id, tenant, reason }, 'what was due could not be done');
    if (failures.length > 0) throw new AggregateError(failures, `${failures.length} of ${due.length} subjects failed`);
    return count;
  }

  #look<T>(tenant: string, settings: JobContext['settings'], work: (context: JobContext, tx: Transaction) => Promise<T>): Promise<T> {
    return this.#database.transaction(tenant, 'read', async (tx) => {
      const [clock] = await tx.query<{ now: string }>('SELECT summit_now() AS now');
      return work({ db: createReader(tx, tenant), tenant, now: clock?.now ?? '', settings }, tx);
    });
  }

  async #actOn(due: readonly string[], packId: string, job: Job, tenant: string): Promise<Acted> {
    const acted: { count: number; failures: unknown[]; refusals: Problem[] } = { count: 0, failures: [], refusals: [] };
    for (const id of due) {
      if (this.#isLeaving) throw new Problem('unavailable', 'The server is stopping: another one, or its next start, goes on with it.');
      try {
        await this.#runner.runAsSystem(job.action, packId, tenant, job.id, { id }, {});
        acted.count += 1;
      } catch (error) {
        // One that fails does not hold up the rest.
        if (error instanceof Problem && (error.code === 'invalid-state' || error.code === 'pack-disabled')) acted.refusals.push(error);
        else if (!(isRetryable(error) || (error instanceof Problem && error.code === 'conflict'))) acted.failures.push(error);
      }
    }
    return acted;
  }

  /** Drops what is kept only for a while: answers to idempotency keys after a day (those of stories never), delivered messages, job runs and sessions that are over after a week. */
  async forget(tenants: readonly string[]): Promise<void> {
    for (const tenant of tenants) {
      await this.#database.transaction(tenant, 'write', (tx) =>
        tx.commitWith(
          `WITH answers AS (DELETE FROM idempotency_keys WHERE tenant_id = $1 AND created_at < summit_now() - interval '24 hours' AND NOT starts_with(key, $2)),
             messages AS (DELETE FROM outbox WHERE tenant_id = $1 AND done_at < summit_now() - interval '7 days'),
             -- By whom somebody was refused says who may bring them back.
             signed_in AS (DELETE FROM sessions s WHERE s.tenant_id = $1 AND s.expires_at < summit_now() - interval '7 days'
               AND (s.refused_at IS NULL OR NOT EXISTS (
                 SELECT FROM users u WHERE u.tenant_id = $1 AND u.id = s.user_id AND u.deactivated_by = 'issuer')))
           DELETE FROM job_runs WHERE tenant_id = $1 AND period < summit_now() - interval '7 days'`,
          [tenant, STORY_KEYS],
        ),
      );
    }
  }

  /** Runs a job for every tenant, for each once in a period, however many replicas there are. What fails is logged, and on record. */
  async runEverywhere(packId: string, job: Job, period: Date): Promise<void> {
    await sideBySide(await this.#tenants.ids(), TENANTS_AT_A_TIME, (tenant) =>
      this.#runOne(packId, job, { tenant, job: job.id, period: period.toISOString() }),
    );
  }

  /** Runs again what crashed, or failed a while ago: the next period of its job may be a day off. @throws AggregateError once all have had their turn */
  async takeOver(tenants: readonly string[]): Promise<void> {
    const failures: unknown[] = [];
    await sideBySide(tenants, TENANTS_AT_A_TIME, async (tenant) => {
      const runs = await this.#claims.unfinished(tenant).catch((error: unknown) => void failures.push(error));
      for (const run of runs ?? []) {
        for (const { id, jobs } of this.#packs.all) {
          const job = jobs.find((candidate) => candidate.id === run.job);
          if (job) await this.#runOne(id, job, run);
        }
      }
    });
    if (failures.length > 0) throw new AggregateError(failures, `what is unfinished of ${failures.length} tenants could not be read`);
  }

  /** Never throws. */
  #runOne(packId: string, job: Job, run: Run): Promise<void> {
    const { tenant } = run;
    return withLogFields({ job: job.id, tenant }, async () => {
      if (this.#isLeaving) return;
      let claimed = false;
      try {
        const { due, isUnsettled } = await this.#due(packId, job, tenant);
        // Where nothing is due there is nothing to claim: most tenants are idle most of the time.
        if (due.length === 0) return void (isUnsettled && (await this.#claims.settle(run)));
        claimed = await this.#claims.take(run);
        if (!claimed) return;
        const attributes = { 'summit.job': job.id, 'summit.pack': packId, 'summit.tenant': tenant };
        const act = () => inSpan(`job ${job.id}`, { attributes }, () => this.#act(due, packId, job, tenant));
        const acted = await this.#claims.holding(run, act);
        if (acted > 0) this.#log.info({ acted }, 'job run');
        await this.#claims.finish(run);
        this.#metrics.jobRun(job.id, 'succeeded');
      } catch (error) {
        if (this.#isLeaving && claimed) return this.#letGo(run);
        this.#log.error({ err: error }, 'job failed');
        this.#metrics.jobRun(job.id, 'failed');
        await this.#claims.fail(run, claimed).catch((lost: unknown) => this.#log.error({ err: lost }, 'that a job failed is not on record'));
      }
    });
  }

  /** Never throws: a claim that cannot be given back runs out. */
  async #letGo(run: Run): Promise<void> {
    this.#log.info('the server is stopping: the run is left to another');
    await this.#claims.release(run).catch((error: unknown) => this.#log.warn({ err: error }, 'the claim on a run could not be given back'));
  }
}
