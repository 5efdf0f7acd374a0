import { randomUUID } from 'node:crypto';
import type { DraftEvent, DraftLine } from './billing-draft.ts';
import type { DraftRow } from './evidence-draft.ts';

/** What happened in November in Berlin: three meters, a correction, an event that is none, and one of October that came late. */
export interface BillingStory {
  /** The events of each receipt. */
  readonly batches: Record<'first' | 'second' | 'late', DraftEvent[]>;
  readonly readings: DraftRow[];
  readonly adjustments: DraftRow[];
  readonly rated: DraftRow[];
  readonly invoice: DraftRow & { lines: (DraftLine & DraftRow)[]; plan: DraftRow };
}

const ZONE = 'Europe/Berlin';

const PLAN = {
  ...{ id: 'test', version: 3, currency: 'USD', base_fee: '500.00' },
  charges: [
    { meter: 'workflow_runs', model: 'per_unit', unit_price: '5.00' },
    { meter: 'api_calls', model: 'per_unit', unit_price: '0.10' },
    { meter: 'seats', model: 'per_unit', unit_price: '12.00' },
  ],
};

export function billingStory(): BillingStory {
  const batches = batchesOf();
  const invoiceId = randomUUID();
  const readings = [
    reading('2026-11-20', 'workflow_runs', 'workflow_run', 'count', '1'),
    reading('2026-11-21', 'workflow_runs', 'workflow_run', 'count', '1'),
    reading('2026-11-20', 'api_calls', 'api_call', 'sum', '3.5'),
    reading('2026-11-21', 'api_calls', 'api_call', 'sum', '4'),
    reading('2026-11-20', 'seats', 'seat', 'max', '7'),
    reading('2026-11-21', 'seats', 'seat', 'max', '9'),
  ];
  const adjustments = [
    {
      ...{ id: randomUUID(), day: '2026-10-31', period: '2026-10', billed_in: '2026-11', meter: 'workflow_runs', event_type: 'workflow_run' },
      ...{ aggregation: 'count', quantity: '1', event_count: 1, event_ids: batches.late.map(({ id }) => id), time_zone: ZONE },
    },
  ];
  const idsOf = (meter: string) => readings.filter((row) => row.meter === meter).map(({ id }) => String(id));
  const rated = [
    ratedRow(invoiceId, 0, { aggregation: 'count', quantity: '2', amount: '10.00', reading_ids: idsOf('workflow_runs') }),
    ratedRow(invoiceId, 1, { aggregation: 'sum', quantity: '7.5', amount: '0.75', reading_ids: idsOf('api_calls') }),
    ratedRow(invoiceId, 2, { aggregation: 'max', quantity: '9', amount: '108.00', reading_ids: idsOf('seats') }),
    ratedRow(invoiceId, 0, {
      ...{ period: '2026-10', adjusts: '2026-10', aggregation: 'count', quantity: '1', billed_quantity: '3', amount: '5.00' },
      adjustment_ids: adjustments.map(({ id }) => id),
    }),
  ];
  const base = { meter: null, description: 'Base fee', quantity: '1', unit_price: '500.00', amount: '500.00', rated_usage_id: null };
  const lines = [base, ...rated.map(lineOf)];
  return {
    batches,
    readings,
    adjustments,
    rated,
    invoice: { id: invoiceId, period: '2026-11', currency: 'USD', plan: structuredClone(PLAN), revision: 1, lines, total: '623.75' },
  };
}

export function lineOf({ id, meter, quantity, unit_price, amount }: DraftRow): DraftLine & DraftRow {
  const texts = { quantity: String(quantity), unit_price: String(unit_price), amount: String(amount) };
  return { meter: String(meter), description: `${meter}`, ...texts, rated_usage_id: String(id) };
}

function batchesOf(): BillingStory['batches'] {
  const [calls, more] = [event('api_call', '2.5', '2026-11-20T09:00:00.000Z'), event('api_call', '4', '2026-11-21T09:00:00.000Z')];
  return {
    first: [
      event('workflow_run', '1', '2026-11-20T10:00:00.000Z'),
      // In Berlin it is the next day.
      event('workflow_run', '1', '2026-11-20T23:30:00.000Z'),
      calls,
      event('seat', '7', '2026-11-20T10:00:00.000Z'),
      event('door_opened', '1', '2026-11-20T10:00:00.000Z'),
    ],
    second: [
      more,
      { ...event('api_call', '3.5', '2026-11-20T09:00:00.000Z'), corrects: calls.id },
      event('seat', '9', '2026-11-21T10:00:00.000Z'),
      event('workflow_run', '0', '2026-11-21T10:00:00.000Z'),
    ],
    late: [event('workflow_run', '1', '2026-10-31T12:00:00.000Z')],
  };
}

export function event(type: string, quantity: string, timestamp: string): DraftEvent {
  const id = randomUUID();
  return {
    id,
    source: '/meters',
    external_id: `e-${id}`,
    type,
    pack: 'finops',
    subject: 's',
    quantity,
    metadata: { region: 'eu' },
    timestamp,
    corrects: null,
  };
}

export function reading(day: string, meter: string, event_type: string, aggregation: string, quantity: string): DraftRow {
  const event_count = 1;
  return { id: randomUUID(), day, period: day.slice(0, 7), meter, event_type, aggregation, quantity, event_count, revision: 1, time_zone: ZONE };
}

const EVENT_TYPES: Readonly<Record<string, string>> = { workflow_runs: 'workflow_run', api_calls: 'api_call', seats: 'seat' };

function ratedRow(invoice_id: string, charge: number, columns: DraftRow): DraftRow {
  const { meter = '', unit_price = '' } = PLAN.charges[charge] ?? {};
  return {
    ...{
      id: randomUUID(),
      invoice_id,
      revision: 1,
      period: '2026-11',
      meter,
      event_type: EVENT_TYPES[meter] ?? '',
      adjusts: null,
      billed_quantity: '0',
      unit_price,
      currency: 'USD',
    },
    ...{ charge: PLAN.charges[charge] ?? {}, plan_id: PLAN.id, plan_version: PLAN.version, reading_ids: [], adjustment_ids: [] },
    ...columns,
  };
}
