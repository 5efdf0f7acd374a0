import type { TSchema } from './schema.ts';

/** A kind of thing that is metered: `workflow_run`. Its events are emitted by actions, or come in as CloudEvents of this type. */
export interface UsageType {
  /** snake_case */
  readonly type: string;
  readonly title: string;
  /** An object of strings, and no personal data: an event is bound by its receipt, so nothing of it can be erased. */
  readonly metadata: TSchema;
}

/** What is made of the events of one type in a day. Events of quantity 0 are none. */
export type Aggregation = 'count' | 'sum' | 'max';

/** What readings are of, and what a price plan charges: `workflow_runs`. */
export interface Meter {
  /** snake_case */
  readonly id: string;
  readonly title: string;
  /** The usage type that it counts. */
  readonly event_type: string;
  readonly aggregation: Aggregation;
}

const NAME = /^[a-z][a-z0-9_]*$/;

/** @throws TypeError for a type that is not snake_case */
export function defineUsageType(usage: UsageType): UsageType {
  if (!NAME.test(usage.type)) throw new TypeError(`usage type "${usage.type}": expected snake_case`);
  return Object.freeze(usage);
}

/** @throws TypeError for an id that is not snake_case */
export function defineMeter(meter: Meter): Meter {
  if (!NAME.test(meter.id)) throw new TypeError(`meter "${meter.id}": expected snake_case`);
  return Object.freeze(meter);
}

/** How far a log has come: of its epoch, the leaves before `size`. Unlike a time, it never lets anything in before it later on. */
export interface LogPosition {
  readonly epoch: number;
  readonly size: number;
}

/** What the events of one type and day came to. */
export interface DayUsage {
  readonly event_type: string;
  /** `YYYY-MM-DD`, in the time zone that was asked for. */
  readonly day: string;
  /** Of events whose quantity is not 0; less those that later ones correct. */
  readonly count: number;
  /** Decimal strings, exact. */
  readonly sum: string;
  /** null where there is no event. */
  readonly max: string | null;
}

/** What has come since an earlier position; what it takes back is negative. */
export interface DayChange extends DayUsage {
  /** `max` is that of the whole day, since one of its events was corrected, and not of what is new. */
  readonly is_max_of_day: boolean;
  /** Ids of the new events that are of this day, or correct one that is; for days of `named_before` only. */
  readonly event_ids: readonly string[];
}

export interface UsageSince {
  /** How far it was read: from here it goes on. */
  readonly through: LogPosition;
  /** There is more after it. */
  readonly more: boolean;
  readonly changes: readonly DayChange[];
}

/** The events of these types on these days, as they stood at a position of the log. */
export interface UsageSelection {
  readonly event_types: readonly string[];
  /** The first day and the last, both included. */
  readonly from_day: string;
  readonly to_day: string;
  readonly time_zone: string;
  readonly before: LogPosition;
}

/** The tenant's calendar. */
export interface Calendar {
  readonly time_zone: string;
  /** `YYYY-MM-DD` */
  readonly today: string;
}
