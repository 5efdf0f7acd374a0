import { type Column, holds, html, money, type RecordProps, Table, Verdict } from '@summit/sdk/ui';
import { say } from './messages.ts';
import type { LineItem, Quote } from './records.ts';
import { percent } from './terms.ts';

const SUBMIT = 'revops.quote.submit-for-approval';
const NOTHING = {};

/** What is offered, position by position; of a draft also what the policy would say of it. */
export function Offer({ record, list }: RecordProps<Quote>) {
  const { id, status, line_items, amount, net_amount, currency, version } = record;
  const maySubmit = holds(list.changing.find((action) => action.id === SUBMIT)?.roles ?? []);
  const sums = [
    { title: say('field.amount'), values: [money(amount, currency)] },
    { title: say('field.net_amount'), values: [money(net_amount, currency)] },
  ];
  return html`${
    line_items.length > 0 &&
    html`<h2>${say('lines.title')}</h2>
      <${Table} caption=${say('lines.title')} columns=${columnsIn(currency)} rows=${line_items} keyOf=${(line: LineItem) => String(line_items.indexOf(line))} sums=${sums} />`
  }
  ${status === 'draft' && maySubmit && html`<h2>${say('submitting.title')}</h2><${Verdict} key=${version} action=${SUBMIT} subjectId=${id} input=${NOTHING} />`}`;
}

function columnsIn(currency: string): readonly Column<LineItem>[] {
  return [
    { id: 'description', title: say('lines.description'), cell: ({ description }) => description },
    { id: 'amount', title: say('lines.amount'), numeric: true, cell: ({ amount }) => money(amount, currency) },
    { id: 'discount_percent', title: say('lines.discount'), numeric: true, cell: ({ discount_percent }) => percent(discount_percent) },
    { id: 'net_amount', title: say('lines.net'), numeric: true, cell: ({ net_amount }) => money(net_amount, currency) },
  ];
}
