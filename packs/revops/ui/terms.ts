import { exactTime, money, number, words } from '@summit/sdk/ui';
import { say } from './messages.ts';
import type { LineItem, Terms } from './records.ts';

export function percent(value: string): string {
  return number(value, { style: 'unit', unit: 'percent' });
}

/** What people call a role. */
export function roleName(role: string): string {
  return role === 'ae' ? say('role.ae') : words(role);
}

/** By how many points the discount is above the threshold; negative below it. Both have at most two decimal places. */
export function pointsAbove(discount: string, threshold: string): number {
  return (Math.round(Number(discount) * 100) - Math.round(Number(threshold) * 100)) / 100;
}

/** All terms of an offer in words, by name; null for what it does not say. */
export function termsInWords(terms: Terms): Readonly<Record<string, string | null>> {
  const { currency } = terms;
  return {
    amount: money(terms.amount, currency),
    discount_percent: percent(terms.discount_percent),
    net_amount: money(terms.net_amount, currency),
    largest_line_discount_percent: percent(terms.largest_line_discount_percent),
    line_items: terms.line_items.length === 0 ? null : terms.line_items.map((line) => lineInWords(line, currency)).join('; '),
    margin_percent: terms.margin_percent === null ? null : percent(terms.margin_percent),
    term_months: terms.term_months === null ? null : say('months', { count: terms.term_months }),
    payment_terms_days: terms.payment_terms_days === null ? null : say('days', { count: terms.payment_terms_days }),
    expires_at: terms.expires_at === null ? null : exactTime(terms.expires_at),
  };
}

function lineInWords({ description, amount, discount_percent, net_amount }: LineItem, currency: string): string {
  return say('terms.line', { description, amount: money(amount, currency), discount: percent(discount_percent), net: money(net_amount, currency) });
}

/** What two offers say otherwise, by the name of the term. */
export function differencesBetween(before: Terms, now: Terms) {
  const [from, to] = [termsInWords(before), termsInWords(now)];
  return Object.keys(from).flatMap((term) => (from[term] === to[term] ? [] : [{ term, from: from[term] ?? null, to: to[term] ?? null }]));
}
