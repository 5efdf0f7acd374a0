import { type ActionContext, canonicalJson, change, create, type Edge, edge, type Insertion, type SubjectChange, sumOfAmounts } from '@summit/sdk';
import { type Account, adjustedPeriods, countFor, type InvoiceRow, type Unbilled } from './books.ts';
import type { Counted } from './counting.ts';
import { BillingAccount, Invoice } from './entities.ts';
import { isFinal } from './invoice.ts';
import { type Rated, rate } from './rating.ts';

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
 * @param invoice the status that it is to have, and its id where it is not there yet
 * @throws Problem `invalid-state` where it is finalized already, or its plan charges what nobody meters
 */
export function bill(unbilled: Unbilled, at: ActionContext<unknown>, { status, id }: { status: 'draft' | 'finalized'; id: string }): Billed {
  const { period, invoice: before } = unbilled;
  if (before && before.status !== 'draft') throw isFinal(before);
  const counted = countFor(unbilled.uncounted, at.settings, status === 'finalized' ? period : null, at);
  const rated = ratedFor(unbilled, counted, id, at);
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

function ratedFor(unbilled: Unbilled, counted: Counted, id: string, at: ActionContext<unknown>) {
  const { period, plan, invoice: before, uncounted } = unbilled;
  const invoice = before?.id ?? id;
  const readings = counted.readings.filter((reading) => reading.period === period);
  const adjusted = adjustedPeriods(unbilled, counted);
  const unrated = { invoice, revision: (before?.revision ?? 0) + 1, period, plan, meters: uncounted.meters, readings, adjusted };
  return { invoice, revision: unrated.revision, ...rate(unrated, at) };
}

type RatedFor = ReturnType<typeof ratedFor>;

function contentOf(unbilled: Unbilled, counted: Counted, { revision, lines, total }: RatedFor) {
  const { plan } = unbilled;
  return { currency: plan.currency, plan, plan_id: plan.id, plan_version: plan.version, revision, lines, total, ...pinOf(unbilled, counted) };
}

/** The usage that it is of. Of a closed period, that before the position where it was closed; else as far as the log was read. */
function pinOf({ period, closes, uncounted }: Unbilled, counted: Counted): Pick<InvoiceRow, 'log_epoch' | 'log_size' | 'time_zone'> {
  const closed = [...closes, ...counted.closes].find((close) => close.period >= period);
  if (closed) return { log_epoch: closed.log_epoch, log_size: closed.log_size, time_zone: closed.time_zone };
  const { through, calendar } = uncounted;
  return { log_epoch: through.epoch, log_size: through.size, time_zone: calendar.time_zone };
}

function edgesOf({ tenantId }: Unbilled, { before, after }: SubjectChange<InvoiceRow>, { actor }: ActionContext<unknown>): readonly Edge[] {
  return [
    ...(before === null && tenantId ? [edge(after.id, 'bills', tenantId)] : []),
    ...(after.status === 'finalized' && !actor.system ? [edge(after.id, 'finalized_by', actor.id)] : []),
  ];
}

/** The same usage at the same price, by the same plan. */
function isSameContent(before: InvoiceRow, { plan, rated }: Unbilled, { rows }: RatedFor): boolean {
  const contentOf = ({ meter, adjusts, quantity, billed_quantity, amount, charge, reading_ids, adjustment_ids }: Rated) =>
    canonicalJson({ meter, adjusts, quantity, billed_quantity, amount, charge, reading_ids, adjustment_ids });
  const all = (of: readonly Rated[]) => of.map(contentOf).sort().join();
  return canonicalJson(before.plan) === canonicalJson(plan) && all(rated) === all(rows.map(({ row }) => row));
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
