import { csvLine } from '@summit/sdk';
import type { InvoiceView } from './invoice.ts';

/** A line for each of the invoice, and the total. */
export function invoiceCsv({ number, tenant_id, period, currency, status, lines, total }: InvoiceView): string {
  const invoice = [number ?? '', tenant_id, period, status];
  return [
    ['invoice', 'tenant', 'period', 'status', 'meter', 'description', 'quantity', 'unit_price', 'amount', 'currency'],
    ...lines.map(({ meter, description, quantity, unit_price, amount }) => [
      ...invoice,
      meter ?? '',
      description,
      quantity,
      unit_price ?? '',
      amount,
      currency,
    ]),
    [...invoice, '', 'Total', '', '', total, currency],
  ]
    .map(csvLine)
    .join('');
}
