import {
  type ActionContext,
  change,
  create,
  type Edge,
  edge,
  type Insertion,
  type LockingReader,
  type Plan,
  Problem,
  type Reader,
  type Row,
  ratePlan,
  type SubjectChange,
  sumOfAmounts,
} from '../../sdk/index.ts';
import { type Account, adjustedPeriods, countFor, type InvoiceRow, lockBooks, type Unbilled } from './books.ts';
import type { Counted } from './counting.ts';
import { BillingAccount, CreditNote, Invoice, type InvoiceLine } from './entities.ts';
import { periodIn } from './period.ts';
import { type Rated, rate } from './rating.ts';

export type Note = Row<typeof CreditNote>;

/** An invoice as it is to be, with all that is written along with it. */
export interface Billed {
  /** null where it is as it was. */
  readonly invoice: SubjectChange<InvoiceRow> | null;
  readonly row: InvoiceRow;
  readonly counted: Counted;
  readonly account: SubjectChange<Account> | null;
  readonly rows: readonly Insertion[];
  readonly edges: readonly Edge[];
}

/**
 * Counts what has come, rates the period and writes its draft or, to finalize it, closes the period and numbers it.
 * @throws Problem `invalid-state` where it is finalized already
 */
export function bill(unbilled: Unbilled, at: ActionContext<unknown>, status: 'draft' | 'finalized'): Billed {
  const { period, invoice: before } = unbilled;
  if (before && before.status !== 'draft') throw isFinal(before);
  const counted = countFor(unbilled.uncounted, at.settings, status === 'finalized' ? period : null, at);
  const rated = ratedFor(unbilled, counted, at);
  const isSame = before !== null && isSameContent(before, unbilled, rated);
  const rows = [...(isSame ? [] : rated.rows), ...counted.rows];
  if (isSame && status === 'draft') return { invoice: null, row: before, counted, account: null, rows, edges: [] };
  const content = contentOf(unbilled, counted, rated);
  const numbered = status === 'finalized' ? numberedBy(unbilled.account, at) : null;
  const final = numbered ? { status, number: numbered.number, finalized_at: at.now } : {};
  const invoice = before
    ? change(Invoice, at, before, { ...(isSame ? {} : content), ...final })
    : create(Invoice, at, { ...DRAFT, id: rated.invoice, period, ...content, credited_total: sumOfAmounts([], content.currency), ...final });
  return { invoice, row: invoice.after, counted, account: numbered?.account ?? null, rows, edges: edgesOf(unbilled, invoice, at) };
}

/** What is not known of a draft. */
const DRAFT = { status: 'draft', number: null, finalized_at: null, voided_at: null, void_reason: null };

function ratedFor(unbilled: Unbilled, counted: Counted, at: ActionContext<unknown>) {
  const { period, plan, invoice: before, uncounted } = unbilled;
  const invoice = before?.id ?? at.newId();
  const readings = counted.readings.filter((reading) => reading.period === period);
  const adjusted = adjustedPeriods(unbilled, counted);
  const unrated = { invoice, revision: (before?.revision ?? 0) + 1, period, plan, meters: uncounted.meters, readings, adjusted };
  return { invoice, revision: unrated.revision, ...rate(unrated, at) };
}

type RatedFor = ReturnType<typeof ratedFor>;

function contentOf(unbilled: Unbilled, counted: Counted, { revision, lines, total }: RatedFor) {
  const { plan, uncounted } = unbilled;
  const time_zone = closeOf(unbilled, counted)?.time_zone ?? uncounted.calendar.time_zone;
  const terms = { currency: plan.currency, plan, plan_id: plan.id, plan_version: plan.version };
  return { ...terms, revision, lines, total, ...positionOf(unbilled, counted), time_zone };
}

function edgesOf({ tenantId }: Unbilled, { before, after }: SubjectChange<InvoiceRow>, { actor }: ActionContext<unknown>): readonly Edge[] {
  return [
    ...(before === null && tenantId ? [edge(after.id, 'bills', tenantId)] : []),
    ...(after.status === 'finalized' && !actor.system ? [edge(after.id, 'finalized_by', actor.id)] : []),
  ];
}

/** Of a closed period, where it was closed; else as far as the log was read. */
function positionOf(unbilled: Unbilled, counted: Counted): Pick<InvoiceRow, 'log_epoch' | 'log_size'> {
  const closed = closeOf(unbilled, counted);
  const { epoch, size } = unbilled.uncounted.through;
  return closed ? { log_epoch: closed.log_epoch, log_size: closed.log_size } : { log_epoch: epoch, log_size: size };
}

function closeOf({ period, closes }: Unbilled, counted: Counted) {
  return [...closes, ...counted.closes].find((close) => close.period >= period);
}

/** The same usage, by the same plan. */
function isSameContent(before: InvoiceRow, { plan, rated }: Unbilled, { rows }: RatedFor): boolean {
  const keysOf = (of: readonly Rated[]) =>
    of.map(({ meter, adjusts, quantity, reading_ids, adjustment_ids }) => JSON.stringify([meter, adjusts, quantity, reading_ids, adjustment_ids]));
  const terms = (of: Plan) => JSON.stringify(sorted(of));
  return (
    terms(before.plan) === terms(plan) &&
    keysOf(rated).sort().join() ===
      keysOf(rows.map(({ row }) => row))
        .sort()
        .join()
  );
}

/** A value whose members are in the order of their names: what comes back from the database has another. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => [name, sorted(member)]),
  );
}

/** Numbers follow one another without gaps: the account is locked, and what does not commit takes none. */
function numberedBy(account: Account | null, at: ActionContext<unknown>) {
  const invoices = (account?.invoices ?? 0) + 1;
  return {
    number: `INV-${String(invoices).padStart(6, '0')}`,
    account: account
      ? change(BillingAccount, at, account, { invoices })
      : create(BillingAccount, at, { id: at.newId(), status: 'open', invoices, credit_notes: 0 }),
  };
}

/** The subjects of what is billed; the action's own first, if it has another. */
export function subjectsOf({ invoice, counted, account }: Billed): readonly SubjectChange[] {
  return [invoice, counted.ledger, account].filter((subject) => subject !== null);
}

export function isFinal({ number, period, status }: InvoiceRow): Problem {
  const detail = `Invoice ${number} for ${period} is ${status}: what it says never changes. Late usage goes to the next invoice.`;
  return new Problem('invalid-state', detail);
}

/** @throws Problem `not-found` for another tenant, as for one that is nowhere */
export function assertOwn({ tenant_id }: Readonly<Record<string, string>>, tenant: string): void {
  if (tenant_id !== tenant) throw new Problem('not-found', `There is no invoice of ${tenant_id}.`);
}

/** The invoice of a period that stands or, where there is none, the last that was voided; null where there never was one. */
export async function findInvoice(db: Reader, period: string): Promise<InvoiceRow | null> {
  const invoices = await db.find(Invoice, { period });
  return invoices.find(({ status }) => status !== 'void') ?? invoices.at(-1) ?? null;
}

export function presentInvoice(invoice: InvoiceRow, notes: readonly Note[]) {
  const { id, number, tenant_id, period, currency, status, lines, total, credited_total, plan_id, plan_version, revision } = invoice;
  const { time_zone, created_at, updated_at, finalized_at, voided_at, void_reason, version } = invoice;
  return {
    ...{
      id,
      number,
      tenant_id,
      period,
      currency,
      status,
      lines: lines.map(shownLine),
      total,
      credited_total,
      plan_id,
      plan_version,
      revision,
      time_zone,
    },
    credit_notes: notes.map((note) => ({ number: note.number, amount: note.amount, comment: note.comment, created_at: note.created_at })),
    ...{ created_at, updated_at, finalized_at, voided_at, void_reason, version },
  };
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
    ...{ id: null, number: null, tenant_id: tenant, period, currency: plan.currency, status: 'draft' },
    ...{ lines: lines.map((line) => ({ ...line, rated_usage_id: null })), total, credited_total: sumOfAmounts([], plan.currency) },
    ...{ plan_id: plan.id, plan_version: plan.version, revision: 0, time_zone, credit_notes: [], created_at: null, updated_at: null },
    ...{ finalized_at: null, voided_at: null, void_reason: null, version: 0 },
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
