/** What a tenant pays: a base fee for each period, and a charge for each meter that the plan prices. Prices are decimal strings. */
export interface Plan {
  readonly id: string;
  /** From 1. A plan that has rated anything is never changed: what follows it has the next version. */
  readonly version: number;
  /** ISO 4217 */
  readonly currency: string;
  readonly base_fee: string;
  readonly charges: readonly Charge[];
}

/** The price of a meter, by one of four models. Quantities and prices are decimal strings of at most 200 characters. */
export type Charge = PerUnitCharge | PackageCharge | GraduatedCharge | VolumeCharge;

interface AnyCharge {
  readonly meter: string;
  /** A floor on the amount, also where nothing was used; in whole minor units. */
  readonly minimum?: string;
}

/** Exact: part of a block costs its part. */
export interface PerUnitCharge extends AnyCharge {
  readonly model: 'per_unit';
  /** The price of `unit_size` units. */
  readonly unit_price: string;
  /** "1" unless said. */
  readonly unit_size?: string;
  /** The first units, which cost nothing. */
  readonly free_units?: string;
}

/** Whole packages: the last one is counted full. */
export interface PackageCharge extends AnyCharge {
  readonly model: 'package';
  readonly package_price: string;
  /** How many units a package has. */
  readonly package_size: string;
  /** The first units, which cost nothing. */
  readonly free_units?: string;
}

/** Each unit at the price of the tier that it falls in, and the flat fee of every tier that is entered. */
export interface GraduatedCharge extends AnyCharge {
  readonly model: 'graduated';
  readonly tiers: readonly Tier[];
}

/** All units at the price of the tier that the total falls in, and the flat fee of that tier. */
export interface VolumeCharge extends AnyCharge {
  readonly model: 'volume';
  readonly tiers: readonly Tier[];
}

/** A step of a price: from the end of the tier before up to its own. */
export interface Tier {
  /** The last unit of the tier, in units of the meter; null for the last tier, which has no end. */
  readonly up_to: string | null;
  /** The price of `unit_size` units. */
  readonly unit_price: string;
  /** "1" unless said. It only makes a price easier to write: part of a block costs its part. */
  readonly unit_size?: string;
  /** Paid once, where the tier is entered. */
  readonly flat_fee?: string;
}

/**
 * How many units the price of a charge is for, where one price holds for all of them; undefined for tiers and for one unit.
 *
 * @example
 * ```ts
 * const charge: Charge = { meter: 'policy_decisions', model: 'per_unit', unit_price: '2.00', unit_size: '1000' };
 * assert.equal(sizePriced(charge), '1000');
 * ```
 */
export function sizePriced(charge: Charge): string | undefined {
  if (charge.model === 'per_unit') return charge.unit_size;
  return charge.model === 'package' ? charge.package_size : undefined;
}
