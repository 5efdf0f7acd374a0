import type { Row, Severity } from '../../sdk/index.ts';
import type { Alerts } from '../database/tables.ts';
import { isMissed, type Reading } from '../slo/readings.ts';

export type AlertRow = Row<typeof Alerts>;

/** What there is to alert, as the alert keeps it. */
export interface Cause {
  readonly kind: string;
  readonly severity: Severity;
  readonly title: string;
  readonly detail: string;
  readonly names: readonly string[];
  readonly value: string | null;
  readonly target: string;
}

const LONGEST_DETAIL = 1_000;
const MOST_NAMES = 100;

/** @returns null where all is well, or nobody is to be alerted */
export function causeIn(reading: Reading): Cause | null {
  const { id: kind, alert: severity, title, target = 0, unit } = reading.indicator;
  if (!severity || !isMissed(reading)) return null;
  const cause = { kind, severity, title, target: String(target) };
  if ('error' in reading.result) return { ...cause, value: null, names: [], detail: 'It could not be worked out: the log of the server says why.' };
  const { value, detail, names = [] } = reading.result.value;
  const compared = `It is ${value}${unit === 'count' ? '' : ` ${unit}`}, and should be no more than ${target}.`;
  return {
    ...cause,
    value: String(value),
    names: names.slice(0, MOST_NAMES),
    detail: (detail ? `${compared} ${detail}` : compared).slice(0, LONGEST_DETAIL),
  };
}

/** Whether there is anything to tell: it begins, it is over, it is about something else besides, or it can be worked out now, or no longer. */
export function isNews(open: AlertRow | null, cause: Cause | null): boolean {
  if (!open || !cause) return open !== null || cause !== null;
  return (open.value === null) !== (cause.value === null) || cause.names.some((name) => !open.names.includes(name));
}

/** Whether the alert is to be kept otherwise: for news, and for what it is no longer about, which is told anew where it comes again. */
export function isOtherwise(open: AlertRow | null, cause: Cause | null): boolean {
  const over = open?.names.filter((name) => !cause?.names.includes(name)) ?? [];
  return isNews(open, cause) || over.length > 0;
}
