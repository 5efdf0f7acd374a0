import { placesOf, sumOfAmounts } from './amounts.ts';
import { assertNone } from './check.ts';
import { exact, faultIn, fixed, plain } from './exact.ts';
import { grouped, priced } from './models.ts';
import type { Charge, Plan } from './plan.ts';
import { assertPlan, chargeErrors, quantityErrors } from './plan-errors.ts';

/** A line of an invoice. The base fee is a line without a meter. */
export interface Line {
  readonly meter: string | null;
  readonly description: string;
  readonly quantity: string;
  /** As the plan has it; null where there are several. */
  readonly unit_price: string | null;
  /** A decimal string in the minor unit of the plan's currency. */
  readonly amount: string;
}

/** What a period costs, line by line. */
export interface RatedPlan {
  readonly lines: readonly Line[];
  /** The sum of the lines as they are rounded. */
  readonly total: string;
  /** The meters in the quantities that the plan does not charge. */
  readonly ignored: readonly string[];
}

/** What a quantity costs by one charge. */
export interface RatedCharge {
  /** As the plan has it; null where there are several. */
  readonly unit_price: string | null;
  /** A decimal string in the minor unit of the currency. */
  readonly amount: string;
  /** How it was worked out, in words. */
  readonly description: string;
}

/**
 * What a period costs by this plan: the base fee and then, in the order of the plan, a line for each charge, also where nothing
 * was used. Pure and exact: the same plan and quantities come out the same wherever they are worked out.
 *
 * @param quantities by meter, decimal strings of at most 200 characters; a meter that the plan does not charge is `ignored`
 * @throws TypeError naming the fields of the plan or the quantities that are wrong
 * @example
 * ```ts
 * const plan: Plan = {
 *   id: 'internal-demo',
 *   version: 1,
 *   currency: 'USD',
 *   base_fee: '500.00',
 *   charges: [{ meter: 'policy_decisions', model: 'per_unit', unit_price: '2.00', unit_size: '1000' }],
 * };
 * const { lines, total, ignored } = ratePlan(plan, { policy_decisions: '12345', workflow_runs: '3' });
 * assert.deepEqual(lines.map(({ amount }) => amount), ['500.00', '24.69']);
 * assert.equal(total, '524.69');
 * assert.deepEqual(ignored, ['workflow_runs']);
 * ```
 */
export function ratePlan(plan: Plan, quantities: Readonly<Record<string, string>>): RatedPlan {
  assertPlan(plan);
  assertNone(quantityErrors(quantities));
  const { currency, base_fee, charges } = plan;
  const amount = fixed(exact(base_fee), placesOf(currency));
  const lines: readonly Line[] = [
    { meter: null, description: 'Base fee', quantity: '1', unit_price: base_fee, amount },
    ...charges.map((charge) => {
      const quantity = Object.hasOwn(quantities, charge.meter) ? (quantities[charge.meter] ?? '0') : '0';
      const { description, unit_price, amount } = rated(charge, quantity, currency);
      return { meter: charge.meter, description, quantity: plain(exact(quantity)), unit_price, amount };
    }),
  ];
  const total = sumOfAmounts(
    lines.map((line) => line.amount),
    currency,
  );
  const ignored = Object.keys(quantities).filter((meter) => !charges.some((charge) => charge.meter === meter));
  return { lines, total, ignored: ignored.toSorted() };
}

/**
 * What a quantity costs by one charge: exact, and rounded once, half away from zero, to the currency's minor unit.
 *
 * @param quantity a decimal string of at most 200 characters, not negative
 * @param currency ISO 4217
 * @throws TypeError naming the field of the charge, the quantity or the currency that is wrong
 * @example
 * ```ts
 * const tiers = [{ up_to: '1000', unit_price: '0.02' }, { up_to: null, unit_price: '0.01' }];
 * const cost = (model: 'graduated' | 'volume') => rateCharge({ meter: 'workflow_runs', model, tiers }, '1001', 'USD').amount;
 * assert.equal(cost('graduated'), '20.01', 'each unit at the price of its tier');
 * assert.equal(cost('volume'), '10.01', 'all units at the price of the last');
 * ```
 */
export function rateCharge(charge: Charge, quantity: string, currency: string): RatedCharge {
  placesOf(currency);
  assertNone(chargeErrors(charge, currency));
  const fault = faultIn(quantity);
  if (fault !== null) throw new TypeError(`quantity ${fault}`);
  return rated(charge, quantity, currency);
}

function rated(charge: Charge, quantity: string, currency: string): RatedCharge {
  const { unit_price, amount, parts } = priced(charge, exact(quantity));
  const { minimum = '0' } = charge;
  const isBelow = amount.lt(exact(minimum));
  const words = isBelow ? [...parts, `minimum ${grouped(minimum)}`] : parts;
  return {
    unit_price,
    amount: fixed(isBelow ? exact(minimum) : amount, placesOf(currency)),
    description: `${titleOf(charge.meter)}: ${words.join(', ')}`,
  };
}

/** `policy_decisions` as `Policy decisions` */
function titleOf(meter: string): string {
  return (meter.charAt(0).toUpperCase() + meter.slice(1)).replaceAll('_', ' ');
}
