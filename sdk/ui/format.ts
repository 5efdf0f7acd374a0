/** How numbers, times and names are written. The language is the browser's. */

const locale = typeof navigator === 'undefined' ? 'en' : navigator.language;
const relative = new Intl.RelativeTimeFormat(locale);
const now = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(0, 'second');
const exact = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' });
const shortest = new Intl.DateTimeFormat(locale, { month: 'short', day: 'numeric' });
const short = new Intl.DateTimeFormat(locale, { dateStyle: 'medium' });

const monthly = new Intl.DateTimeFormat(locale, { month: 'long', year: 'numeric' });

const STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/**
 * `3 minutes ago`, `in 2 hours`
 *
 * @param time RFC 3339
 * @param from milliseconds since 1970
 */
export function relativeTime(time: string, from = Date.now()): string {
  const seconds = Math.round((Date.parse(time) - from) / 1_000);
  if (seconds === 0) return now;
  const [unit, length] = STEPS.find(([, step]) => Math.abs(seconds) >= step) ?? ['second' as const, 1];
  return relative.format(Math.trunc(seconds / length), unit);
}

/**
 * A moment to the second, in the time zone of whoever reads it.
 *
 * @param time RFC 3339
 */
export function exactTime(time: string): string {
  return exact.format(new Date(time));
}

/** A day such as `2026-11-22`, which has no time zone. */
export function day(date: string): string {
  const [year = 0, month = 1, number = 1] = date.split('-').map(Number);
  return short.format(new Date(year, month - 1, number));
}

/** As `day`, where there is little room: `22 Nov`. */
export function shortDay(date: string): string {
  const [year = 0, month = 1, number = 1] = date.split('-').map(Number);
  return shortest.format(new Date(year, month - 1, number));
}

/** A month such as `2026-11`: `November 2026` */
export function month(period: string): string {
  const [year = 0, number = 1] = period.split('-').map(Number);
  return monthly.format(new Date(year, number - 1, 1));
}

/** A decimal string or a number; a decimal keeps all of its digits. */
export function number(value: string | number, options: Intl.NumberFormatOptions = {}): string {
  const digits = /\.(\d+)/.exec(String(value))?.[1]?.length ?? 0;
  return new Intl.NumberFormat(locale, { maximumFractionDigits: Math.min(digits, 20), ...options }).format(value as Intl.StringNumericLiteral);
}

/** An amount or a price, which keeps its fractions of a cent. @param amount a decimal string @param currency ISO 4217 */
export function money(amount: string, currency: string): string {
  return new Intl.NumberFormat(locale, { style: 'currency', currency, maximumFractionDigits: 20 }).format(amount as Intl.StringNumericLiteral);
}

const DURATION: readonly (readonly [string, number])[] = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
];

/** The two largest parts: `1 d 4 h`, `12 min 30 s`, `0.4 s`. */
export function duration(seconds: number): string {
  if (seconds > 0 && seconds < 1)
    return seconds < 0.001 ? `${number(seconds * 1_000, { maximumSignificantDigits: 2 })} ms` : `${number(Math.round(seconds * 1_000))} ms`;
  let left = Math.round(seconds);
  const first = DURATION.findIndex(([, length]) => left >= length);
  if (first === -1) return '0 s';
  return DURATION.slice(first, first + 2)
    .flatMap(([unit, length]) => {
      const count = Math.floor(left / length);
      left -= count * length;
      return count === 0 ? [] : [`${count} ${unit}`];
    })
    .join(' ');
}

const anyOf = new Intl.ListFormat(locale, { type: 'disjunction' });

/** `operator, finance or auditor` */
export function oneOf(names: readonly string[]): string {
  return anyOf.format(names);
}

/** What is no word, as people say it. */
const SHORT: Readonly<Record<string, string>> = { ae: 'account executive', api: 'API', csv: 'CSV', db: 'database', ip: 'IP', smb: 'SMB', url: 'URL' };

/** `duration_minutes` as `Duration minutes`, `pending_approval` as `Pending approval`, `smb` as `SMB` */
export function words(name: string): string {
  const spaced = name
    .replaceAll(/[_-]+/g, ' ')
    .trim()
    .replaceAll(/\S+/g, (word) => SHORT[word] ?? word);
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

/** Enough of an id to tell it from its neighbours: those made at the same time begin alike. */
export function shortId(id: string): string {
  return /^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(id) ? `…${id.slice(-6)}` : id;
}

/** `812 byte`, `1.4 kB`, `12 MB`: a kilobyte is 1,000 bytes. */
export function bytes(size: number): string {
  const [unit, divisor] =
    size < 1_000 ? (['byte', 1] as const) : size < 1_000_000 ? (['kilobyte', 1_000] as const) : (['megabyte', 1_000_000] as const);
  return new Intl.NumberFormat(locale, { style: 'unit', unit, maximumFractionDigits: 1 }).format(size / divisor);
}
