import { grouped, htmlText, type Plan, sizePriced } from '@summit/sdk';
import { type InvoiceView, nameOf } from './invoice.ts';

/** An invoice to print. Its style is that of all printed pages. */
export function invoicePage(invoice: InvoiceView, plan: Plan): string {
  const { id, number, tenant_id, period, currency, status, lines, total, credited_total, credit_notes } = invoice;
  const { finalized_at, plan_id, plan_version, time_zone } = invoice;
  const title = number === null ? `Draft invoice for ${period}` : `Invoice ${number}`;
  const facts = [
    ['Billed to', tenant_id],
    ['Period', `${period} (${time_zone})`],
    ['Status', status],
    ['Issued', finalized_at?.slice(0, 10) ?? 'not yet: this is a draft, and may change'],
    ['Price plan', `${plan_id}, version ${plan_version}`],
    ['Currency', currency],
  ];
  const credits = credit_notes.map(({ number: note, amount, comment, created_at }) => [
    note,
    created_at.slice(0, 10),
    comment ?? '',
    `−${grouped(amount)}`,
  ]);
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${htmlText(`${title}, ${tenant_id}`)}</title><link rel="stylesheet" href="/print.css"></head><body><main>
<header><h1>${htmlText(title)}</h1></header>
<section><h2>Details</h2><div class="scroll"><table><tbody>${facts
    .map(([name = '', value = '']) => `<tr><th scope="row">${htmlText(name)}</th><td>${htmlText(value)}</td></tr>`)
    .join('')}</tbody></table></div></section>
<section><h2>Lines</h2><div class="scroll"><table>
<thead><tr><th scope="col">Description</th>${['Quantity', 'Unit price', `Amount, ${currency}`].map((head) => `<th scope="col" class="amount">${htmlText(head)}</th>`).join('')}</tr></thead>
<tbody>${lines
    .map(
      ({ meter, description, quantity, unit_price, amount }) =>
        `<tr><td>${htmlText(description)}</td>${[grouped(quantity), priceIn(plan, meter, unit_price), grouped(amount)].map((cell) => `<td class="amount">${htmlText(cell)}</td>`).join('')}</tr>`,
    )
    .join('')}</tbody>
<tfoot><tr><th scope="row" colspan="3">Total</th><td class="amount">${htmlText(grouped(total))} ${htmlText(currency)}</td></tr></tfoot>
</table></div></section>
${credits.length === 0 ? '' : creditSection(credits, credited_total, currency)}
${id === null ? '' : proofSection(`/evidence/billing/${tenant_id}/${nameOf(invoice)}`)}
</main></body></html>`;
}

/** `5.00 per 1,000` */
function priceIn({ charges }: Plan, meter: string | null, price: string | null): string {
  if (price === null) return '';
  const charge = charges.find((candidate) => candidate.meter === meter);
  const size = (charge && sizePriced(charge)) ?? '1';
  return size === '1' ? grouped(price) : `${grouped(price)} per ${grouped(size)}`;
}

function proofSection(evidence: string): string {
  return `<section><h2>Proof</h2><p>Each line comes from readings, each reading from events, and each event stands in a signed log. The evidence that shows it, to be
verified offline, is at <code>${htmlText(evidence)}</code>.</p></section>`;
}

function creditSection(credits: readonly (readonly string[])[], total: string, currency: string): string {
  const rows = credits
    .map((row) => `<tr>${row.map((cell, at) => `<td${at === 3 ? ' class="amount"' : ''}>${htmlText(cell)}</td>`).join('')}</tr>`)
    .join('');
  return `<section><h2>Credit notes</h2><div class="scroll"><table>
<thead><tr><th scope="col">Number</th><th scope="col">Issued</th><th scope="col">Reason</th><th scope="col" class="amount">Amount</th></tr></thead>
<tbody>${rows}</tbody><tfoot><tr><th scope="row" colspan="3">Credited</th><td class="amount">${htmlText(grouped(total))} ${htmlText(currency)}</td></tr></tfoot>
</table></div></section>`;
}
