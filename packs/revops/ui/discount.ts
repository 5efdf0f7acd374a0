import { html, number, words } from '@summit/sdk/ui';
import { say } from './messages.ts';
import type { Quote } from './records.ts';
import { percent, pointsAbove } from './terms.ts';

/** The discount against what an account executive decides alone, in words and as a bar. */
export function Discount({ quote }: { readonly quote: Quote }) {
  const { self_approval_percent: threshold } = quote;
  const judged = judgedOf(quote);
  return html`${inWords(quote, judged)}${
    threshold !== null &&
    html`<meter aria-label=${say('discount.meter')} min="0" max=${Math.max(WIDEST, Number(judged))} high=${threshold} optimum="0" value=${judged}>${percent(judged)}</meter>`
  }`;
}

/** What most discounts are below, so that bars can be compared. */
const WIDEST = 50;

/** The largest on any line: a high one cannot hide behind a low one. */
function judgedOf({ discount_percent: whole, largest_line_discount_percent: largest }: Quote): string {
  return Number(largest) > Number(whole) ? largest : whole;
}

function inWords({ discount_percent, self_approval_percent, segment: of }: Quote, judged: string): string {
  const segment = words(of);
  const whole = percent(discount_percent);
  const said = judged === discount_percent ? whole : say('discount.largest', { percent: whole, largest: percent(judged) });
  if (self_approval_percent === null) return say('discount.no-threshold', { percent: said, segment });
  const points = pointsAbove(judged, self_approval_percent);
  const threshold = percent(self_approval_percent);
  if (points <= 0) return say('discount.within', { percent: said, threshold, segment });
  return say('discount.above', { percent: said, threshold, segment, points: number(points) });
}
