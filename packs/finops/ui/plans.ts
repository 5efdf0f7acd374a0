import { Badge, type Column, Empty, Facts, html, type ListPage, Loaded, money, month, pageAt, Table, useResource, words } from '@summit/sdk/ui';
import { say } from './messages.ts';
import { thisPeriod } from './period-picker.ts';
import { type Assignment, type Charge, chargeInWords, keyOf, nameOf, planIn } from './plan-in-words.ts';

/** What the tenant is billed by, and from when. */
export default function Plans() {
  const plans = useResource<ListPage<Assignment>>('/billing/plans');
  return html`<div class="stack"><header class="page-head"><h1>${say('plans.title')}</h1></header>
    <${Loaded} of=${plans}>${({ items }: ListPage<Assignment>) => {
      if (items.length === 0) return html`<${Empty} title=${say('plans.none')} />`;
      const current = planIn(thisPeriod(), items);
      return items
        .toReversed()
        .map((assignment) => html`<${Shown} key=${keyOf(assignment.plan)} ...${assignment} isCurrent=${assignment.plan === current} />`);
    }}<//></div>`;
}

function Shown({ from, plan, isCurrent }: Assignment & { readonly isCurrent: boolean }) {
  const { base_fee, currency, charges } = plan;
  const title = say('plans.charges', { plan: keyOf(plan) });
  return html`<section class="stack">
    <h2>${nameOf(plan)} ${isCurrent && html`<${Badge} status="active" text=${say('plans.now')} />`}</h2>
    <p class="quiet">${from === null ? say('plans.from-start') : say('plans.from', { period: month(from) })}</p>
    <${Facts} facts=${[
      { term: say('plans.base-fee'), value: say('plans.per-month', { amount: money(base_fee, currency) }) },
      { term: say('plans.currency'), value: currency },
    ]} />
    <${Table} caption=${title} columns=${columnsFor(charges, currency)} rows=${charges} keyOf=${(charge: Charge) => charge.meter} />
    <p><a href=${pageAt('/finops/what-if', { plan: keyOf(plan) })}>${say('plans.try')}</a></p>
  </section>`;
}

function columnsFor(charges: readonly Charge[], currency: string): readonly Column<Charge>[] {
  return [
    { id: 'meter', title: say('plans.meter'), cell: ({ meter }) => words(meter) },
    {
      id: 'price',
      title: say('plans.price'),
      cell: (charge) => html`<ul>${chargeInWords(charge, currency).map((text) => html`<li key=${text}>${text}</li>`)}</ul>`,
    },
    ...(charges.some(({ minimum }) => minimum !== undefined)
      ? [{ id: 'minimum', title: say('plans.minimum'), numeric: true, cell: ({ minimum }: Charge) => minimum && money(minimum, currency) }]
      : []),
  ];
}
