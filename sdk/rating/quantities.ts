import { exact, plain, total } from './exact.ts';

/**
 * The exact sum of quantities, which may be negative, without zeros at its end.
 *
 * @throws TypeError for what is no decimal
 * @example
 * ```ts
 * assert.equal(sumOfQuantities(['0.1', '0.2', '0.70']), '1');
 * ```
 */
export function sumOfQuantities(quantities: readonly string[]): string {
  return plain(total(quantities.map(exact)));
}

/**
 * The greatest of quantities, "0" of none.
 *
 * @throws TypeError for what is no decimal
 * @example
 * ```ts
 * assert.equal(maxOfQuantities(['9', '10.50']), '10.5', 'as numbers, and not as texts');
 * ```
 */
export function maxOfQuantities(quantities: readonly string[]): string {
  const [first, ...others] = quantities.map(exact);
  return first ? plain(others.reduce((most, each) => (each.gt(most) ? each : most), first)) : '0';
}

/**
 * Whether two quantities are the same, however many zeros they end with.
 *
 * @throws TypeError for what is no decimal
 * @example
 * ```ts
 * assert.ok(isSameQuantity('1.50', '1.5') && !isSameQuantity('1.5', '1.51'));
 * ```
 */
export function isSameQuantity(a: string, b: string): boolean {
  return exact(a).equals(exact(b));
}
