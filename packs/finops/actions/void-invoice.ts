import { Comment, change, defineAction, edge, none, occurred, Problem, Strict } from '@summit/sdk';
import { Invoice } from '../entities.ts';
import { billOf, invoiceVoided } from '../events.ts';
import { assertOwn, invoicePath, lockInvoice, presentInvoice } from '../invoice.ts';
import { creditors } from '../roles.ts';
import { InvoiceAnswer } from '../schemas.ts';

/** Takes back an invoice as a whole, so that its period can be billed anew. Its number stays taken. */
export const voidInvoice = defineAction({
  id: 'finops.invoice.void',
  title: 'Void an invoice',
  route: { method: 'POST', path: '/billing/invoices/:tenant_id/:period/void' },
  roles: creditors,
  input: Strict({ comment: Comment }),
  answer: InvoiceAnswer,
  entity: Invoice,
  from: ['finalized'],
  policy: none('who may take back an invoice is said by their role'),

  async load({ db, params, tenant }) {
    assertOwn(params, tenant);
    return lockInvoice(db, params.period);
  },
  params: invoicePath,
  subject: ({ invoice }) => invoice,

  apply({ invoice: before, notes }, at) {
    if (notes.length > 0) {
      throw new Problem('invalid-state', `Invoice ${before.number} has credit notes: credit what is left of it, to take it back as a whole.`);
    }
    const invoice = change(Invoice, at, before, { status: 'void', voided_at: at.now, void_reason: at.input.comment });
    return {
      subjects: [invoice],
      edges: [edge(before.id, 'voided_by', at.actor.id)],
      usage: none('it takes back, and starts nothing'),
      events: [occurred(invoiceVoided, before.id, billOf(invoice.after))],
      answer: presentInvoice(invoice.after, notes),
    };
  },
});
