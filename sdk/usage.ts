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

/**
 * Declares a kind of thing that is metered, for the pack's `usage`. Actions emit it in their `usage`; other systems report it
 * as CloudEvents 1.0 of this type. No two packs have the same.
 *
 * @throws TypeError for a type that is not snake_case
 * @example
 * ```ts
 * const screening = defineUsageType({
 *   type: 'vendor_screening',
 *   title: 'A screening of a vendor',
 *   metadata: Strict({ list: Type.String({ maxLength: 100, description: 'Which list it was held against' }) }),
 * });
 * assert.ok(accepts(screening.metadata, { list: 'eu-sanctions' }));
 * const dotted = { ...screening, type: 'vendor.screening' };
 * assert.throws(() => defineUsageType(dotted), { message: 'usage type "vendor.screening": expected snake_case' });
 * ```
 */
export function defineUsageType(usage: UsageType): UsageType {
  if (!NAME.test(usage.type)) throw new TypeError(`usage type "${usage.type}": expected snake_case`);
  return Object.freeze(usage);
}

/**
 * Declares a meter, for the pack's `meters`: what the events of one type come to in a day, and what a price plan charges by
 * this id.
 *
 * @throws TypeError for an id that is not snake_case
 * @example
 * ```ts
 * const screenings = defineMeter({ id: 'vendor_screenings', title: 'Vendor screenings', event_type: 'vendor_screening', aggregation: 'sum' });
 * assert.equal(screenings.event_type, 'vendor_screening');
 * assert.throws(() => defineMeter({ ...screenings, id: 'Screenings' }), { message: 'meter "Screenings": expected snake_case' });
 * ```
 */
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

/** What the log has brought since a position. */
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

/** The tenant's calendar: `today` is a day in its time zone. */
export interface Calendar {
  /** IANA name: `Europe/Amsterdam`. */
  readonly time_zone: string;
  /** `YYYY-MM-DD` */
  readonly today: string;
}
