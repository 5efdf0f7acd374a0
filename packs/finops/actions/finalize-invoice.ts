import { defineAction, Empty, none, occurred } from '@summit/sdk';
import { bill, subjectsOf } from '../bill.ts';
import { loadUnbilled } from '../books.ts';
import { Invoice } from '../entities.ts';
import { billOf, invoiceFinalized } from '../events.ts';
import { assertOwn, invoicePath, isFinal, presentInvoice } from '../invoice.ts';
import { periodIn } from '../period.ts';
import { billers } from '../roles.ts';
import { InvoiceAnswer } from '../schemas.ts';

/** Closes a period, also before its grace is over, and numbers its invoice as it then is. From there on it never changes. */
export const finalizeInvoice = defineAction({
  id: 'finops.invoice.finalize',
  title: 'Finalize an invoice',
  route: { method: 'POST', path: '/billing/invoices/:tenant_id/:period/finalize' },
  roles: billers,
  input: Empty,
  answer: InvoiceAnswer,
  entity: Invoice,
  from: ['draft'],
  readsLog: true,
  policy: none('what it comes to is worked out and not decided; who may finalize is said by their role'),

  async load(context) {
    assertOwn(context.params, context.tenant);
    const unbilled = await loadUnbilled(context, periodIn(context.params.period));
    if (unbilled.invoice && unbilled.invoice.status !== 'draft') throw isFinal(unbilled.invoice);
    return unbilled;
  },
  params: invoicePath,
  subject: ({ invoice }) => invoice,

  apply(unbilled, at) {
    // One that nobody has drafted is made here.
    const billed = bill(unbilled, at, { status: 'finalized', id: at.subjectId });
    return {
      subjects: subjectsOf(billed),
      rows: billed.rows,
      edges: billed.edges.length > 0 ? billed.edges : none('nobody did it but the system'),
      usage: none('it ends what a billing run has started'),
      events: [occurred(invoiceFinalized, billed.row.id, billOf(billed.row))],
      answer: presentInvoice(billed.row, []),
    };
  },
});
