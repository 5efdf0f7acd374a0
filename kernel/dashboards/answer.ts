import {
  type Card,
  type Chart,
  type ChartData,
  type Glance,
  type Money,
  Nullable,
  Strict,
  switchboardPath,
  Timestamp,
  Type,
} from '../../sdk/index.ts';
import type { Apart } from './apart.ts';

const Text = Type.String();
const Unit = Type.Enum(['count', 'seconds', 'milliseconds', 'percent', 'money']);
const Failed = Type.Boolean({ description: 'It could not be worked out; the log says why' });

const CardAnswer = Strict({
  id: Text,
  title: Text,
  value: Type.Union([Type.Number(), Type.String(), Type.Null()], { description: 'null: no data, which is not zero' }),
  previous: Type.Union([Type.Number(), Type.String(), Type.Null()], {
    description: 'The same of the period before, of the same length; null of what is not of a period, and where there was no data',
  }),
  unit: Unit,
  currency: Nullable(Type.String({ description: 'ISO 4217, of money' })),
  definition: Text,
  href: Nullable(Type.String({ description: 'Where the Switchboard shows what is behind the number' })),
  list: Nullable(Type.String({ description: 'The list whose total this is' })),
  links: Type.Array(Strict({ title: Text, href: Text }), { description: 'Other forms of what is behind it' }),
  error: Failed,
});

const ChartAnswer = Strict({
  id: Text,
  title: Text,
  kind: Type.Enum(['bar', 'line']),
  axis: Text,
  unit: Unit,
  labels: Type.Array(Text),
  series: Type.Array(Strict({ name: Text, values: Type.Array(Nullable(Type.Number())) })),
  threshold: Nullable(Strict({ title: Text, value: Type.Optional(Type.Number()), label: Type.Optional(Text) })),
  table: Strict({ columns: Type.Array(Text), rows: Type.Array(Type.Array(Type.Union([Type.String(), Type.Number(), Type.Null()]))) }),
  error: Failed,
});

const GlanceAnswer = Strict({
  id: Text,
  title: Text,
  list: Type.String({ description: 'The list whose newest are shown' }),
  href: Text,
  empty: Text,
  columns: Type.Array(
    Strict({
      field: Type.String({ description: 'Of an item, or of a part of it' }),
      title: Text,
      countdown: Type.Boolean({ description: 'It is a time that is counted down to' }),
    }),
  ),
});

/** The dashboard as the API answers it. */
export const DashboardAnswer = Strict({
  id: Text,
  title: Text,
  period: Strict({ since: Timestamp, until: Timestamp }),
  own_time: Type.Boolean({ description: 'Its parts are of a time of their own, whatever period is asked for' }),
  cards: Type.Array(CardAnswer),
  charts: Type.Array(ChartAnswer),
  lists: Type.Array(GlanceAnswer),
});

type Worth = Apart<number | string | Money | null>;

/** @param before of the period before; null of what is not compared */
export function presentCard(card: Card, result: Worth, before: Worth | null) {
  const { id, title, unit, definition, links = [] } = card;
  const list = card.unit === 'count' ? card.list : null;
  const href = card.href ?? (list === null ? null : switchboardPath(list));
  const { amount, currency } = amountOf(result);
  const earlier = before ? amountOf(before) : null;
  const previous = earlier && earlier.currency === currency ? earlier.amount : null;
  return { id, title, value: amount, previous, unit, currency, definition, href, list, links, error: 'error' in result };
}

function amountOf(result: Worth): { readonly amount: number | string | null; readonly currency: string | null } {
  const value = 'value' in result ? result.value : null;
  return typeof value === 'object' && value !== null ? value : { amount: value, currency: null };
}

export function presentGlance({ id, title, list, empty, columns }: Glance) {
  const shown = columns.map(({ field, title, countdown = false }) => ({ field, title, countdown }));
  return { id, title, list, href: switchboardPath(list), empty, columns: shown };
}

export function presentChart({ id, title, kind, axis, unit }: Chart, result: Apart<ChartData>) {
  const { labels, series, threshold }: ChartData = 'value' in result ? result.value : { labels: [], series: [] };
  const table = {
    columns: [axis, ...series.map(({ name }) => name)],
    rows: labels.map((label, index) => [label, ...series.map(({ values }) => values[index] ?? null)]),
  };
  return { id, title, kind, axis, unit, labels, series, threshold: threshold ?? null, table, error: 'error' in result };
}
