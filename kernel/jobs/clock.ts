import type { Logger } from 'pino';
import { endedWithin } from '../ended-within.ts';
import { newId } from '../ids.ts';
import type { Metrics } from '../metrics.ts';
import { withLogFields } from '../telemetry/scope.ts';
import { onClockSet } from './clock-watch.ts';
import { isSchedule, nextTime } from './schedule.ts';

/** Of a run that has lasted so long somebody is told, once ticks are skipped for it. */
const LONG_MS = 60_000;

/** So long a stop waits for what goes on. A claim that is left behind runs out. */
const LAST_RUNS_MS = 10_000;

/** A timer of Node lasts no longer: it would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** What goes on of a job. */
interface Underway {
  readonly since: Date;
  isTold: boolean;
}

/** What happens by the clock in this process: of each job one run at a time, and a tick that comes meanwhile is skipped. */
export class Clock {
  readonly #metrics: Pick<Metrics, 'jobRun' | 'jobScheduled'>;
  readonly #log: Logger;
  #scheduled: { cancel(): void }[] = [];
  readonly #runs = new Set<Promise<void>>();

  constructor(metrics: Pick<Metrics, 'jobRun' | 'jobScheduled'>, log: Logger) {
    this.#metrics = metrics;
    this.#log = log;
  }

  /**
   * @param rule a cron expression, in UTC
   * @returns what happens at a tick, for one that is wanted at once
   * @throws TypeError for a rule that means no time
   */
  schedule(id: string, rule: string, work: (period: Date) => Promise<void>): (period: Date) => void {
    this.#metrics.jobScheduled(id);
    let underway: Underway | null = null;
    const tick = (period: Date) => {
      if (underway) return this.#skip(id, underway, period);
      underway = { since: period, isTold: false };
      const run = withLogFields({ run_id: newId(), job: id }, () => this.#guarded(id, () => work(period))).finally(() => {
        underway = null;
        this.#runs.delete(run);
      });
      this.#runs.add(run);
    };
    if (!isSchedule(rule)) throw new TypeError(`the job ${id} has no valid schedule: ${rule}`);
    this.#scheduled.push(everyTime(rule, tick));
    return tick;
  }

  /** From here on nothing begins. */
  cancel(): void {
    for (const job of this.#scheduled) job.cancel();
    this.#scheduled = [];
  }

  /** Resolves once nothing goes on, or it has lasted too long to wait for. */
  async stop(): Promise<void> {
    this.cancel();
    const ended = await endedWithin(Promise.all(this.#runs), LAST_RUNS_MS);
    if (!ended) this.#log.warn({ runs: this.#runs.size }, 'jobs have not ended, and are left');
  }

  /** A run that hangs would otherwise be seen by nobody. */
  #skip(job: string, underway: Underway, period: Date): void {
    this.#metrics.jobRun(job, 'skipped');
    if (underway.isTold || period.getTime() - underway.since.getTime() < LONG_MS) return;
    underway.isTold = true;
    this.#log.warn({ job, since: underway.since.toISOString() }, 'a job is still at work, and is not begun again until it has ended');
  }

  /** Never throws: what fails is logged and counted. */
  async #guarded(job: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#log.error({ err: error, job }, 'job failed');
      this.#metrics.jobRun(job, 'failed');
    }
  }
}

/** Calls at each time that a rule means, until that is cancelled. */
function everyTime(rule: string, tick: (due: Date) => void): { cancel(): void } {
  let due = nextTime(rule);
  let timer: NodeJS.Timeout | undefined;
  const wait = () => {
    clearTimeout(timer);
    if (!due) return;
    timer = setTimeout(look, Math.min(due.getTime() - Date.now(), LONGEST_TIMER_MS));
    timer.unref();
  };
  const look = () => {
    const now = Date.now();
    // Timers may be early by a moment, and one that is to last for months ends before.
    if (due && due.getTime() <= now) {
      const arrived = due;
      due = nextTime(rule);
      tick(arrived);
    }
    wait();
  };
  wait();
  const watch = onClockSet(() => {
    // Set back by an hour, it would wait for an hour; set ahead over it, it is there.
    if (due && due.getTime() > Date.now()) due = nextTime(rule);
    look();
  });
  return {
    cancel() {
      clearTimeout(timer);
      watch.cancel();
    },
  };
}
