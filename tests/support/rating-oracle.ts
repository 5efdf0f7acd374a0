import type { Charge, Tier } from '../../sdk/index.ts';

/** A fraction that nobody reduces: numerator and denominator, above zero. */
type Ratio = readonly [bigint, bigint];

/** The price plan's table, read again with nothing but whole numbers. @returns the amount in minor units */
export function oracleAmount(charge: Charge, quantity: string, places: number): bigint {
  const exactly = costOf(charge, ratio(quantity));
  const floor = ratio(charge.minimum ?? '0');
  const [n, d] = isLess(exactly, floor) ? floor : exactly;
  // Half away from zero, of what is not negative: half a unit is added, and the rest is dropped.
  return (2n * n * 10n ** BigInt(places) + d) / (2n * d);
}

/** `1234` minor units with 2 places as `12.34`. */
export function oracleText(units: bigint, places: number): string {
  if (places === 0) return String(units);
  return `${units / 10n ** BigInt(places)}.${String(units % 10n ** BigInt(places)).padStart(places, '0')}`;
}

function costOf(charge: Charge, quantity: Ratio): Ratio {
  switch (charge.model) {
    case 'per_unit':
      return times(less(quantity, ratio(charge.free_units ?? '0')), over(ratio(charge.unit_price), ratio(charge.unit_size ?? '1')));
    case 'package': {
      const [n, d] = over(less(quantity, ratio(charge.free_units ?? '0')), ratio(charge.package_size));
      return times([n / d + (n % d === 0n ? 0n : 1n), 1n], ratio(charge.package_price));
    }
    case 'graduated': {
      // The cost of all that lies above a tier's start, less what lies above its end.
      const bounds = [ratio('0'), ...charge.tiers.map((tier) => ratio(tier.up_to ?? '0'))];
      return charge.tiers.reduce<Ratio>(
        (sum, tier, index) => {
          const above = less(quantity, bounds[index] ?? ratio('0'));
          const beyond = tier.up_to === null ? ratio('0') : less(quantity, ratio(tier.up_to));
          const fee = above[0] > 0n ? ratio(tier.flat_fee ?? '0') : ratio('0');
          return plus(plus(sum, times(less(above, beyond), rateOf(tier))), fee);
        },
        [0n, 1n],
      );
    }
    case 'volume': {
      if (quantity[0] === 0n) return quantity;
      const falls = charge.tiers.filter((tier) => tier.up_to === null || !isLess(ratio(tier.up_to), quantity))[0];
      if (!falls) throw new Error('no tier');
      return plus(times(quantity, rateOf(falls)), ratio(falls.flat_fee ?? '0'));
    }
  }
}

function rateOf(tier: Tier): Ratio {
  return over(ratio(tier.unit_price), ratio(tier.unit_size ?? '1'));
}

function ratio(decimal: string): Ratio {
  const [whole = '', places = ''] = decimal.split('.');
  return [BigInt(whole + places), 10n ** BigInt(places.length)];
}

function plus([a, b]: Ratio, [c, d]: Ratio): Ratio {
  return [a * d + c * b, b * d];
}

/** Not below zero. */
function less([a, b]: Ratio, [c, d]: Ratio): Ratio {
  const left = a * d - c * b;
  return [left < 0n ? 0n : left, b * d];
}

function times([a, b]: Ratio, [c, d]: Ratio): Ratio {
  return [a * c, b * d];
}

function over([a, b]: Ratio, [c, d]: Ratio): Ratio {
  return [a * d, b * c];
}

function isLess([a, b]: Ratio, [c, d]: Ratio): boolean {
  return a * d < c * b;
}
