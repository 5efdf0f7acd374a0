import {
  Card,
  Chart,
  type ChartOf,
  type Column,
  day,
  Empty,
  html,
  type ListPage,
  Loaded,
  month,
  number,
  pageAt,
  signedIn,
  Table,
  useHappenings,
  useMemo,
} from '@summit/sdk/ui';
import { say } from './messages.ts';
import { PeriodPicker, usePeriod } from './period-picker.ts';
import { boundsOf, daysOf } from './periods.ts';
import { type Meter, quantityOf, type Reading, useMeters, useReadings } from './readings-of.ts';

/** What each meter came to in a month, day by day. */
export default function Usage() {
  const period = usePeriod();
  const readings = useReadings(period);
  const meters = useMeters();
  useHappenings((happening) => {
    if (happening === null) readings.reload();
  });
  const { tenant } = signedIn();
  return html`<div class="stack"><header class="page-head"><h1>${say('usage.title')}</h1><${PeriodPicker} period=${period} /></header>
    <${Loaded} of=${meters}>${({ items }: ListPage<Meter>) =>
      html`<${Loaded} of=${readings}>${(found: ListPage<Reading>) => html`<${Shown} period=${period} meters=${items} readings=${found.items} />`}<//>`}<//>
    <p class="actions">
      <a href=${pageAt('/metering/readings', { period })}>${say('usage.readings')}</a>
      <a href=${pageAt('/metering/adjustments', { period })}>${say('usage.late')}</a>
      <a href=${pageAt('/metering/events')}>${say('usage.events')}</a>
      <a href=${pageAt(`/billing/invoices/${tenant.id}/${period}`)}>${say('usage.invoice', { period: month(period) })}</a>
    </p></div>`;
}

interface Used {
  readonly period: string;
  readonly meters: readonly Meter[];
  readonly readings: readonly Reading[];
}

function Shown({ period, meters, readings }: Used) {
  const chart = useMemo(() => chartOf({ period, meters, readings }), [period, meters, readings]);
  if (readings.length === 0) return html`<${Empty} title=${say('usage.none', { period: month(period) })}><p>${say('usage.none-hint')}</p><//>`;
  const days = [...new Set(readings.map((reading) => reading.day))].sort().reverse();
  return html`<h2 class="sr-only">${month(period)}</h2>
    <div class="cards">${meters.map(
      (
        meter,
      ) => html`<${Card} key=${meter.id} title=${meter.title} definition=${say(meter.aggregation === 'max' ? 'usage.highest' : 'usage.total', { period: month(period) })}
        href=${pageAt('/metering/readings', { period, meter: meter.id })}>${number(quantityOf(meter, readings))}<//>`,
    )}</div>
    <${Chart} chart=${chart} />
    <${Table} caption=${say('usage.days')} columns=${columnsFor(meters, readings)} rows=${days} keyOf=${(each: string) => each} />`;
}

function columnsFor(meters: readonly Meter[], readings: readonly Reading[]): readonly Column<string>[] {
  return [
    { id: 'day', title: say('usage.day'), cell: (each) => day(each) },
    ...meters.map((meter) => ({ id: meter.id, title: meter.title, numeric: true, cell: (each: string) => eventsOf(meter, each, readings) })),
  ];
}

/** What the meter came to on a day, and the way to the events that it counts. */
function eventsOf({ id, title, event_type: type }: Meter, on: string, readings: readonly Reading[]) {
  const reading = readings.find((each) => each.meter === id && each.day === on);
  if (!reading) return number(0);
  const quantity = number(reading.quantity);
  const href = pageAt('/metering/events', { type, ...boundsOf(on, signedIn().tenant.time_zone) });
  return html`<a href=${href} aria-label=${say('usage.events-of', { quantity, meter: title, day: day(on) })}>${quantity}</a>`;
}

function chartOf({ period, meters, readings }: Used): ChartOf {
  const labels = daysOf(period, signedIn().tenant.time_zone);
  const valueOn = (meter: string, on: string) => Number(readings.find((reading) => reading.meter === meter && reading.day === on)?.quantity ?? 0);
  const series = meters.map(({ id, title }) => ({ name: title, values: labels.map((on) => valueOn(id, on)) }));
  return {
    ...{
      id: 'usage-by-day',
      title: say('usage.by-day', { period: month(period) }),
      kind: 'line',
      axis: say('usage.day'),
      unit: 'count',
      labels,
      series,
      threshold: null,
    },
    table: {
      columns: [say('usage.day'), ...series.map(({ name }) => name)],
      rows: labels.map((on, at) => [on, ...series.map(({ values }) => values[at] ?? 0)]),
    },
  };
}
