import { Fraction } from 'fraction.js';
import { exact, fixed, plain, total } from './exact.ts';
import type { Charge, GraduatedCharge, PackageCharge, PerUnitCharge, Tier, VolumeCharge } from './plan.ts';

/** What a quantity costs before anything is rounded, and the parts of that sum in words. */
export interface Priced {
  readonly unit_price: string | null;
  readonly amount: Fraction;
  readonly parts: readonly string[];
}

/** The charge is one that has been checked, and the quantity is not negative. */
export function priced(charge: Charge, quantity: Fraction): Priced {
  switch (charge.model) {
    case 'per_unit':
      return perUnit(charge, quantity);
    case 'package':
      return byPackage(charge, quantity);
    case 'graduated':
      return graduated(charge, quantity);
    case 'volume':
      return volume(charge, quantity);
  }
}

function perUnit(charge: PerUnitCharge, quantity: Fraction): Priced {
  const { charged, free } = afterFree(quantity, charge.free_units);
  return { unit_price: charge.unit_price, amount: costOf(charged, charge), parts: [partOf(charged, charge), ...free] };
}

function byPackage(charge: PackageCharge, quantity: Fraction): Priced {
  const { charged, free } = afterFree(quantity, charge.free_units);
  const packages = charged.div(exact(charge.package_size)).ceil();
  const words = `${grouped(plain(packages))} package${packages.equals(1) ? '' : 's'} of ${sizeText(charge.package_size)}`;
  return {
    unit_price: charge.package_price,
    amount: packages.mul(exact(charge.package_price)),
    parts: [`${words} at ${grouped(charge.package_price)}`, ...free],
  };
}

function graduated({ tiers }: GraduatedCharge, quantity: Fraction): Priced {
  const starts = [NONE, ...tiers.map(endOf)];
  const entered = tiers.flatMap((tier, index) => {
    const [start, end] = [starts[index] ?? null, endOf(tier)];
    if (start === null || quantity.lte(start)) return [];
    return [{ tier, units: (end === null || quantity.lt(end) ? quantity : end).sub(start) }];
  });
  const fees = flatFees(entered.map(({ tier }) => tier));
  return {
    unit_price: null,
    amount: total([...entered.map(({ tier, units }) => costOf(units, tier)), fees.amount]),
    parts: entered.length === 0 ? ['0'] : [...entered.map(({ tier, units }) => partOf(units, tier)), ...fees.parts],
  };
}

function volume({ tiers }: VolumeCharge, quantity: Fraction): Priced {
  const tier = tiers.find((each) => {
    const end = endOf(each);
    return end === null || quantity.lte(end);
  });
  if (!tier) throw new TypeError('tiers must have a last one without an end');
  // Nothing used costs nothing: the first tier is not entered.
  const fees = flatFees(quantity.equals(0) ? [] : [tier]);
  return { unit_price: tier.unit_price, amount: costOf(quantity, tier).add(fees.amount), parts: [partOf(quantity, tier), ...fees.parts] };
}

const NONE = new Fraction(0);

function endOf(tier: Tier): Fraction | null {
  return tier.up_to === null ? null : exact(tier.up_to);
}

interface UnitPrice {
  readonly unit_price: string;
  readonly unit_size?: string;
}

function costOf(units: Fraction, { unit_price, unit_size = '1' }: UnitPrice): Fraction {
  return units.div(exact(unit_size)).mul(exact(unit_price));
}

/** `12,345 at 2.00 per 1,000` */
function partOf(units: Fraction, { unit_price, unit_size = '1' }: UnitPrice): string {
  const per = exact(unit_size).equals(1) ? '' : ` per ${sizeText(unit_size)}`;
  return `${grouped(plain(units))} at ${grouped(unit_price)}${per}`;
}

function afterFree(quantity: Fraction, freeUnits = '0'): { charged: Fraction; free: readonly string[] } {
  const allowed = exact(freeUnits);
  const used = quantity.lt(allowed) ? quantity : allowed;
  return { charged: quantity.sub(used), free: used.equals(0) ? [] : [`${grouped(plain(used))} free`] };
}

function flatFees(tiers: readonly Tier[]): { amount: Fraction; parts: readonly string[] } {
  const fees = tiers.flatMap(({ flat_fee = '0' }) => (exact(flat_fee).equals(0) ? [] : [flat_fee]));
  const amount = total(fees.map(exact));
  const places = Math.max(0, ...fees.map((fee) => fee.split('.')[1]?.length ?? 0));
  return { amount, parts: fees.length === 0 ? [] : [`flat fee${fees.length === 1 ? '' : 's'} ${grouped(fixed(amount, places))}`] };
}

function sizeText(size: string): string {
  return grouped(plain(exact(size)));
}

/**
 * A decimal string for people to read, its thousands apart: `1234567.891` as `1,234,567.891`. Of no locale, so that a
 * description is the same wherever it is worked out.
 *
 * @example
 * ```ts
 * assert.equal(grouped('1234567.8910'), '1,234,567.8910');
 * ```
 */
export function grouped(decimal: string): string {
  const [whole = '', ...places] = decimal.split('.');
  return [whole.replace(/\B(?=(\d{3})+$)/g, ','), ...places].join('.');
}
