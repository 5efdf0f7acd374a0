import {
  AmountInput,
  amountOf,
  Comment,
  change,
  Decimal,
  defineAction,
  differenceOfAmounts,
  edge,
  insert,
  none,
  occurred,
  Problem,
  Strict,
  sumOfAmounts,
  Type,
} from '@summit/sdk';
import { BillingAccount, CreditNote, Invoice } from '../entities.ts';
import { billOf, invoiceCredited } from '../events.ts';
import { assertOwn, invoicePath, lockInvoice, presentInvoice } from '../invoice.ts';
import { creditors } from '../roles.ts';
import { InvoiceAnswer } from '../schemas.ts';

/** Credits an invoice, or part of it, by a numbered note. One that is credited to its total is done with. */
export const creditInvoice = defineAction({
  id: 'finops.invoice.credit',
  title: 'Issue a credit note',
  route: { method: 'POST', path: '/billing/invoices/:tenant_id/:period/credit-notes' },
  roles: creditors,
  input: Strict({ amount: Type.Optional(AmountInput), comment: Comment }),
  answer: InvoiceAnswer,
  entity: Invoice,
  from: ['finalized'],
  policy: none('who may credit is said by their role'),

  async load({ db, params, tenant }) {
    assertOwn(params, tenant);
    return lockInvoice(db, params.period);
  },
  params: invoicePath,
  subject: ({ invoice }) => invoice,

  apply({ invoice: before, notes, account: counted }, at) {
    const { currency, number: of } = before;
    const left = differenceOfAmounts(before.total, before.credited_total, currency);
    if (!new Decimal(left).gt(0)) throw nothingLeft(of ?? '', left, currency);
    const amount = at.input.amount === undefined ? left : amountOf(at.input.amount, currency, 'amount');
    if (!new Decimal(amount).gt(0) || new Decimal(amount).gt(left)) throw tooMuch(of ?? '', left, currency);
    const credited_total = sumOfAmounts([before.credited_total, amount], currency);
    const invoice = change(Invoice, at, before, { status: amount === left ? 'credited' : 'finalized', credited_total });
    const account = change(BillingAccount, at, counted, { credit_notes: counted.credit_notes + 1 });
    const number = `CN-${String(account.after.credit_notes).padStart(6, '0')}`;
    const note = insert(CreditNote, at, {
      id: at.newId(),
      invoice_id: before.id,
      number,
      amount,
      currency: before.currency,
      comment: at.input.comment,
    });
    return {
      subjects: [invoice, account],
      rows: [note],
      edges: [edge(note.row.id, 'credits', before.id), edge(note.row.id, 'issued_by', at.actor.id)],
      usage: none('it takes back, and starts nothing'),
      events: [occurred(invoiceCredited, before.id, { ...billOf(invoice.after), credit_note: number, amount })],
      answer: presentInvoice(invoice.after, [...notes, note.row]),
    };
  },
});

function nothingLeft(number: string, left: string, currency: string): Problem {
  return new Problem('invalid-state', `Of invoice ${number} ${left} ${currency} are left: there is nothing to credit.`);
}

function tooMuch(number: string, left: string, currency: string): Problem {
  const message = `must be above 0, and at most the ${left} ${currency} that are left`;
  return new Problem('invalid-input', `amount ${message} of invoice ${number}`, { errors: [{ path: 'amount', message }] });
}
