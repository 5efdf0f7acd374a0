import { type LockingReader, type Plan, Problem, type Reader, type Row, ratePlan, sumOfAmounts } from '@summit/sdk';
import { type InvoiceRow, lockBooks } from './books.ts';
import { CreditNote, Invoice, type InvoiceLine } from './entities.ts';
import { periodIn } from './period.ts';

export type Note = Row<typeof CreditNote>;

export function isFinal({ number, period, status }: InvoiceRow): Problem {
  const detail = `Invoice ${number} for ${period} is ${status}: what it says never changes. Late usage goes to the next invoice.`;
  return new Problem('invalid-state', detail);
}

/** @throws Problem `not-found` for another tenant, as for one that is nowhere */
export function assertOwn({ tenant_id }: Readonly<Record<string, string>>, tenant: string): void {
  if (tenant_id !== tenant) throw new Problem('not-found', `There is no invoice of ${tenant_id}.`);
}

/** What the path of an invoice calls it. */
export function invoicePath({ tenant_id, period }: InvoiceRow): Readonly<Record<string, string>> {
  return { tenant_id, period };
}

/** By its number, which names a void one too, or else by its period. @throws Problem `not-found` for a number, `invalid-input` for what is neither */
export async function invoiceNamed(db: Reader, name: string | undefined): Promise<InvoiceRow | null> {
  if (name === undefined || !/^INV-\d+$/.test(name)) return findInvoice(db, periodIn(name));
  const [found] = await db.find(Invoice, { number: name });
  if (!found) throw new Problem('not-found', `There is no invoice ${name}.`);
  return found;
}

/** What names this invoice and no other: its period stands for another, once it is void. */
export function nameOf({ number, period }: { readonly number: string | null; readonly period: string }): string {
  return number ?? period;
}

/** The invoice of a period that stands or, where there is none, the last that was voided; null where there never was one. */
export async function findInvoice(db: Reader, period: string): Promise<InvoiceRow | null> {
  const invoices = await db.find(Invoice, { period });
  return invoices.find(({ status }) => status !== 'void') ?? invoices.at(-1) ?? null;
}

export function presentInvoice(invoice: InvoiceRow, notes: readonly Note[]) {
  const { log_epoch: _, log_size: __, plan: ___, lines, ...shown } = invoice;
  const credit_notes = notes.map(({ number, amount, comment, created_at }) => ({ number, amount, comment, created_at }));
  return { ...shown, lines: lines.map(shownLine), credit_notes };
}

/** In the order in which it is read, which the database does not keep. */
function shownLine({ meter, description, quantity, unit_price, amount, rated_usage_id }: InvoiceLine): InvoiceLine {
  return { meter, description, quantity, unit_price, amount, rated_usage_id };
}

export async function presentInvoices(db: Reader, invoices: readonly InvoiceRow[]) {
  const notes = await db.find(CreditNote, { invoice_id: invoices.map(({ id }) => id) });
  return invoices.map((invoice) =>
    presentInvoice(
      invoice,
      notes.filter(({ invoice_id }) => invoice_id === invoice.id),
    ),
  );
}

/** The invoice of a period for which nothing was rated: the base fee, and each charge for nothing. */
export function emptyInvoice({ tenant, period, plan, time_zone }: { tenant: string; period: string; plan: Plan; time_zone: string }) {
  const { lines, total } = ratePlan(plan, {});
  return {
    id: null,
    number: null,
    tenant_id: tenant,
    period,
    currency: plan.currency,
    status: 'draft',
    lines: lines.map((line) => ({ ...line, rated_usage_id: null })),
    total,
    credited_total: sumOfAmounts([], plan.currency),
    plan_id: plan.id,
    plan_version: plan.version,
    revision: 0,
    time_zone,
    credit_notes: [],
    created_at: null,
    updated_at: null,
    finalized_at: null,
    voided_at: null,
    void_reason: null,
    version: 0,
  };
}

/** A finalized invoice, and the account that numbers what becomes of it. @throws Problem `not-found`, `invalid-state` */
export async function lockInvoice(db: LockingReader, period: string | undefined) {
  const asked = periodIn(period);
  const { invoice, account } = await lockBooks(db, asked, false);
  if (!invoice) {
    const last = await findInvoice(db, asked);
    if (last) throw new Problem('invalid-state', `Invoice ${last.number} for ${asked} is ${last.status}.`);
    throw new Problem('not-found', `There is no invoice for ${asked} yet: POST /billing/runs drafts one.`);
  }
  if (!account) throw new Problem('invalid-state', `The invoice for ${asked} is ${invoice.status}: finalize it first.`);
  return { invoice, account, notes: await db.find(CreditNote, { invoice_id: invoice.id }) };
}

/** What is shown of an invoice, stored or not. */
export type InvoiceView = ReturnType<typeof presentInvoice> | ReturnType<typeof emptyInvoice>;
