import { type Card, type Chart, type ChartData, type Money, Nullable, Strict, switchboardPath, Timestamp, Type } from '../../sdk/index.ts';
import type { Apart } from './apart.ts';

const Text = Type.String();
const Unit = Type.Enum(['count', 'seconds', 'milliseconds', 'percent', 'money']);
const Failed = Type.Boolean({ description: 'It could not be worked out; the log says why' });

const CardAnswer = Strict({
  id: Text,
  title: Text,
  value: Type.Union([Type.Number(), Type.String(), Type.Null()], { description: 'null: no data, which is not zero' }),
  unit: Unit,
  currency: Nullable(Type.String({ description: 'ISO 4217, of money' })),
  definition: Text,
  href: Nullable(Type.String({ description: 'Where the Switchboard shows what is behind the number' })),
  list: Nullable(Type.String({ description: 'The list whose total this is' })),
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

/** The dashboard as the API answers it. */
export const DashboardAnswer = Strict({
  id: Text,
  title: Text,
  period: Strict({ since: Timestamp, until: Timestamp }),
  cards: Type.Array(CardAnswer),
  charts: Type.Array(ChartAnswer),
});

export function presentCard(card: Card, result: Apart<number | string | Money | null>) {
  const { id, title, unit, definition } = card;
  const list = card.unit === 'count' ? card.list : null;
  const href = card.href ?? (list === null ? null : switchboardPath(list));
  const value = 'value' in result ? result.value : null;
  const { amount, currency } = typeof value === 'object' && value !== null ? value : { amount: value, currency: null };
  return { id, title, value: amount, unit, currency, definition, href, list, error: 'error' in result };
}

export function presentChart({ id, title, kind, axis, unit }: Chart, result: Apart<ChartData>) {
  const { labels, series, threshold }: ChartData = 'value' in result ? result.value : { labels: [], series: [] };
  const table = {
    columns: [axis, ...series.map(({ name }) => name)],
    rows: labels.map((label, index) => [label, ...series.map(({ values }) => values[index] ?? null)]),
  };
  return { id, title, kind, axis, unit, labels, series, threshold: threshold ?? null, table, error: 'error' in result };
}
