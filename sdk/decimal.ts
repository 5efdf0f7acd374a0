import Big from 'big.js';
import { Problem } from './errors.ts';
import { Type } from './schema.ts';

/**
 * Exact decimal arithmetic (big.js), of any length. Money, quantities and percentages are never floats. Only a division is
 * rounded, to 20 decimal places: multiply first, divide last.
 *
 * @example
 * ```ts
 * assert.equal(0.1 + 0.2 === 0.3, false);
 * assert.ok(new Decimal('0.1').plus('0.2').eq('0.3'));
 * assert.equal(new Decimal('120000.00').times('17.5').div(100).toFixed(2), '21000.00');
 * ```
 */
export const Decimal = Big;
/** A value of exact decimal arithmetic. */
export type Decimal = Big;

/**
 * A percentage as a caller may send it, from 0 to 100: a decimal string or a JSON number. `decimalOf` makes one text of both.
 *
 * @example
 * ```ts
 * const input = Strict({ discount_percent: PercentInput });
 * assert.ok(accepts(input, { discount_percent: 12.5 }) && accepts(input, { discount_percent: '12.50' }));
 * assert.ok(!accepts(input, { discount_percent: '12.505' }) && !accepts(input, { discount_percent: 101 }));
 * assert.equal(decimalOf(12.5, 2, 'discount_percent'), '12.50');
 * ```
 */
export const PercentInput = Type.Union(
  [Type.String({ pattern: '^(100(\\.0{1,2})?|[0-9]{1,2}(\\.[0-9]{1,2})?)$' }), Type.Number({ minimum: 0, maximum: 100 })],
  { description: 'a percentage from 0 to 100 with at most two decimal places, such as "12.5", or the same as a number' },
);

/**
 * A decimal as answers hold it: always a string, which no reader rounds.
 *
 * @example
 * ```ts
 * const Quote = Strict({ amount: DecimalAnswer, currency: Currency });
 * assert.ok(accepts(Quote, { amount: '120000.00', currency: 'USD' }));
 * assert.ok(!accepts(Quote, { amount: 120000, currency: 'USD' }));
 * ```
 */
export const DecimalAnswer = Type.String({ pattern: '^-?[0-9]+(\\.[0-9]+)?$', description: 'A decimal' });

/**
 * What a caller sent, with exactly so many decimal places. It never rounds: what is finer is refused.
 *
 * @param places decimal places
 * @param path of the field, as the refusal names it: `line_items.0.discount_percent`
 * @throws Problem `invalid-input` naming the field, where it has more; Error where it is no decimal, which the schema refuses
 * first
 * @example
 * ```ts
 * assert.equal(decimalOf('7', 2, 'discount_percent'), '7.00');
 * assert.throws(() => decimalOf('7.125', 2, 'discount_percent'), { message: 'discount_percent must have at most 2 decimal places' });
 * ```
 */
export function decimalOf(value: string | number, places: number, path: string): string {
  const decimal = new Big(value);
  if (!decimal.round(places).eq(decimal)) {
    const message = `must have at most ${places} decimal places`;
    throw new Problem('invalid-input', `${path} ${message}`, { errors: [{ path, message }] });
  }
  return decimal.toFixed(places);
}

/**
 * The exact sum of decimals, 0 of none. For amounts of money, `sumOfAmounts` also sees to the currency's decimal places.
 *
 * @throws Error for a text that is no decimal
 * @example
 * ```ts
 * assert.equal(sumOf(['0.10', '0.20', new Decimal('0.30')]).toFixed(2), '0.60');
 * assert.ok(sumOf([]).eq(0));
 * ```
 */
export function sumOf(values: readonly (string | Decimal)[]): Decimal {
  return values.reduce<Big>((sum, value) => sum.plus(value), new Big(0));
}
