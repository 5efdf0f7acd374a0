import type { DayCount, Reader } from './reader.ts';
import type { Calendar } from './usage.ts';

/** What `read` of a dashboard is given. It reads in a READ ONLY transaction, all of it as of one moment. */
export interface DashboardContext {
  readonly db: Reader;
  readonly tenant: string;
  /** The pack's settings for this tenant, checked by its schema. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The period, whole days long: it begins with `since` and ends with `now`. RFC 3339 UTC, by the database's clock. */
  readonly since: string;
  readonly now: string;
  /** The last moment of a period that is over, where it is one before that is read for comparison; absent of the one that ends now. */
  readonly until?: string;
  readonly calendar: Calendar;
}

/** What every card has. */
interface Described {
  readonly id: string;
  readonly title: string;
  /** What exactly the number is, in a sentence for whoever doubts it. */
  readonly definition: string;
  /** The Switchboard's path to what is behind the number, as `switchboardPath` makes it; that of `list` unless said. */
  readonly href?: string;
  /** Other forms of what is behind it, at the API. */
  readonly links?: readonly CardLink[];
  /** It is of the period, so that it is worked out for the one before as well, to be compared. */
  readonly compared?: true;
}

/** Another form of what is behind a number: its CSV, its evidence. */
export interface CardLink {
  readonly title: string;
  /** A path of the API. */
  readonly href: string;
}

/** A number of things. Whoever opens `list` must find as many: let both select by the same filters. */
export interface CountCard extends Described {
  readonly unit: 'count';
  /** The API's path of the list whose `total` this is; null where the things have no list. */
  readonly list: string | null;
  value(): Promise<number>;
}

/** A measure, null where there is nothing to measure: no data is not zero. */
export interface MeasureCard extends Described {
  readonly unit: 'seconds' | 'milliseconds' | 'percent';
  /** In its unit; a decimal string where a number would not hold it. 12.5 percent are 12.5. */
  value(): Promise<number | string | null>;
}

/** An amount of money, null where there is none. */
export interface MoneyCard extends Described {
  readonly unit: 'money';
  value(): Promise<Money | null>;
}

/** An amount in its currency. */
export interface Money {
  /** A decimal string: "120000.00". */
  readonly amount: string;
  /** ISO 4217 */
  readonly currency: string;
}

/** A number on a dashboard. It is worked out by itself: where that fails, the others stay. */
export type Card = CountCard | MeasureCard | MoneyCard;
/** What a card or a chart counts in. */
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

/** What a chart draws: series of values over the same labels. */
export interface ChartData {
  /** From left to right. Days are `YYYY-MM-DD`, and are written as people write them. */
  readonly labels: readonly string[];
  readonly series: readonly Series[];
  readonly threshold?: Threshold;
}

/** One line, or one part of each bar. */
export interface Series {
  /** In snake_case, such as a state: it is shown in words. */
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

/** A column of a glance. */
export interface GlanceColumn {
  /** Of an item, or of a part of it: `execution.expires_at`. */
  readonly field: string;
  readonly title: string;
  /** A time that is counted down to. */
  readonly countdown?: true;
}

/** What a dashboard shows: numbers first, then pictures, then what is going on now. */
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

/**
 * Declares a dashboard, served at `GET /dashboards/<id>` and shown in the Switchboard. `read` is called for the period and, of
 * the cards that are `compared`, for the one before.
 *
 * @example
 * ```ts
 * const overview = defineDashboard({
 *   id: 'vendors.overview',
 *   title: 'Vendors',
 *   read: ({ db, since }) => ({
 *     cards: [
 *       {
 *         id: 'new',
 *         title: 'New vendors',
 *         definition: 'Vendors entered in the period, whatever has become of them.',
 *         unit: 'count',
 *         list: pathTo('/vendors', { created_since: since }),
 *         value: () => db.count(Vendor, { created_at: { since } }),
 *       },
 *     ],
 *   }),
 * });
 * const { cards } = overview.read({ db, tenant: 'acme', settings: {}, since: '2026-10-24T10:00:00.000Z', now: at.now, calendar });
 * assert.equal(await cards[0]?.value(), 0);
 * ```
 */
export function defineDashboard(dashboard: Dashboard): Dashboard {
  return Object.freeze(dashboard);
}

/**
 * Where the Switchboard shows what the API answers at this path: its lists have the API's paths and filters, under `/w`.
 *
 * @example
 * ```ts
 * assert.equal(switchboardPath(pathTo('/vendors', { status: 'draft' })), '/w/vendors?status=draft');
 * ```
 */
export function switchboardPath(apiPath: string): string {
  return `/w${apiPath}`;
}

/**
 * The filters that select what was made in the period, of lists that take `created_since` and `created_until`. Use it, and the
 * period before counts what it should.
 *
 * @example
 * ```ts
 * assert.deepEqual(createdIn({ since: '2026-11-01T00:00:00.000Z' }), { created_since: '2026-11-01T00:00:00.000Z' });
 * const before = createdIn({ since: '2026-10-01T00:00:00.000Z', until: '2026-10-31T23:59:59.999Z' });
 * assert.equal(before.created_until, '2026-10-31T23:59:59.999Z');
 * ```
 */
export function createdIn({ since, until }: Pick<DashboardContext, 'since' | 'until'>): { created_since: string; created_until?: string } {
  return until === undefined ? { created_since: since } : { created_since: since, created_until: until };
}

/**
 * Counts by day (UTC) as a chart, each day of the period in its place, also those without a row.
 *
 * @param names the series in their order; those without a count are left out
 * @example
 * ```ts
 * const counts = [{ day: '2026-11-21', value: 'draft', count: 2 }];
 * const period = { since: '2026-11-21T10:00:00.000Z', now: '2026-11-23T10:00:00.000Z' };
 * assert.deepEqual(seriesByDay(counts, period, Object.keys(Vendor.transitions)), {
 *   labels: ['2026-11-21', '2026-11-22', '2026-11-23'],
 *   series: [{ name: 'draft', values: [2, 0, 0] }],
 * });
 * ```
 */
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
