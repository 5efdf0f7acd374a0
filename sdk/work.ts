import type { Action } from './action.ts';
import type { None } from './changes.ts';
import type { Reader } from './reader.ts';

export interface EffectContext {
  readonly tenant: string;
  /** The same however often the effect runs: by it the other side can tell that something comes again. */
  readonly messageId: string;
  readonly subject: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly log: { info(details: object, message: string): void };
  /** Aborted when the server stops. What then throws is taken up again later. */
  readonly signal: AbortSignal;
}

/**
 * What touches the outside world. It runs after COMMIT, may run again after a crash, and so must be idempotent by its
 * subject. Whatever it returns becomes the input of `outcome`, the governed action that records it; `{}` where there is none.
 */
export interface Effect {
  readonly id: string;
  readonly outcome: Action | None;
  run(context: EffectContext): Promise<Readonly<Record<string, unknown>>>;
}

export function defineEffect(effect: Effect): Effect {
  return Object.freeze(effect);
}

/** Work that time brings about. Each due subject is one call of `action`, as `system:<id>`, in its own transaction. */
export interface Job {
  readonly id: string;
  readonly title: string;
  /** Cron expression, UTC. */
  readonly schedule: string;
  readonly action: Action;
  /** The ids of the subjects that are due at `now`, or what else its action takes as `:id`. */
  due(context: JobContext): Promise<readonly string[]>;
  readonly command?: JobCommand;
}

export interface JobContext {
  readonly db: Reader;
  readonly now: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** What lets an operator run a job by hand, for one day or period: `summit run metering --day 2026-11-22`. */
export interface JobCommand {
  readonly name: string;
  readonly option: 'day' | 'period';
  /** In place of the job's own. */
  due(value: string, context: JobContext): Promise<readonly string[]>;
  /** What the command prints, once the job has run. */
  report(value: string, context: JobContext): Promise<object>;
}

export function defineJob(job: Job): Job {
  return Object.freeze(job);
}
