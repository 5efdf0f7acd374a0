import { type CardValue, measure } from './card.ts';
import { day, number, shortDay } from './format.ts';

/** A chart as `GET /dashboards/<id>` answers it. */
export interface ChartOf {
  readonly id: string;
  readonly title: string;
  /** Bars stand on one another, since what is in them adds up; lines do not. */
  readonly kind: 'bar' | 'line';
  /** What its labels are, such as `Day`. */
  readonly axis: string;
  readonly unit: CardValue['unit'];
  readonly labels: readonly string[];
  readonly series: readonly { readonly name: string; readonly values: readonly (number | null)[] }[];
  readonly threshold: { readonly title: string; readonly value?: number; readonly label?: string } | null;
  readonly table: { readonly columns: readonly string[]; readonly rows: readonly (readonly (string | number | null)[])[] };
}

/** A value of a chart, in its unit. Money has no currency there. */
export function chartValue(value: number | null, unit: CardValue['unit']): string {
  return unit === 'money' && value !== null ? number(value) : measure({ value, unit });
}

const DAY = /^\d{4}-\d\d-\d\d$/;

/** A label as people write it: a day is a day of their calendar. @param room for all of it */
export function chartLabel(label: string, room: 'long' | 'short'): string {
  if (!DAY.test(label)) return label;
  return room === 'long' ? day(label) : shortDay(label);
}
