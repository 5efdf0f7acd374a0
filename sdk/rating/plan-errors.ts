import { isWhole, minorUnitsOf } from './amounts.ts';
import { anything, assertNone, type Check, isObject, list, matching, nullable, object, type PlanError, record } from './check.ts';
import { exact, faultIn, isDecimal, LONGEST } from './exact.ts';
import type { Charge, Plan } from './plan.ts';

/** Longer lists and sizes are nobody's plan, and sums of so many long fractions would keep a verifier busy for minutes. */
const MOST_CHARGES = 50;
const MOST_TIERS = 50;
const LONGEST_SIZE = 40;

/**
 * Every error of what should be a price plan, in its form and in its sense; none where it is one.
 *
 * @example
 * ```ts
 * const tiers = [{ up_to: '1000', unit_price: '0.02' }, { up_to: '5000', unit_price: '0.01' }];
 * const plan = { id: 'growth', version: 1, currency: 'USD', base_fee: '500.00', charges: [{ meter: 'workflow_runs', model: 'volume', tiers }] };
 * assert.deepEqual(planErrors(plan), [
 *   { path: 'charges.0.tiers.1.up_to', message: 'must be null: the last tier has no end, so that every quantity has a price' },
 * ]);
 * ```
 */
export function planErrors(value: unknown): readonly PlanError[] {
  if (!isObject(value)) return [{ path: '(plan)', message: 'must be an object' }];
  const places = minorUnitsOf(value.currency);
  const plan = object({
    id: matching(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be of lowercase letters, digits and hyphens, at most 63 characters'),
    version,
    currency,
    base_fee: amount(places),
    charges: list(charge(places), MOST_CHARGES, chargedTwice),
  });
  return plan(value, '');
}

/**
 * Whether it is a price plan. `planErrors` says why not.
 *
 * @example
 * ```ts
 * assert.ok(isPlan({ id: 'free', version: 1, currency: 'USD', base_fee: '0.00', charges: [] }));
 * assert.ok(!isPlan({ id: 'free', version: 1, currency: 'USD', base_fee: 0, charges: [] }), 'money is a decimal string');
 * ```
 */
export function isPlan(value: unknown): value is Plan {
  return planErrors(value).length === 0;
}

/**
 * Lets nothing through that is no price plan.
 *
 * @throws TypeError naming the fields that are wrong
 * @example
 * ```ts
 * const read: unknown = JSON.parse('{"id": "free", "version": 1, "currency": "XXL", "base_fee": "0.00", "charges": []}');
 * assert.throws(() => assertPlan(read), { message: 'currency must be a currency of ISO 4217, such as USD' });
 * ```
 */
export function assertPlan(value: unknown): asserts value is Plan {
  assertNone(planErrors(value));
}

/** Every error of one charge of a plan in this currency. */
export function chargeErrors(value: unknown, currency: unknown): readonly PlanError[] {
  return charge(minorUnitsOf(currency))(value, '');
}

/**
 * Whether a plan in this currency may have such a charge.
 *
 * @example
 * ```ts
 * const charge = { meter: 'workflow_runs', model: 'package', package_price: '5.00', package_size: '1000', minimum: '0.50' };
 * assert.ok(isCharge(charge, 'USD'));
 * assert.ok(!isCharge(charge, 'JPY'), 'there is no half yen');
 * ```
 */
export function isCharge(value: unknown, currency: string): value is Charge {
  return chargeErrors(value, currency).length === 0;
}

/**
 * Every error of quantities by meter, `{"policy_decisions": "12345"}`: decimal strings that are not negative.
 *
 * @param path what the paths of the errors begin with
 * @example
 * ```ts
 * assert.deepEqual(quantityErrors({ policy_decisions: '12345' }), []);
 * assert.deepEqual(quantityErrors({ policy_decisions: -1 }), [
 *   { path: 'quantities.policy_decisions', message: 'must be a decimal string such as "12.50"' },
 * ]);
 * ```
 */
export function quantityErrors(value: unknown, path = 'quantities'): readonly PlanError[] {
  return record(decimal)(value, path);
}

const decimal: Check = (value, path) => errorAt(path, faultIn(value));

const aboveZero = (longest: number): Check => {
  return (value, path) => {
    const fault = faultIn(value, longest);
    return errorAt(path, fault === null && isDecimal(value) && exact(value).equals(0) ? 'must be above zero' : fault);
  };
};

/** What is divided by. */
const size = aboveZero(LONGEST_SIZE);

/** What becomes the amount of a line as it stands. Where the currency is not known, its decimal places are not looked at. */
function amount(places: number | undefined): Check {
  return (value, path) => {
    const isTooFine = places !== undefined && isDecimal(value) && !isWhole(exact(value), places);
    return errorAt(path, isTooFine ? `must have at most ${places} decimal places` : faultIn(value));
  };
}

const version: Check = (value, path) =>
  errorAt(path, typeof value === 'number' && Number.isSafeInteger(value) && value >= 1 ? null : 'must be a whole number from 1');

const currency: Check = (value, path) => errorAt(path, minorUnitsOf(value) === undefined ? 'must be a currency of ISO 4217, such as USD' : null);

const meter = matching(/^(?=.{1,63}$)[a-z][a-z0-9]*(_[a-z0-9]+)*$/, 'must be in snake_case, of at most 63 characters');

const tier = object({ up_to: nullable(aboveZero(LONGEST)), unit_price: decimal }, { unit_size: size, flat_fee: decimal });
const tiers = list(tier, MOST_TIERS, tiersInOrder);

function charge(places: number | undefined): Check {
  const [any, minimum] = [{ meter, model: anything }, { minimum: amount(places) }];
  const models = new Map<unknown, Check>([
    ['per_unit', object({ ...any, unit_price: decimal }, { ...minimum, unit_size: size, free_units: decimal })],
    ['package', object({ ...any, package_price: decimal, package_size: size }, { ...minimum, free_units: decimal })],
    ['graduated', object({ ...any, tiers }, minimum)],
    ['volume', object({ ...any, tiers }, minimum)],
  ]);
  return (value, path) => {
    if (!isObject(value)) return errorAt(path, 'must be an object');
    const model = models.get(value.model);
    return model ? model(value, path) : errorAt(path === '' ? 'model' : `${path}.model`, `must be one of ${[...models.keys()].join(', ')}`);
  };
}

function chargedTwice(charges: readonly unknown[], path: string): readonly PlanError[] {
  const meters = charges.map((found) => (isObject(found) && meter(found.meter, '').length === 0 ? found.meter : undefined));
  return meters.flatMap((name, index) => {
    const isTwice = name !== undefined && meters.indexOf(name) < index;
    return errorAt(`${path}.${index}.meter`, isTwice ? `"${name}" has a charge already` : null);
  });
}

/** The tiers follow one another without end, so that every quantity has exactly one price. */
function tiersInOrder(items: readonly unknown[], path: string): readonly PlanError[] {
  if (items.length === 0) return errorAt(path, 'must have at least one tier');
  const ends = items.map((item) => (isObject(item) ? item.up_to : undefined));
  return ends.flatMap((end, index) => errorAt(`${path}.${index}.up_to`, outOfOrder(end, ends[index - 1], index === ends.length - 1)));
}

function outOfOrder(end: unknown, before: unknown, isLast: boolean): string | null {
  if (isLast) return isDecimal(end) ? 'must be null: the last tier has no end, so that every quantity has a price' : null;
  if (end === null) return 'must not be null: only the last tier has no end';
  if (!isDecimal(end) || !isDecimal(before)) return null;
  return exact(end).gt(exact(before)) ? null : `must be above ${before}, where the tier before ends`;
}

function errorAt(path: string, message: string | null): readonly PlanError[] {
  return message === null ? [] : [{ path, message }];
}
