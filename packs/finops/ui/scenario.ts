import { type Charge, type Plan, planErrors, quantityErrors, ratePlan } from '@summit/sdk/rating';

export type { Plan };
export type Quantities = Readonly<Record<string, string>>;

/** One price or size of a plan that can be changed, by its place in it. */
export interface Price {
  /** null for the base fee. */
  readonly meter: string | null;
  /** From 1; null where the charge has no tiers. */
  readonly tier: number | null;
  readonly field: string;
  readonly value: string;
  readonly changed: (value: string) => Plan;
}

/** What of a plan are decimals: all that it charges by. */
export function pricesOf(plan: Plan): readonly Price[] {
  const base = { meter: null, tier: null, field: 'base_fee', value: plan.base_fee, changed: (value: string) => ({ ...plan, base_fee: value }) };
  return [
    base,
    ...plan.charges.flatMap((charge, index) => pricesOfCharge(charge, (changed) => ({ ...plan, charges: plan.charges.with(index, changed) }))),
  ];
}

function pricesOfCharge(charge: Charge, within: (changed: Charge) => Plan): readonly Price[] {
  const { meter } = charge;
  const own = decimalsOf(charge).map(([field, value]) => ({
    ...{ meter, tier: null, field, value },
    changed: (now: string) => within({ ...charge, [field]: now }),
  }));
  if (charge.model !== 'graduated' && charge.model !== 'volume') return own;
  const tiers = charge.tiers.flatMap((tier, index) =>
    decimalsOf(tier).map(([field, value]) => ({
      ...{ meter, tier: index + 1, field, value },
      changed: (now: string) => within({ ...charge, tiers: charge.tiers.with(index, { ...tier, [field]: now }) }),
    })),
  );
  return [...own, ...tiers];
}

/** In the order in which they are read, which the database does not keep. */
const DECIMALS = ['up_to', 'unit_price', 'unit_size', 'package_price', 'package_size', 'flat_fee', 'free_units', 'minimum'];

function decimalsOf(of: object): readonly (readonly [string, string])[] {
  const fields: ReadonlyMap<string, unknown> = new Map(Object.entries(of));
  return DECIMALS.flatMap((name) => {
    const value = fields.get(name);
    return typeof value === 'string' ? [[name, value] as const] : [];
  });
}

/** The plan with the prices that an address has otherwise, `0=750.00&2=0.0025`: by their places in `pricesOf`. */
export function withPrices(plan: Plan, text: string | undefined): Plan {
  return pairsIn(text).reduce((changed, [place, value]) => pricesOf(changed)[Number(place)]?.changed(value) ?? changed, plan);
}

/** As an address has them: those of a plan that are not as they were. */
export function pricesIn(plan: Plan, before: Plan): string {
  const was = pricesOf(before);
  const changed = pricesOf(plan).flatMap(({ value }, place) => (value === was[place]?.value ? [] : [[String(place), value]]));
  return String(new URLSearchParams(changed));
}

/** `policy_decisions=12345&workflow_runs=90` */
export function quantitiesFrom(text: string | undefined): Quantities {
  return Object.fromEntries(pairsIn(text));
}

/** Those that are not as they were counted. */
export function quantitiesIn(quantities: Quantities, counted: Quantities): string {
  return String(new URLSearchParams(Object.entries(quantities).filter(([meter, quantity]) => quantity !== counted[meter])));
}

/** What is wrong with it, field by field; or what it comes to. */
export function rated(plan: Plan, quantities: Quantities) {
  const errors = [...planErrors(plan), ...quantityErrors(quantities)];
  return errors.length > 0 ? { errors, result: null } : { errors, result: ratePlan(plan, quantities) };
}

/** As parameters within a parameter, so that whatever was typed comes back. */
function pairsIn(text: string | undefined): readonly (readonly [string, string])[] {
  return [...new URLSearchParams(text)];
}
