import { Decimal, decimalOf } from './decimal.ts';
import { Problem } from './errors.ts';
import { minorUnitsOf } from './rating/index.ts';
import { Type } from './schema.ts';

/** An amount as a caller may send it: never a float, which cannot hold cents. */
export const AmountInput = Type.Union(
  [Type.String({ pattern: '^[0-9]{1,38}(\\.[0-9]{1,4})?$' }), Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })],
  { description: 'an amount of money that is not negative: a decimal string such as "120000.00", or a whole number' },
);

export const Currency = Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 4217, such as USD' });

/**
 * The decimal places of a currency's minor unit (ISO 4217): 2 for USD, 0 for JPY.
 * @throws Problem `invalid-input` naming the field, where there is no such currency
 */
export function minorUnits(currency: string, path = 'currency'): number {
  const found = minorUnitsOf(currency);
  if (found !== undefined) return found;
  const message = `${currency} is not a currency of ISO 4217`;
  throw new Problem('invalid-input', `${path} ${message}`, { errors: [{ path, message }] });
}

/** An amount in the currency's minor unit. @throws Problem `invalid-input` naming the field, where it is finer than that */
export function amountOf(value: string | number, currency: string, path: string): string {
  return decimalOf(value, minorUnits(currency), path);
}

/** Rounded once, half away from zero, to the currency's minor unit. */
export function rounded(amount: Decimal, currency: string): string {
  return amount.round(minorUnits(currency), Decimal.roundHalfUp).toFixed(minorUnits(currency));
}
