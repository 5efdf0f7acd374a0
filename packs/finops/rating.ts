import {
  type ActionContext,
  type Aggregation,
  type Charge,
  Decimal,
  differenceOfAmounts,
  type Insertion,
  insert,
  type Meter,
  type Plan,
  Problem,
  type Row,
  rateCharge,
  ratePlan,
  sumOf,
  sumOfAmounts,
} from '@summit/sdk';
import type { Adjustment, Reading } from './counting.ts';
import { type InvoiceLine, RatedUsage } from './entities.ts';

export type Rated = Row<typeof RatedUsage>;

/** What an invoice is made from: readings, and what late usage changes in periods that were closed. */
export interface Unrated {
  readonly invoice: string;
  readonly revision: number;
  readonly period: string;
  readonly plan: Plan;
  readonly meters: readonly Meter[];
  /** Of the period. */
  readonly readings: readonly Reading[];
  readonly adjusted: readonly AdjustedPeriod[];
}

/** A closed period of which more is billed now. */
export interface AdjustedPeriod {
  readonly period: string;
  /** That it was billed by. */
  readonly plan: Plan;
  readonly readings: readonly Reading[];
  readonly billed: readonly Adjustment[];
  readonly late: readonly Adjustment[];
}

export interface RatedInvoice {
  readonly rows: readonly Insertion<Rated>[];
  readonly lines: readonly InvoiceLine[];
  readonly total: string;
}

/**
 * The lines of an invoice: the base fee, each charge of the plan, and each meter of a closed period that late usage changes.
 * @throws Problem `invalid-state` where the plan charges what nobody meters
 */
export function rate(unrated: Unrated, at: ActionContext<unknown>): RatedInvoice {
  const { plan, adjusted, invoice } = unrated;
  const rows = [
    ...plan.charges.map((charge) => ratedCharge(unrated, charge, at)),
    ...adjusted.flatMap((period) => ratedAdjustments(unrated, period, at)),
  ];
  return { rows: rows.map((row) => insert(RatedUsage, at, row, invoice)), ...linesOf(plan, rows) };
}

/** The lines that rated usage makes, in its order, behind the base fee. */
export function linesOf(plan: Plan, rated: readonly Rated[]): Pick<RatedInvoice, 'lines' | 'total'> {
  const [base] = ratePlan({ ...plan, charges: [] }, {}).lines;
  if (!base) throw new TypeError('a plan has a base fee');
  const lines = [
    { ...base, rated_usage_id: null },
    ...rated.map(({ id, meter, description, quantity, unit_price, amount }) => ({
      ...{ meter, description, quantity, unit_price, amount },
      rated_usage_id: id,
    })),
  ];
  return {
    lines,
    total: sumOfAmounts(
      lines.map(({ amount }) => amount),
      plan.currency,
    ),
  };
}

function ratedCharge({ invoice, revision, period, plan, meters, readings }: Unrated, charge: Charge, at: ActionContext<unknown>): Rated {
  const meter = meters.find(({ id }) => id === charge.meter);
  if (!meter) throw new Problem('invalid-state', `The plan ${plan.id} charges ${charge.meter}, which no pack meters: mend the plan.`);
  const { aggregation, event_type } = meter;
  const own = readings.filter((reading) => reading.meter === charge.meter);
  const quantity = periodQuantity(aggregation, own, []);
  return {
    ...written(at),
    ...{ invoice_id: invoice, revision, period, meter: charge.meter, event_type, aggregation, adjusts: null, quantity, billed_quantity: '0' },
    ...rateCharge(charge, quantity, plan.currency),
    ...{ currency: plan.currency, charge, plan_id: plan.id, plan_version: plan.version },
    ...{ reading_ids: own.map(({ id }) => id).sort(), adjustment_ids: [] },
  };
}

/** What the closed period would have cost, less what it has cost. Where that is nothing there is no line. */
function ratedAdjustments(
  { invoice, revision, period, plan: { currency } }: Unrated,
  closed: AdjustedPeriod,
  at: ActionContext<unknown>,
): readonly Rated[] {
  const { plan } = closed;
  return plan.charges.flatMap((charge) => {
    const isOf = ({ meter }: { meter: string }) => meter === charge.meter;
    const [readings, billed, late] = [closed.readings.filter(isOf), closed.billed.filter(isOf), closed.late.filter(isOf)];
    if (!late[0]) return [];
    const { aggregation, event_type } = late[0];
    const billed_quantity = periodQuantity(aggregation, readings, billed);
    const after = periodQuantity(aggregation, readings, [...billed, ...late]);
    const quantity = new Decimal(after).minus(billed_quantity).toFixed();
    if (quantity === '0') return [];
    const [{ unit_price, amount }, before] = [rateCharge(charge, after, currency), rateCharge(charge, billed_quantity, currency)];
    return [
      {
        ...written(at),
        ...{ invoice_id: invoice, revision, period, meter: charge.meter, event_type, aggregation, adjusts: closed.period, quantity, billed_quantity },
        ...{ unit_price, amount: differenceOfAmounts(amount, before.amount, currency), description: describe(charge.meter, closed.period, late) },
        ...{ currency, charge, plan_id: plan.id, plan_version: plan.version },
        ...{ reading_ids: [], adjustment_ids: late.map(({ id }) => id).sort() },
      },
    ];
  });
}

function written(at: ActionContext<unknown>) {
  return { tenant_id: at.tenant, created_at: at.now, id: at.newId() };
}

/** A count and a sum add up over the days; a maximum is that of the highest day. */
export function periodQuantity(
  aggregation: Aggregation,
  readings: readonly Pick<Reading, 'day' | 'quantity'>[],
  adjustments: readonly Pick<Adjustment, 'day' | 'quantity'>[],
): string {
  const all = [...readings, ...adjustments];
  if (aggregation !== 'max') return sumOf(all.map(({ quantity }) => quantity)).toFixed();
  const days = [...Map.groupBy(all, ({ day }) => day).values()].map((of) => sumOf(of.map(({ quantity }) => quantity)));
  return days.reduce((highest, day) => (day.gt(highest) ? day : highest), new Decimal(0)).toFixed();
}

/** So many events are named in a line; the adjustment has them all. */
const NAMED = 3;

function describe(meter: string, period: string, late: readonly Adjustment[]): string {
  const ids = late.flatMap(({ event_ids }) => event_ids);
  const more = ids.length > NAMED ? ` and ${ids.length - NAMED} more` : '';
  const named = ids.length > 0 ? ` (${ids.slice(0, NAMED).join(', ')}${more})` : '';
  return `Adjustment of ${period}: ${meter.replaceAll('_', ' ')} reported after it was closed${named}`;
}
