import { exact, plain, total } from './exact.ts';

/** The exact sum of quantities, which may be negative, without zeros at its end. @throws TypeError for what is no decimal */
export function sumOfQuantities(quantities: readonly string[]): string {
  return plain(total(quantities.map(exact)));
}

/** The greatest of quantities, "0" of none. @throws TypeError for what is no decimal */
export function maxOfQuantities(quantities: readonly string[]): string {
  const [first, ...others] = quantities.map(exact);
  return first ? plain(others.reduce((most, each) => (each.gt(most) ? each : most), first)) : '0';
}

/** However many zeros they end with. @throws TypeError for what is no decimal */
export function isSameQuantity(a: string, b: string): boolean {
  return exact(a).equals(exact(b));
}
