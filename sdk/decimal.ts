import Big from 'big.js';
import { Problem } from './errors.ts';
import { Type } from './schema.ts';

/** Exact decimal arithmetic, of any length. Money, quantities and percentages are never floats. */
export const Decimal = Big;
export type Decimal = Big;

/** From 0 to 100. */
export const PercentInput = Type.Union(
  [Type.String({ pattern: '^(100(\\.0{1,2})?|[0-9]{1,2}(\\.[0-9]{1,2})?)$' }), Type.Number({ minimum: 0, maximum: 100 })],
  { description: 'a percentage from 0 to 100 with at most two decimal places, such as "12.5", or the same as a number' },
);

/** A decimal as answers hold it. */
export const DecimalAnswer = Type.String({ pattern: '^-?[0-9]+(\\.[0-9]+)?$', description: 'A decimal' });

/**
 * What a caller sent, with exactly so many decimal places.
 * @throws Problem `invalid-input` naming the field, where it has more
 */
export function decimalOf(value: string | number, places: number, path: string): string {
  const decimal = new Big(value);
  if (!decimal.round(places).eq(decimal)) {
    const message = `must have at most ${places} decimal places`;
    throw new Problem('invalid-input', `${path} ${message}`, { errors: [{ path, message }] });
  }
  return decimal.toFixed(places);
}

export function sumOf(values: readonly (string | Decimal)[]): Decimal {
  return values.reduce<Big>((sum, value) => sum.plus(value), new Big(0));
}
