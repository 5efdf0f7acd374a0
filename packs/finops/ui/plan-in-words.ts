import { type Charge, type Plan, sizePriced, type Tier } from '@summit/sdk/rating';
import { money, number } from '@summit/sdk/ui';
import { say } from './messages.ts';

export type { Charge, Plan };

/** A plan, and the month from which it holds; null from the beginning. As `GET /billing/plans` answers it. */
export interface Assignment {
  readonly from: string | null;
  readonly plan: Plan;
}

/** The plan that holds in a month. The plans are in the order in which they begin. */
export function planIn(period: string, assignments: readonly Assignment[]): Plan | null {
  return assignments.findLast(({ from }) => from === null || from <= period)?.plan ?? null;
}

export function nameOf({ id, version }: Plan): string {
  return say('plans.name', { id, version });
}

/** As it stands in an address. */
export function keyOf({ id, version }: Plan): string {
  return `${id}@${version}`;
}

/** `$2.00 per 1,000` */
export function priceOf(price: string, charge: Charge | undefined, currency: string): string {
  return perSize(price, charge && sizePriced(charge), currency);
}

function perSize(price: string, size: string | undefined, currency: string): string {
  const amount = money(price, currency);
  return size === undefined || Number(size) === 1 ? amount : say('invoice.per', { price: amount, size: number(size) });
}

/** What a charge comes to in words: the first says how, the others tier by tier. */
export function chargeInWords(charge: Charge, currency: string): readonly string[] {
  switch (charge.model) {
    case 'per_unit':
      return [withFree(perUnit(charge.unit_price, charge.unit_size, currency), charge.free_units)];
    case 'package':
      return [
        withFree(say('charge.package', { price: money(charge.package_price, currency), size: number(charge.package_size) }), charge.free_units),
      ];
    case 'graduated':
    case 'volume':
      return [say(`charge.${charge.model}`), ...charge.tiers.map((tier) => tierInWords(tier, charge.tiers.length === 1, currency))];
  }
}

function perUnit(price: string, size: string | undefined, currency: string): string {
  const amount = money(price, currency);
  return size === undefined || Number(size) === 1
    ? say('charge.per-unit', { price: amount })
    : say('charge.per-units', { price: amount, size: number(size) });
}

function withFree(price: string, free: string | undefined): string {
  return free === undefined || Number(free) === 0 ? price : say('charge.free', { price, free: number(free) });
}

function tierInWords({ up_to, unit_price, unit_size, flat_fee }: Tier, isOnly: boolean, currency: string): string {
  const each = perSize(unit_price, unit_size, currency);
  const price = flat_fee === undefined || Number(flat_fee) === 0 ? each : say('tier.flat-fee', { price: each, fee: money(flat_fee, currency) });
  if (up_to !== null) return say('tier.up-to', { end: number(up_to), price });
  return say(isOnly ? 'tier.only' : 'tier.beyond', { price });
}
