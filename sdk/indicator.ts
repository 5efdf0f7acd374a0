import type { Reader } from './reader.ts';

/** What `read` of an indicator is given. It reads in a READ ONLY transaction. */
export interface IndicatorContext {
  readonly db: Reader;
  readonly tenant: string;
  /** RFC 3339 UTC, by the database's clock. */
  readonly now: string;
  /** The pack's settings for this tenant, checked by its schema. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** What an indicator came to. */
export interface IndicatorReading {
  /** In its unit; null where there is nothing to measure, or too little: no data is not zero. */
  readonly value: number | null;
  /** Of how many it was worked out, where that says how much it is worth. */
  readonly samples?: number;
  /** What it comes from, in a sentence for whoever is alerted. No personal data: it goes out by webhook. */
  readonly detail?: string;
  /** What it is about, each by its name or id: while an alert is open, it is told again where another one comes. */
  readonly names?: readonly string[];
}

/** How bad it is that an indicator has missed its target: somebody is to act at once, or soon. */
export type Severity = 'critical' | 'warning';

/**
 * How well something is done, worked out from the tenant's own rows so that every replica answers alike: one line of `GET /slo`, and
 * for Prometheus the gauge of its name, `summit_finops_metering_lag_seconds`. One that has `roles` has no gauge, since anybody may read those.
 */
export interface Indicator {
  /** Begins with the id of its pack: `finops.metering_lag`. */
  readonly id: string;
  readonly title: string;
  /** What exactly the number is, in a sentence for whoever doubts it. */
  readonly definition: string;
  readonly unit: 'milliseconds' | 'seconds' | 'percent' | 'count';
  /** It is met where the value is no higher; none for a number that is only shown. */
  readonly target?: number;
  /**
   * Where missing the target is to alert somebody: each minute it is compared, an alert is open for as long as it is missed, and
   * whoever subscribes to `alert.*` is told by webhook. Without, it is only shown. The alert is for operators, security officers,
   * finance and auditors, whatever `roles` says.
   */
  readonly alert?: Severity;
  /** The API's path of what it is about. */
  readonly list?: string;
  /** The roles that may see it; everybody of the tenant where it is absent. */
  readonly roles?: readonly string[];
  read(context: IndicatorContext): Promise<IndicatorReading>;
}

/**
 * Declares a service level, for the pack's `indicators`. `read` is asked often, by everybody who looks: let it be an aggregate.
 *
 * @example
 * ```ts
 * const timeToActivate = defineIndicator({
 *   id: 'vendors.time_to_activate',
 *   title: 'Time to activate, median',
 *   definition: 'From the entry of a vendor to its activation: half of all took no longer.',
 *   unit: 'seconds',
 *   target: 5 * 86_400,
 *   async read({ db }) {
 *     const { p50, count } = await db.distribution(Vendor, {}, { secondsFrom: 'created_at', to: { firstIn: 'active' } });
 *     return { value: p50, samples: count };
 *   },
 * });
 * const reading = await timeToActivate.read({ db, tenant: 'acme', now: at.now, settings: {} });
 * assert.deepEqual(reading, { value: null, samples: 0 }, 'nothing was measured yet, and that is not 0');
 * ```
 */
export function defineIndicator(indicator: Indicator): Indicator {
  return Object.freeze(indicator);
}

const SECOND_MS = 1_000;

/**
 * How long it is since a moment, in seconds, whole or not; 0 for none, and for one that a clock set back has put ahead.
 *
 * @param moment RFC 3339; null for none
 * @param now RFC 3339, by the database's clock
 * @example
 * ```ts
 * assert.equal(secondsSince('2026-11-23T09:58:30.500Z', '2026-11-23T10:00:00.000Z'), 89.5);
 * assert.equal(secondsSince(null, '2026-11-23T10:00:00.000Z'), 0);
 * ```
 */
export function secondsSince(moment: string | null, now: string): number {
  return moment === null ? 0 : Math.max(0, (Date.parse(now) - Date.parse(moment)) / SECOND_MS);
}
