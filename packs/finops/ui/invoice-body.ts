import { sumOfQuantities } from '@summit/sdk/rating';
import {
  type Column,
  holds,
  html,
  Icon,
  type ListPage,
  listAt,
  money,
  month,
  number,
  pageAt,
  type RecordProps,
  Table,
  Time,
  useResource,
} from '@summit/sdk/ui';
import { type CreditNote, type Invoice, type Line, pathOf } from './invoice.ts';
import { say } from './messages.ts';
import { type Assignment, type Plan, priceOf } from './plan-in-words.ts';
import { Recomputation } from './recomputation.ts';

/** An invoice as it is read: its lines and what they come to, what was credited, and what shows that it is right. */
export function InvoiceBody({ record: invoice }: RecordProps<Invoice>) {
  const plans = useResource<ListPage<Assignment>>('/billing/plans');
  const plan = plans.value?.items.find(({ plan: { id, version } }) => id === invoice.plan_id && version === invoice.plan_version)?.plan;
  const { lines, currency, credit_notes, status, id } = invoice;
  return html`${id === null && html`<${NotRated} period=${invoice.period} />`}
    <h2>${say('invoice.lines')}</h2>
    <${Table} caption=${say('invoice.lines')} columns=${lineColumns(currency, plan)} rows=${lines} keyOf=${(line: Line) => String(lines.indexOf(line))} sums=${sumsOf(invoice)} />
    ${
      credit_notes.length > 0 &&
      html`<h2>${say('notes.title')}</h2>
        <${Table} caption=${say('notes.title')} columns=${noteColumns(currency)} rows=${credit_notes} keyOf=${(note: CreditNote) => note.number} />`
    }
    <${Documents} invoice=${invoice} />
    ${id !== null && status !== 'draft' && html`<${Recomputation} key=${id} path=${pathOf(invoice)} />`}`;
}

function NotRated({ period }: { readonly period: string }) {
  const mayRun = listAt('/billing/runs')?.creating.some(({ roles }) => holds(roles)) ?? false;
  return html`<p>${say('invoice.not-rated')}</p>
    ${mayRun && html`<p><a class="button" href=${pageAt('/billing/runs/new', { period })}>${say('invoice.run', { period: month(period) })}</a></p>`}`;
}

function lineColumns(currency: string, plan: Plan | undefined): readonly Column<Line>[] {
  const chargeFor = (meter: string | null) => plan?.charges.find((charge) => charge.meter === meter);
  return [
    { id: 'description', title: say('invoice.description'), cell: ({ description }) => description },
    { id: 'quantity', title: say('invoice.quantity'), numeric: true, cell: ({ quantity }) => number(quantity) },
    {
      id: 'unit_price',
      title: say('invoice.unit-price'),
      numeric: true,
      cell: ({ meter, unit_price }) => unit_price && priceOf(unit_price, chargeFor(meter), currency),
    },
    { id: 'amount', title: say('invoice.amount'), numeric: true, cell: ({ amount }) => money(amount, currency) },
  ];
}

function sumsOf({ total, credited_total: credited, currency }: Invoice) {
  const sum = { title: say('invoice.total'), values: [money(total, currency)] };
  if (Number(credited) === 0) return [sum];
  return [
    sum,
    { title: say('invoice.credited'), values: [money(`-${credited}`, currency)] },
    { title: say('invoice.left'), values: [money(sumOfQuantities([total, `-${credited}`]), currency)] },
  ];
}

function noteColumns(currency: string): readonly Column<CreditNote>[] {
  return [
    { id: 'number', title: say('notes.number'), cell: ({ number: of }) => of },
    { id: 'created_at', title: say('notes.issued'), cell: ({ created_at }) => html`<${Time} at=${created_at} />` },
    { id: 'comment', title: say('notes.reason'), cell: ({ comment }) => comment ?? say('invoice.reason-erased') },
    { id: 'amount', title: say('notes.amount'), numeric: true, cell: ({ amount }) => money(amount, currency) },
  ];
}

/** The invoice as others take it, and what it was made from. */
function Documents({ invoice }: { readonly invoice: Invoice }) {
  const { id, period } = invoice;
  const path = pathOf(invoice);
  return html`<h2>${say('invoice.documents')}</h2>
    <div class="actions">
      <a class="button" href=${`${path}?format=html`} target="_blank"><${Icon} name="external-link" /> ${say('invoice.print')}</a>
      <a class="button" href=${`${path}?format=csv`} download><${Icon} name="download" /> ${say('invoice.csv')}</a>
      <a class="button" href=${`${path}?format=json`} target="_blank"><${Icon} name="external-link" /> ${say('invoice.json')}</a>
      ${id !== null && html`<a href=${pageAt('/billing/rated-usage', { invoice_id: id })}>${say('invoice.rated-usage')}</a>`}
      <a href=${pageAt('/metering/readings', { period })}>${say('invoice.readings')}</a>
    </div>`;
}
