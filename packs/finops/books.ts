import {
  type ActionContext,
  type Calendar,
  type DayChange,
  type DayUsage,
  type JobContext,
  type LoadContext,
  type LockingReader,
  type Meter,
  type Plan,
  Problem,
  type Reader,
  type Row,
} from '@summit/sdk';
import { type Counted, count, type Ledger, newMeters, type Uncounted } from './counting.ts';
import { BillingAccount, CurrentReading, Invoice, MeterAdjustment, PeriodClose, RatedUsage, UsageLedger } from './entities.ts';
import { dayAfter, firstDayOf, nextPeriod, periodOf } from './period.ts';
import type { AdjustedPeriod, Rated } from './rating.ts';
import { graceDaysOf, planFor } from './settings.ts';

export type InvoiceRow = Row<typeof Invoice>;
export type Account = Row<typeof BillingAccount>;

type Loading = Pick<LoadContext<unknown>, 'db' | 'meters' | 'settings'>;

/** What is locked for billing, each null where it is not there yet. */
export interface Locked {
  readonly ledger: Ledger | null;
  readonly invoice: InvoiceRow | null;
  readonly account: Account | null;
}

/** The ledger, and for a period also its invoice that stands and the account, locked in the order of their ids. */
export async function lockBooks(db: LockingReader, period: string | null, withLedger = true): Promise<Locked> {
  const [ledger, invoice, account] = await Promise.all([
    withLedger ? db.byKey(UsageLedger, 'tenant', ['ledger']) : null,
    period === null ? null : db.byKey(Invoice, 'period', [period]),
    period === null ? null : db.byKey(BillingAccount, 'tenant', ['account']),
  ]);
  const locked: { ledger: Ledger | null; invoice: InvoiceRow | null; account: Account | null } = { ledger: null, invoice: null, account: null };
  const locks = [
    { id: ledger, take: async (id: string) => (locked.ledger = await db.lock(UsageLedger, id)) },
    { id: invoice, take: async (id: string) => (locked.invoice = await db.lock(Invoice, id)) },
    { id: account, take: async (id: string) => (locked.account = await db.lock(BillingAccount, id)) },
  ];
  for (const { id, take } of locks.toSorted((a, b) => ((a.id ?? '') < (b.id ?? '') ? -1 : 1))) {
    if (id !== null) await take(id);
  }
  return locked;
}

type News = Pick<Uncounted, 'changes' | 'through' | 'isFar'>;

/** What the log has brought since the ledger was last written. */
async function readNews(db: Reader, ledger: Ledger | null): Promise<News> {
  const named_before = ledger?.closed_through ? firstDayOf(nextPeriod(ledger.closed_through)) : null;
  const time_zone = ledger?.time_zone ?? (await db.calendar()).time_zone;
  const changes: DayChange[] = [];
  let through = ledger ? { epoch: ledger.log_epoch, size: ledger.log_size } : null;
  for (let rounds = 1; ; rounds++) {
    const since = await db.usageSince(through, { time_zone, named_before });
    changes.push(...since.changes);
    through = since.through;
    if (!since.more) return { changes, through, isFar: rounds > 1 };
  }
}

/** With the readings and the adjustments that it changes. @param periods whose readings and adjustments are wanted too */
async function readBooks({ db, meters }: Loading, ledger: Ledger | null, news: News, periods: readonly string[]): Promise<Uncounted> {
  const days = [...new Set(news.changes.map(({ day }) => day))];
  const periodsOf = [...new Set(days.map(periodOf))];
  const late = lateIn(news, ledger);
  const [calendar, ofDays, ofPeriods, adjustments] = await Promise.all([
    db.calendar(ledger?.time_zone),
    db.find(CurrentReading, { period: periodsOf, day: days }),
    db.find(CurrentReading, { period: periods }),
    db.find(MeterAdjustment, { period: [...new Set([...late, ...periods])] }),
  ]);
  const missed = ledger ? await readMissed(db, meters, ledger, calendar) : [];
  const ofMissed = missed.length === 0 ? [] : await db.find(CurrentReading, { day: [...new Set(missed.map(({ day }) => day))] });
  const readings = new Map([...ofDays, ...ofPeriods, ...ofMissed].map((reading) => [reading.id, reading]));
  return { ledger, calendar, meters, missed, ...news, readings: [...readings.values()], adjustments };
}

/** Before any day that there can be. */
const FIRST_DAY = '1000-01-01';

/** A meter that a pack brings in, or brings back, has not counted what stands before the ledger's position: of closed periods it never will. */
async function readMissed(db: Reader, meters: readonly Meter[], ledger: Ledger, { today, time_zone }: Calendar): Promise<readonly DayUsage[]> {
  const fresh = newMeters(meters, ledger);
  if (fresh.length === 0) return [];
  return db.usageOf({
    event_types: [...new Set(fresh.map(({ event_type }) => event_type))],
    from_day: ledger.closed_through ? firstDayOf(nextPeriod(ledger.closed_through)) : FIRST_DAY,
    to_day: dayAfter(today, 1),
    time_zone,
    before: { epoch: ledger.log_epoch, size: ledger.log_size },
  });
}

/** The ledger, locked, and what is to be entered. */
export async function loadUncounted(loading: Loading): Promise<Uncounted> {
  const { ledger } = await lockBooks(loading.db, null);
  return readBooks(loading, ledger, await readNews(loading.db, ledger), []);
}

/** Whether there is anything to enter or to close. */
export async function isCountDue({ db, settings }: JobContext): Promise<boolean> {
  const [ledger = null] = await db.find(UsageLedger, {});
  if (await db.hasUsageSince(ledger && { epoch: ledger.log_epoch, size: ledger.log_size })) return true;
  if (!ledger) return false;
  const due = dueToClose(ledger, await db.calendar(ledger.time_zone), graceDaysOf({ settings }));
  return due !== null && (ledger.closed_through ?? '') < due;
}

/** Closed periods that usage has come for. */
function lateIn({ changes }: News, ledger: Ledger | null): readonly string[] {
  const closed = ledger?.closed_through ?? null;
  return [...new Set(changes.map(({ day }) => periodOf(day)))].filter((period) => closed !== null && period <= closed);
}

/** All that the invoice of a period is made from. */
export interface Unbilled extends Locked {
  readonly period: string;
  readonly plan: Plan;
  readonly uncounted: Uncounted;
  /** Closed periods that may be adjusted, with the plan of each. */
  readonly closed: ReadonlyMap<string, Plan>;
  /** Of this period and later ones, in their order. */
  readonly closes: readonly Row<typeof PeriodClose>[];
  /** Of the invoice's last revision. */
  readonly rated: readonly Rated[];
  readonly tenantId: string | null;
}

/** @throws Problem `invalid-input` for a period that has not begun, `invalid-state` for one without a plan */
export async function loadUnbilled(loading: Loading & { tenant: string }, period: string): Promise<Unbilled> {
  const { db } = loading;
  const plan = requirePlan(period, loading);
  const locked = await lockBooks(db, period);
  const { ledger } = locked;
  const { today } = await db.calendar(ledger?.time_zone);
  if (firstDayOf(period) > today) throw notBegun(period, today);
  const [news, waiting] = await Promise.all([readNews(db, ledger), db.find(MeterAdjustment, { billed_in: period })]);
  const isFirstOpen = ledger?.closed_through ? nextPeriod(ledger.closed_through) === period : false;
  const late = isFirstOpen ? lateIn(news, ledger) : [];
  const adjusted = [...new Set([...waiting.map((adjustment) => adjustment.period), ...late])].sort();
  const [uncounted, invoices, closes, rated, tenantId] = await Promise.all([
    readBooks(loading, ledger, news, [period, ...adjusted]),
    db.find(Invoice, { period: adjusted }),
    db.find(PeriodClose, { period: { since: period } }),
    locked.invoice ? db.find(RatedUsage, { invoice_id: locked.invoice.id, revision: locked.invoice.revision }) : [],
    db.resolve(`tenant:${loading.tenant}`),
  ]);
  const billedBy = (of: string) => invoices.findLast((invoice) => invoice.period === of && invoice.status !== 'void')?.plan;
  const plans = adjusted.flatMap((of) => {
    const then = billedBy(of) ?? planFor(of, loading);
    // What had no price then has none now. What was billed in another currency can only be billed as it would be today.
    return then ? [[of, then.currency === plan.currency ? then : plan] as const] : [];
  });
  return {
    ...locked,
    ...{ period, plan, uncounted, rated, tenantId },
    closed: new Map(plans),
    closes: closes.toSorted((a, b) => (a.period < b.period ? -1 : 1)),
  };
}

/** Enters what has come, and closes the periods whose time is over, or the one that is to be closed. */
export function countFor(
  uncounted: Uncounted,
  settings: Readonly<Record<string, unknown>>,
  close: string | null,
  at: ActionContext<unknown>,
): Counted {
  const due = uncounted.ledger && dueToClose(uncounted.ledger, uncounted.calendar, graceDaysOf({ settings }));
  const closing =
    [due, close]
      .flatMap((period) => period ?? [])
      .sort()
      .at(-1) ?? null;
  return count(uncounted, closing, at);
}

/**
 * The last period whose grace is over. One that ended before there was a ledger stays open, so that a tenant's past can be brought in,
 * until a later one is closed or its invoice is finalized.
 */
function dueToClose(ledger: Ledger, { today }: Calendar, graceDays: number): string | null {
  const ended = periodOf(dayAfter(firstDayOf(periodOf(dayAfter(today, -graceDays))), -1));
  return ended >= periodOf(ledger.opened_on) ? ended : null;
}

export function adjustedPeriods({ period, closed }: Unbilled, { readings, adjustments }: Counted): readonly AdjustedPeriod[] {
  return [...closed].map(([of, plan]) => {
    const own = adjustments.filter((adjustment) => adjustment.period === of);
    return {
      period: of,
      plan,
      readings: readings.filter((reading) => reading.period === of),
      billed: own.filter(({ billed_in }) => billed_in < period),
      late: own.filter(({ billed_in }) => billed_in === period),
    };
  });
}

export function requirePlan(period: string, context: { readonly settings: Readonly<Record<string, unknown>> }): Plan {
  const plan = planFor(period, context);
  if (plan) return plan;
  throw new Problem(
    'invalid-state',
    `No price plan holds in ${period}: the setting plans.0.from of the pack finops is later. Set one that begins before.`,
  );
}

function notBegun(period: string, today: string): Problem {
  return new Problem('invalid-input', `period ${period} has not begun: it is ${today} for the tenant`, {
    errors: [{ path: 'period', message: 'has not begun' }],
  });
}
