import { differenceOfAmounts, type RatedPlan } from '@summit/sdk/rating';
import { Card, type Column, html, money, month, number, Table, words } from '@summit/sdk/ui';
import { say } from './messages.ts';
import { type Plan, type Quantities, rated } from './scenario.ts';

interface ResultProps {
  readonly period: string;
  readonly plan: Plan;
  /** null where none holds in the month. */
  readonly today: Plan | null;
  readonly quantities: Quantities;
}

/** What it comes to, beside what it comes to by the plan that holds. */
export function Result({ period, plan, today, quantities }: ResultProps) {
  const { errors, result } = rated(plan, quantities);
  if (!result) {
    return html`<div class="error-summary" role="alert"><h2>${say('what-if.wrong')}</h2>
      <ul>${errors.map(({ path, message }) => html`<li key=${path}>${words(path.replaceAll('.', ' '))} ${message}</li>`)}</ul></div>`;
  }
  const held = today && rated(today, quantities).result;
  const beside = held && { title: say('what-if.today', { period: month(period) }), currency: today.currency, ...held };
  const { currency } = plan;
  const totals = [result.total, ...(beside ? [beside.total] : [])];
  return html`<div class="stack">
    <h2 class="sr-only">${say('what-if.result')}</h2>
    <div class="cards" role="status">
      <${Card} title=${say('what-if.this')}>${money(result.total, currency)}<//>
      ${beside && html`<${Card} title=${beside.title}>${money(beside.total, beside.currency)}<//>`}
      ${
        beside?.currency === currency &&
        html`<${Card} title=${say('what-if.difference')}>${money(differenceOfAmounts(result.total, beside.total, currency), currency)}<//>`
      }
    </div>
    <${Table} caption=${say('what-if.result')} columns=${columnsFor(currency, beside)} rows=${linesOf(result, beside)} keyOf=${({ meter }: Compared) => meter ?? ''}
      sums=${[{ title: say('invoice.total'), values: totals.map((total, index) => money(total, index === 0 ? currency : (today?.currency ?? currency))) }]} />
    ${result.ignored.length > 0 && html`<p class="quiet">${say('what-if.ignored', { meters: result.ignored.map(words).join(', ') })}</p>`}
  </div>`;
}

type Beside = RatedPlan & { readonly title: string; readonly currency: string };

/** What one meter costs by both plans; null where one of them does not charge it. */
interface Compared {
  readonly meter: string | null;
  readonly description: string;
  readonly quantity: string;
  readonly amount: string | null;
  readonly before: string | null;
}

function linesOf({ lines }: RatedPlan, beside: Beside | null): readonly Compared[] {
  const amountIn = (meter: string | null) => beside?.lines.find((line) => line.meter === meter)?.amount ?? null;
  const own = lines.map((line) => ({ ...line, before: amountIn(line.meter) }));
  const gone = (beside?.lines ?? []).filter(({ meter }) => !lines.some((line) => line.meter === meter));
  return [...own, ...gone.map((line) => ({ ...line, amount: null, before: line.amount }))];
}

function columnsFor(currency: string, beside: Beside | null): readonly Column<Compared>[] {
  return [
    { id: 'description', title: say('what-if.line'), cell: ({ description }) => description },
    { id: 'quantity', title: say('invoice.quantity'), numeric: true, cell: ({ quantity }) => number(quantity) },
    { id: 'amount', title: say('what-if.this'), numeric: true, cell: ({ amount }) => amount && money(amount, currency) },
    ...(beside
      ? [{ id: 'before', title: beside.title, numeric: true, cell: ({ before }: Compared) => before && money(before, beside.currency) }]
      : []),
  ];
}
