import type { Reader } from './reader.ts';

export interface IndicatorContext {
  readonly db: Reader;
  readonly tenant: string;
  /** RFC 3339, by the database's clock. */
  readonly now: string;
  /** The pack's settings for this tenant, checked by its schema. */
  readonly settings: Readonly<Record<string, unknown>>;
}

export interface IndicatorReading {
  /** null where there is nothing to measure, or too little: no data is not zero. */
  readonly value: number | null;
  /** Of how many it was worked out, where that says how much it is worth. */
  readonly samples?: number;
}

/** How well something is done, worked out from the tenant's own rows so that every replica answers alike: one line of `GET /slo`. */
export interface Indicator {
  /** Begins with the id of its pack: `finops.metering_lag`. */
  readonly id: string;
  readonly title: string;
  /** What exactly the number is, in a sentence for whoever doubts it. */
  readonly definition: string;
  readonly unit: 'milliseconds' | 'seconds' | 'percent' | 'count';
  /** It is met where the value is no higher; none for a number that is only shown. */
  readonly target?: number;
  /** The API's path of what it is about. */
  readonly list?: string;
  /** The roles that may see it; everybody of the tenant where it is absent. */
  readonly roles?: readonly string[];
  read(context: IndicatorContext): Promise<IndicatorReading>;
}

export function defineIndicator(indicator: Indicator): Indicator {
  return Object.freeze(indicator);
}

const SECOND_MS = 1_000;

/** How long it is since a moment, in seconds; 0 for none, and for one that a clock set back has put ahead. */
export function secondsSince(moment: string | null, now: string): number {
  return moment === null ? 0 : Math.max(0, (Date.parse(now) - Date.parse(moment)) / SECOND_MS);
}
