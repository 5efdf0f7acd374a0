import { Currency, DecimalAnswer, defineEvent, Id, Period, Strict, Type } from '@summit/sdk';
import type { InvoiceRow } from './books.ts';

/** What every event says of its invoice. */
const bill = { invoice_id: Id, number: Type.String(), period: Period, total: DecimalAnswer, currency: Currency };

export function billOf({ id, number, period, total, currency }: InvoiceRow) {
  return { invoice_id: id, number: number ?? '', period, total, currency };
}

export const invoiceFinalized = defineEvent({ type: 'invoice.finalized', version: 1, title: 'An invoice was finalized', data: Strict(bill) });

export const invoiceVoided = defineEvent({ type: 'invoice.voided', version: 1, title: 'An invoice was voided', data: Strict(bill) });

export const invoiceCredited = defineEvent({
  type: 'invoice.credited',
  version: 1,
  title: 'A credit note was issued for an invoice',
  data: Strict({ ...bill, credit_note: Type.String(), amount: DecimalAnswer }),
});

/** Somebody should look into it: what was billed is not what the events come to. */
export const invoiceDiffers = defineEvent({
  type: 'invoice.differs',
  version: 1,
  title: 'A finalized invoice does not come out the same from its events',
  data: Strict({ ...bill, differences: Type.Integer({ minimum: 1 }) }),
});
