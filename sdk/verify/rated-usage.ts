import { type Charge, differenceOfAmounts, isCharge, isSameQuantity, rateCharge, sumOfQuantities } from '../rating/index.ts';
import { aggregated } from './aggregation.ts';
import type { Adjustment, BillingRows, Invoice, RatedUsage, Reading } from './billing-rows.ts';

/** What is wrong with something that was billed. */
export interface Problem {
  readonly code: string;
  readonly what: string;
}

/** What a row of rated usage is compared with. */
export interface Billed extends Pick<BillingRows, 'readings' | 'adjustments'> {
  readonly invoice: Invoice;
}

/** The usage of this period: its quantity out of the readings, its amount out of the plan. @param charge of the plan, the one of the line */
export function usageProblems(row: RatedUsage, charge: Charge, { invoice, readings }: Billed): readonly Problem[] {
  const { plan, period } = invoice;
  return [
    ...differing({
      meter: [row.meter, charge.meter],
      period: [row.period, period],
      currency: [row.currency, invoice.currency],
      plan_id: [row.plan_id, plan.id],
      plan_version: [row.plan_version, plan.version],
    }),
    ...(row.adjustment_ids.length > 0 || row.billed_quantity !== '0'
      ? [{ code: 'usage-differs', what: 'it adjusts nothing, and names adjustments, or a quantity that was billed before' }]
      : []),
    ...quantityProblems(row, readingsOf(row, readings)),
    ...priceProblems(row, () => rateCharge(charge, row.quantity, row.currency)),
  ];
}

/**
 * What came late, for a period that was billed before: what that period costs with it, less what it had cost. What had been billed
 * is taken from the row, and proven by the evidence of that invoice.
 */
export function adjustmentProblems(row: RatedUsage, { invoice, adjustments }: Billed): readonly Problem[] {
  const { charge, billed_quantity, quantity, currency } = row;
  const isEarlier = row.adjusts !== null && row.adjusts < invoice.period;
  return [
    ...differing({ currency: [currency, invoice.currency] }),
    ...(isEarlier ? [] : [{ code: 'usage-differs', what: `it adjusts ${row.adjusts}, which is not before ${invoice.period}` }]),
    // The greatest of all is not to be had from what came late alone.
    ...quantityProblems(row, adjustmentsOf(row, invoice, adjustments), row.aggregation === 'max'),
    ...priceProblems(row, () => {
      if (!isCharge(charge, currency) || charge.meter !== row.meter) throw new TypeError(`its charge is none of ${row.meter} in ${currency}`);
      const [after, before] = [sumOfQuantities([billed_quantity, quantity]), sumOfQuantities([billed_quantity])];
      const amount = differenceOfAmounts(rateCharge(charge, after, currency).amount, rateCharge(charge, before, currency).amount, currency);
      return { amount };
    }),
  ];
}

function differing(pairs: Readonly<Record<string, readonly [unknown, unknown]>>): readonly Problem[] {
  return Object.entries(pairs)
    .filter(([, [found, expected]]) => found !== expected)
    .map(([field, [found, expected]]) => ({
      code: 'usage-differs',
      what: `its ${field} is ${text(found)}, and that of what it is billed for ${text(expected)}`,
    }));
}

function text(value: unknown): string {
  return String(JSON.stringify(value)).slice(0, 200);
}

/** The quantities that a row is the sum of, and what is wrong with them. */
interface Parts {
  readonly quantities: readonly string[];
  readonly problems: readonly Problem[];
}

function quantityProblems({ aggregation, quantity }: RatedUsage, { quantities, problems }: Parts, isOpen = false): readonly Problem[] {
  if (problems.length > 0 || isOpen) return problems;
  const found = aggregated(aggregation, quantities);
  if (isSameQuantity(found, quantity)) return [];
  return [{ code: 'quantity-differs', what: `its quantity is ${quantity}, and what it is made from comes to ${found}` }];
}

/** One for each day, of this meter and this period. */
function readingsOf(row: RatedUsage, known: ReadonlyMap<string, { readonly value: Reading }>): Parts {
  const days = new Set<string>();
  return partsOf(row.reading_ids, known, ({ meter, event_type, period, aggregation, day }) => {
    if (days.has(day)) return `is a second one of ${day}`;
    days.add(day);
    const isOwn =
      meter === row.meter && event_type === row.event_type && period === row.period && aggregation === row.aggregation && day.startsWith(period);
    return isOwn ? null : `is the ${aggregation} of ${meter} for ${day}, billed in ${period}`;
  });
}

function adjustmentsOf(row: RatedUsage, invoice: Invoice, known: ReadonlyMap<string, { readonly value: Adjustment }>): Parts {
  return partsOf(row.adjustment_ids, known, ({ meter, period, aggregation, billed_in }) => {
    const isOwn = meter === row.meter && period === row.adjusts && aggregation === row.aggregation && billed_in === invoice.period;
    return isOwn ? null : `is of the ${aggregation} of ${meter} for ${period}, billed in ${billed_in}`;
  });
}

function partsOf<T extends { readonly quantity: string }>(
  ids: readonly string[],
  known: ReadonlyMap<string, { readonly value: T }>,
  faultIn: (value: T) => string | null,
): Parts {
  const quantities: string[] = [];
  const problems: Problem[] = [];
  for (const id of ids) {
    const part = known.get(id)?.value;
    const fault = part ? faultIn(part) : null;
    if (!part) problems.push({ code: 'reading-missing', what: `it is made from ${id}, which is not here` });
    else if (fault !== null) problems.push({ code: 'reading-of-other', what: `it is made from ${id}, which ${fault}` });
    else quantities.push(part.quantity);
  }
  return { quantities, problems };
}

/** @param rate gives what the row has to have */
function priceProblems(row: RatedUsage, rate: () => { readonly amount: string; readonly unit_price?: string | null }): readonly Problem[] {
  try {
    const { amount, unit_price } = rate();
    return [
      ...(row.amount === amount ? [] : [{ code: 'amount-differs', what: `its amount is ${row.amount}, and rated again it is ${amount}` }]),
      ...(unit_price === undefined || row.unit_price === unit_price
        ? []
        : [{ code: 'amount-differs', what: `its unit price is ${row.unit_price}, and by its charge ${unit_price}` }]),
    ];
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return [{ code: 'malformed-billing', what: `it cannot be rated: ${error.message}` }];
  }
}
