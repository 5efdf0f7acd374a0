import { Currency } from './money.ts';
import { Nullable, Strict, Type } from './schema.ts';

const decimal = (description: string, maxLength = 200) => Type.String({ pattern: '^(0|[1-9][0-9]*)(\\.[0-9]+)?$', maxLength, description });

const price = () => decimal('a price, as fine as one likes: a decimal string such as "0.0025"');
const amount = (what: string) => decimal(`${what}, in whole minor units of the currency: a decimal string such as "500.00"`);
const size = (what: string) => decimal(`${what}: a decimal string above zero, such as "1000"`, 40);

const unitSize = () => Type.Optional(size('how many units unit_price is the price of, 1 where this is absent'));
const freeUnits = () => Type.Optional(decimal('the first units, which cost nothing: a decimal string, "0" where this is absent'));

const any = {
  meter: Type.String({ pattern: '^[a-z][a-z0-9]*(_[a-z0-9]+)*$', maxLength: 63, description: 'in snake_case, such as policy_decisions' }),
  minimum: Type.Optional(amount('a floor on the amount, also where nothing was used')),
};

const tiers = Type.Array(
  Strict({
    up_to: Nullable(decimal('the last unit of the tier; null for the last tier, which has no end')),
    unit_price: price(),
    unit_size: unitSize(),
    flat_fee: Type.Optional(price()),
  }),
  { minItems: 1, maxItems: 50, description: 'in the order of up_to, the last one with null' },
);

const Charge = Type.Union(
  [
    Strict(
      { ...any, model: Type.Literal('per_unit'), unit_price: price(), unit_size: unitSize(), free_units: freeUnits() },
      { description: 'exact: part of a block costs its part' },
    ),
    Strict(
      { ...any, model: Type.Literal('package'), package_price: price(), package_size: size('how many units a package has'), free_units: freeUnits() },
      { description: 'whole packages, the last one counted full' },
    ),
    Strict(
      { ...any, model: Type.Literal('graduated'), tiers },
      { description: 'each unit at the price of its tier, and the flat fee of every tier that is entered' },
    ),
    Strict(
      { ...any, model: Type.Literal('volume'), tiers },
      { description: 'all units at the price of the tier that the total falls in, and the flat fee of that tier' },
    ),
  ],
  { description: 'a charge of model per_unit, package, graduated or volume, with the fields of that model' },
);

/**
 * The form of a price plan, for settings and for who reads the API. Of its sense it says nothing: that tiers follow one
 * another, that no meter has two charges, that amounts are whole minor units. `planErrors` says all of it, form and sense.
 *
 * @example
 * ```ts
 * const plan = { id: 'basic', version: 1, currency: 'JPY', base_fee: '500.50', charges: [] };
 * assert.ok(accepts(PricePlan, plan));
 * assert.deepEqual(planErrors(plan), [{ path: 'base_fee', message: 'must have at most 0 decimal places' }]);
 * ```
 */
export const PricePlan = Strict(
  {
    id: Type.String({ pattern: '^[a-z0-9][a-z0-9-]*$', maxLength: 63, description: 'lowercase letters, digits and hyphens' }),
    version: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
    currency: Currency,
    base_fee: amount('what a period costs before anything is used'),
    charges: Type.Array(Charge, { maxItems: 50 }),
  },
  { description: 'What a period costs: a base fee, and a charge for each meter that has a price' },
);
