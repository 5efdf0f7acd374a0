import type { Action } from './action.ts';
import type { None } from './changes.ts';
import type { Reader } from './reader.ts';

/** What `run` of an effect is given. */
export interface EffectContext {
  readonly tenant: string;
  /** The same however often the effect runs: by it the other side can tell that something comes again. */
  readonly messageId: string;
  /** The id of what the message is about. */
  readonly subject: string;
  /** As the action left it. */
  readonly payload: Readonly<Record<string, unknown>>;
  readonly settings: Readonly<Record<string, unknown>>;
  /** Server log, with tenant and message on each line. No secrets, no personal data. */
  readonly log: { info(details: object, message: string): void };
  /** Aborted when the server stops. What then throws is taken up again later. */
  readonly signal: AbortSignal;
}

/**
 * What touches the outside world. It runs after COMMIT, may run again after a crash, and so must be idempotent by its subject
 * or by `messageId`. What it returns becomes the input of `outcome`, the governed action that records it; `{}` where there is
 * none.
 */
export interface Effect {
  readonly id: string;
  /** The action that records what `run` has returned, whose `input` takes it; `none("why")` where nothing need be recorded. */
  readonly outcome: Action | None;
  /**
   * What the other side has refused for good is an outcome: return it. What it throws is tried again, later each time, up to
   * ten minutes apart and without end, unless `givesUp` says when.
   */
  run(context: EffectContext): Promise<Readonly<Record<string, unknown>>>;
  /** Absent for what is tried until it succeeds, as that of which its subject waits for the outcome must be. */
  readonly givesUp?: GivingUp;
}

/** When an effect that fails is tried no more, and what records that. */
export interface GivingUp {
  /** Of which each has failed: the first eight take half an hour, and six more each hour. */
  readonly afterAttempts: number;
  /** Its `input` takes `{ message_id, payload, error }`: what was to be done, and why the last attempt has failed. */
  readonly action: Action;
}

/**
 * Declares an effect, for the pack's `effects`. An action calls it by a message in its changes, and so only if it is committed.
 *
 * @example
 * ```ts
 * const approvedAtBank = new Map<string, string>();
 * const tellBank = defineEffect({
 *   id: 'vendors.tell-bank',
 *   outcome: none('the bank keeps its own record'),
 *   async run({ subject, payload }) {
 *     // Told by its id, and not as one more: what comes again after a crash changes nothing.
 *     approvedAtBank.set(subject, String(payload.name));
 *     return {};
 *   },
 * });
 * const log = { info: () => undefined };
 * const message = { tenant: 'acme', messageId: 'm1', subject: vendor.id, payload: { name: vendor.name }, settings: {}, log };
 * for (const _ of ['first', 'after a crash']) await tellBank.run({ ...message, signal: AbortSignal.timeout(1_000) });
 * assert.equal(approvedAtBank.size, 1);
 * ```
 */
export function defineEffect(effect: Effect): Effect {
  return Object.freeze(effect);
}

/**
 * Work that time brings about. Each due subject is one call of `action`, as `system:<id>`, with its id as `:id`, an empty body
 * and its own transaction: one that fails does not hold up the rest. Of all replicas one runs it, once in each period and
 * tenant; after a crash it is taken over.
 */
export interface Job {
  readonly id: string;
  readonly title: string;
  /** Cron expression, UTC: `5 * * * *` is five minutes past each hour. Of six fields the first is seconds. */
  readonly schedule: string;
  /** Has no route as a rule; its `input` takes `{}`. */
  readonly action: Action;
  /** The ids of the subjects that are due at `now`, or what else its action takes as `:id`. It reads in a READ ONLY transaction. */
  due(context: JobContext): Promise<readonly string[]>;
  readonly command?: JobCommand;
  /** Nothing is due but what somebody who has left leaves behind: set by `defineDeparture` and `defineWithdrawal`. */
  readonly afterDeparture?: true;
}

/** What `due` of a job is given. */
export interface JobContext {
  readonly db: Reader;
  readonly tenant: string;
  /** RFC 3339 UTC, by the database's clock. */
  readonly now: string;
  /** The pack's settings for this tenant, checked by its schema. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** What lets an operator run a job by hand, for one day or period: `summit run metering --day 2026-11-22`. */
export interface JobCommand {
  /** What follows `summit run`. */
  readonly name: string;
  /** Named by `--day` (`YYYY-MM-DD`) or `--period` (`YYYY-MM`). */
  readonly option: 'day' | 'period';
  /** In place of the job's own. */
  due(value: string, context: JobContext): Promise<readonly string[]>;
  /** What the command prints, once the job has run. */
  report(value: string, context: JobContext): Promise<object>;
}

/**
 * Declares a job, for the pack's `jobs`. What was due when it looked may have moved on before its action holds the lock: the
 * action looks again, and refuses by `invalid-state` what is no longer due.
 *
 * @example
 * ```ts
 * const lapseVendors = defineJob({
 *   id: 'vendors.lapse',
 *   title: 'Retire drafts that nobody has activated within 30 days',
 *   schedule: '0 3 * * *',
 *   action: lapseVendor,
 *   async due({ db, now }) {
 *     const before = new Date(Date.parse(now) - 30 * 86_400_000).toISOString();
 *     const drafts = await db.find(Vendor, { status: 'draft', created_at: { before } }, { limit: 1_000 });
 *     return drafts.map(({ id }) => id);
 *   },
 * });
 * assert.deepEqual(await lapseVendors.due({ db, tenant: 'acme', now: at.now, settings: {} }), []);
 * assert.throws(() => lapseVendors.action.apply(vendor, at), { code: 'invalid-state' });
 * ```
 */
export function defineJob(job: Job): Job {
  return Object.freeze(job);
}
