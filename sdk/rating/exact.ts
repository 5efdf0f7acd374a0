import { Fraction } from 'fraction.js';

/** So many characters a quantity or a price has at most. */
export const LONGEST = 200;

/** One spelling of each number but for zeros at its end. */
const DECIMAL = /^(0|[1-9][0-9]*)(\.[0-9]+)?$/;
const NEGATIVE = /^-[0-9.]+$/;

/** What is wrong with what should be a decimal string that is not negative; null where nothing is. */
export function faultIn(value: unknown, longest = LONGEST): string | null {
  if (typeof value === 'string' && value.length > longest) return `must have at most ${longest} characters`;
  if (isDecimal(value)) return null;
  return typeof value === 'string' && NEGATIVE.test(value) ? 'must not be negative' : 'must be a decimal string such as "12.50"';
}

export function isDecimal(value: unknown): value is string {
  return typeof value === 'string' && value.length <= LONGEST && DECIMAL.test(value);
}

/** The library takes "1/3" and "0.(3)" too, so that nothing reaches it but by here. @throws TypeError where it is no decimal */
export function exact(decimal: string): Fraction {
  if (!DECIMAL.test(decimal.replace(/^-/, ''))) throw new TypeError(`${JSON.stringify(decimal.slice(0, LONGEST))} is no decimal`);
  return new Fraction(decimal);
}

export function total(values: readonly Fraction[]): Fraction {
  return values.reduce((sum, value) => sum.add(value), new Fraction(0));
}

/** With exactly so many decimal places, rounded half away from zero. */
export function fixed(value: Fraction, places: number): string {
  const units = value
    .abs()
    .mul(10n ** BigInt(places))
    .round().n;
  const digits = String(units).padStart(places + 1, '0');
  const sign = value.s < 0n && units > 0n ? '-' : '';
  return sign + (places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`);
}

/** A sum or a difference of decimals, without zeros at its end. */
export function plain(value: Fraction): string {
  return fixed(value, LONGEST).replace(/\.?0+$/, '');
}
