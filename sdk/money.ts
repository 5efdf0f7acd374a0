import { Decimal, decimalOf } from './decimal.ts';
import { Problem } from './errors.ts';
import { minorUnitsOf } from './rating/index.ts';
import { Type } from './schema.ts';

/**
 * An amount of money as a caller may send it: a decimal string, or a whole JSON number, and never a float, which cannot hold
 * cents. `amountOf` makes it one of its currency.
 *
 * @example
 * ```ts
 * const input = Strict({ amount: AmountInput, currency: Currency });
 * assert.ok(accepts(input, { amount: '120000.50', currency: 'USD' }) && accepts(input, { amount: 120000, currency: 'USD' }));
 * assert.ok(!accepts(input, { amount: 120000.5, currency: 'USD' }) && !accepts(input, { amount: '-1.00', currency: 'USD' }));
 * ```
 */
export const AmountInput = Type.Union(
  [Type.String({ pattern: '^[0-9]{1,38}(\\.[0-9]{1,4})?$' }), Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })],
  { description: 'an amount of money that is not negative: a decimal string such as "120000.00", or a whole number' },
);

/**
 * A currency by its code of ISO 4217. The schema knows its form alone: whether there is such a currency, `minorUnits` says.
 *
 * @example
 * ```ts
 * assert.ok(accepts(Currency, 'EUR') && !accepts(Currency, 'eur'));
 * assert.ok(accepts(Currency, 'ABC'));
 * assert.throws(() => minorUnits('ABC'), { code: 'invalid-input' });
 * ```
 */
export const Currency = Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 4217, such as USD' });

/**
 * The decimal places of a currency's minor unit (ISO 4217): 2 for USD, 0 for JPY. It refuses what a caller sent; `minorUnitsOf` only
 * says whether there is such a currency.
 *
 * @param path of the field, as the refusal names it
 * @throws Problem `invalid-input` naming the field, where there is no such currency
 * @example
 * ```ts
 * assert.deepEqual(['USD', 'JPY', 'KWD'].map((currency) => minorUnits(currency)), [2, 0, 3]);
 * assert.throws(() => minorUnits('usd', 'plan.currency'), { message: 'plan.currency usd is not a currency of ISO 4217' });
 * ```
 */
export function minorUnits(currency: string, path = 'currency'): number {
  const found = minorUnitsOf(currency);
  if (found !== undefined) return found;
  const message = `${currency} is not a currency of ISO 4217`;
  throw new Problem('invalid-input', `${path} ${message}`, { errors: [{ path, message }] });
}

/**
 * An amount that a caller sent, in the currency's minor unit. It never rounds: what is finer is refused.
 *
 * @param path of the field, as the refusal names it
 * @throws Problem `invalid-input` naming the field, where it is finer than that, or where there is no such currency
 * @example
 * ```ts
 * assert.equal(amountOf(120000, 'USD', 'amount'), '120000.00');
 * assert.equal(amountOf('5000', 'JPY', 'amount'), '5000');
 * assert.throws(() => amountOf('5000.50', 'JPY', 'amount'), { message: 'amount must have at most 0 decimal places' });
 * ```
 */
export function amountOf(value: string | number, currency: string, path: string): string {
  return decimalOf(value, minorUnits(currency), path);
}

/**
 * What was worked out, rounded half away from zero to the currency's minor unit. Round once, at the end: sums of what was
 * rounded differ.
 *
 * @throws Problem `invalid-input` where there is no such currency
 * @example
 * ```ts
 * assert.equal(rounded(new Decimal('0.125'), 'USD'), '0.13');
 * assert.equal(rounded(new Decimal('-0.125'), 'USD'), '-0.13');
 * assert.equal(rounded(new Decimal('33.335').times(3), 'USD'), '100.01');
 * ```
 */
export function rounded(amount: Decimal, currency: string): string {
  return amount.round(minorUnits(currency), Decimal.roundHalfUp).toFixed(minorUnits(currency));
}
