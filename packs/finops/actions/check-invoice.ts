import { change, defineAction, Empty, insert, none, occurred, unchanged } from '@summit/sdk';
import { Invoice, InvoiceDiscrepancy } from '../entities.ts';
import { billOf, invoiceDiffers } from '../events.ts';
import { recomputed } from '../recompute.ts';

/** Works a finalized invoice out again. One that comes out otherwise is put on record, and told. */
export const checkInvoice = defineAction({
  id: 'finops.invoice.check',
  title: 'Work out an invoice again from its events',
  roles: [],
  input: Empty,
  entity: Invoice,
  from: ['finalized'],
  policy: none('it looks, and changes no invoice'),

  async load({ db, params }) {
    const invoice = await db.lock(Invoice, params.id ?? '');
    const [known] = await db.find(InvoiceDiscrepancy, { invoice_id: invoice.id });
    return { invoice, known, result: await recomputed(db, invoice) };
  },
  subject: ({ invoice }) => invoice,

  apply({ invoice, known, result: { matches, differences } }, at) {
    if (matches || known) return unchanged({ matches });
    const found = insert(InvoiceDiscrepancy, at, { id: at.newId(), invoice_id: invoice.id, period: invoice.period, differences });
    return {
      subjects: [change(Invoice, at, invoice, {})],
      rows: [found],
      edges: none('the invoice is the same, and so are its relations'),
      usage: none('looking is no usage'),
      events: [occurred(invoiceDiffers, invoice.id, { ...billOf(invoice), differences: differences.length })],
      answer: { matches },
    };
  },
});
