import type { DayCount, Reader } from './reader.ts';
import type { Calendar } from './usage.ts';

export interface DashboardContext {
  readonly db: Reader;
  readonly tenant: string;
  /** The pack's settings for this tenant, checked by its schema. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The period, whole days long: it begins with `since` and ends now. RFC 3339, by the database's clock. */
  readonly since: string;
  readonly now: string;
  /** The last moment of a period that is over, where it is one before that is read for comparison; absent of the one that ends now. */
  readonly until?: string;
  readonly calendar: Calendar;
}

interface Described {
  readonly id: string;
  readonly title: string;
  /** What exactly the number is, in a sentence for whoever doubts it. */
  readonly definition: string;
  /** The Switchboard's path to what is behind the number; that of `list` unless said. */
  readonly href?: string;
  /** Other forms of what is behind it, at the API. */
  readonly links?: readonly CardLink[];
  /** It is of the period, so that it is worked out for the one before as well, to be compared. */
  readonly compared?: true;
}

export interface CardLink {
  readonly title: string;
  readonly href: string;
}

/** A number of things. */
export interface CountCard extends Described {
  readonly unit: 'count';
  /** The API's path of the list whose `total` this is; null where the things have no list. */
  readonly list: string | null;
  value(): Promise<number>;
}

/** A measure, null where there is nothing to measure: no data is not zero. */
export interface MeasureCard extends Described {
  readonly unit: 'seconds' | 'milliseconds' | 'percent';
  value(): Promise<number | string | null>;
}

export interface MoneyCard extends Described {
  readonly unit: 'money';
  value(): Promise<Money | null>;
}

export interface Money {
  /** A decimal string. */
  readonly amount: string;
  /** ISO 4217 */
  readonly currency: string;
}

export type Card = CountCard | MeasureCard | MoneyCard;
export type Unit = Card['unit'];

/** A picture of numbers. The same numbers as a table are made from it. */
export interface Chart {
  readonly id: string;
  readonly title: string;
  readonly kind: 'bar' | 'line';
  /** What its labels are, such as `Day`. */
  readonly axis: string;
  /** What its values are. */
  readonly unit: Unit;
  data(): Promise<ChartData>;
}

export interface ChartData {
  readonly labels: readonly string[];
  readonly series: readonly Series[];
  readonly threshold?: Threshold;
}

export interface Series {
  readonly name: string;
  /** One for each label; null where there is no data. */
  readonly values: readonly (number | null)[];
}

/** A line that means something: at a value, or behind a label. */
export type Threshold = { readonly title: string; readonly value: number } | { readonly title: string; readonly label: string };

/** The newest few of a list, beside the numbers: what is going on now. */
export interface Glance {
  readonly id: string;
  readonly title: string;
  /** The API's path of the list, with its filters. */
  readonly list: string;
  /** What is said where there are none. */
  readonly empty: string;
  readonly columns: readonly GlanceColumn[];
}

export interface GlanceColumn {
  /** Of an item, or of a part of it: `execution.expires_at`. */
  readonly field: string;
  readonly title: string;
  /** A time that is counted down to. */
  readonly countdown?: true;
}

export interface DashboardParts {
  readonly cards: readonly Card[];
  readonly charts?: readonly Chart[];
  readonly lists?: readonly Glance[];
}

/**
 * What a pack shows of itself for a period. `read` only says what there is to show; each card and each chart is then worked
 * out by itself, so that one that fails leaves the others.
 */
export interface Dashboard {
  /** Begins with the id of its pack: `high-risk-ops.overview`. */
  readonly id: string;
  readonly title: string;
  /** The roles that may see it; everybody of the tenant where it is absent. */
  readonly roles?: readonly string[];
  /** Its parts are of a time of their own, such as the month, whatever period is asked for. */
  readonly ownTime?: true;
  read(context: DashboardContext): DashboardParts;
}

export function defineDashboard(dashboard: Dashboard): Dashboard {
  return Object.freeze(dashboard);
}

/** Where the Switchboard shows what the API answers at this path: its lists have the API's paths and filters, under `/w`. */
export function switchboardPath(apiPath: string): string {
  return `/w${apiPath}`;
}

/** The filters that select what was made in the period, of lists that have them. */
export function createdIn({ since, until }: Pick<DashboardContext, 'since' | 'until'>): { created_since: string; created_until?: string } {
  return until === undefined ? { created_since: since } : { created_since: since, created_until: until };
}

/** Counts by day as a chart, each day of the period in its place. @param names the series in their order; those without a count are left out */
export function seriesByDay(
  counts: readonly DayCount[],
  { since, now }: Pick<DashboardContext, 'since' | 'now'>,
  names: readonly string[],
): Pick<ChartData, 'labels' | 'series'> {
  const labels = daysFrom(since, now);
  const found = new Map(counts.map(({ day, value, count }) => [`${day} ${value}`, count]));
  const present = names.filter((name) => counts.some(({ value }) => value === name));
  return { labels, series: present.map((name) => ({ name, values: labels.map((day) => found.get(`${day} ${name}`) ?? 0) })) };
}

const DAY_MS = 86_400_000;

/** The days, UTC, that a period touches. */
function daysFrom(since: string, now: string): readonly string[] {
  const first = Math.floor(Date.parse(since) / DAY_MS);
  const last = Math.floor(Date.parse(now) / DAY_MS);
  return Array.from({ length: last - first + 1 }, (_, index) => new Date((first + index) * DAY_MS).toISOString().slice(0, 10));
}
