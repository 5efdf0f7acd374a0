import { code as currencyWithCode } from 'currency-codes';
import type { Fraction } from 'fraction.js';
import { exact, fixed, total } from './exact.ts';

/**
 * The decimal places of a currency's minor unit (ISO 4217): 2 for USD, 0 for JPY; undefined where there is no such currency,
 * which `minorUnits` of `@summit/sdk` refuses.
 *
 * @example
 * ```ts
 * assert.deepEqual(['USD', 'JPY', 'usd', 'ABC'].map(minorUnitsOf), [2, 0, undefined, undefined]);
 * ```
 */
export function minorUnitsOf(currency: unknown): number | undefined {
  // The list would be searched in any case of letters.
  return typeof currency === 'string' && /^[A-Z]{3}$/.test(currency) ? currencyWithCode(currency)?.digits : undefined;
}

/**
 * The exact sum of amounts in whole minor units, which may be negative.
 *
 * @throws TypeError naming what is no such amount, or no currency
 * @example
 * ```ts
 * assert.equal(sumOfAmounts(['120.00', '-20.50'], 'USD'), '99.50');
 * assert.equal(sumOfAmounts([], 'JPY'), '0');
 * assert.throws(() => sumOfAmounts(['1.00', '0.005'], 'USD'), { message: 'amounts.1 must have at most 2 decimal places' });
 * ```
 */
export function sumOfAmounts(amounts: readonly string[], currency: string): string {
  const places = placesOf(currency);
  return fixed(total(amounts.map((amount, index) => amountIn(amount, places, `amounts.${index}`))), places);
}

/**
 * What is left of an amount where another is taken from it, negative where that is more.
 *
 * @throws TypeError as `sumOfAmounts`
 * @example
 * ```ts
 * assert.equal(differenceOfAmounts('100.00', '100.01', 'USD'), '-0.01');
 * ```
 */
export function differenceOfAmounts(amount: string, taken: string, currency: string): string {
  const places = placesOf(currency);
  return fixed(amountIn(amount, places, 'amount').sub(amountIn(taken, places, 'taken')), places);
}

/** @throws TypeError */
export function placesOf(currency: string): number {
  const places = minorUnitsOf(currency);
  if (places === undefined) throw new TypeError('currency must be of ISO 4217, such as USD');
  return places;
}

/** Longer than every quantity times every price. */
const LONGEST_AMOUNT = 1_000;
const AMOUNT = /^-?(0|[1-9][0-9]*)(\.[0-9]+)?$/;

function amountIn(value: unknown, places: number, path: string): Fraction {
  if (typeof value !== 'string' || value.length > LONGEST_AMOUNT || !AMOUNT.test(value)) {
    throw new TypeError(`${path} must be a decimal string such as "12.50" or "-12.50", of at most ${LONGEST_AMOUNT} characters`);
  }
  const amount = exact(value);
  if (!isWhole(amount, places)) throw new TypeError(`${path} must have at most ${places} decimal places`);
  return amount;
}

export function isWhole(value: Fraction, places: number): boolean {
  return value.mul(10n ** BigInt(places)).d === 1n;
}
