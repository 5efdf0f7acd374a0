import { type DemoContext, defineDemo, Problem } from '@summit/sdk';
import { creditInvoice } from './actions/credit-invoice.ts';
import { finalizeInvoice } from './actions/finalize-invoice.ts';
import { runBilling } from './actions/run-billing.ts';
import { demoUsage } from './demo-usage.ts';
import { nextPeriod, periodOf } from './period.ts';
import { listInvoices } from './queries.ts';

/** So many months before the one that is are billed. */
const MONTHS = 5;

/** Months of usage, made up and marked so, each with its invoice; and the month that is, as far as it has come. */
export const demo = defineDemo({
  title: 'Usage of the past months is reported, counted, rated and billed, and part of an invoice is credited',
  async tell(demo) {
    const current = periodOf(demo.today);
    const past = periodsBefore(current);
    const billed = await lastBilled(demo);
    // What the story has billed itself is done; and what people have billed before it began is theirs.
    const open = past.filter((period) => billed === null || period > billed);
    for (const [months, period] of [...past, current].entries()) {
      const events = demoUsage(period, demo.today, months);
      // On the first of a month there is nothing of it yet.
      if (events.length > 0 && (period === current || open.includes(period))) await demo.report('operator', `${period}/usage`, events);
    }
    for (const period of open) {
      await demo.act('operator', runBilling, { key: `${period}/run`, input: { period } });
      await unlessBilled(demo.act('finance', finalizeInvoice, { key: `${period}/finalize`, params: invoiceOf(demo, period) }));
    }
    const outage = { amount: '25.00', comment: 'Demo: an outage of two hours on the 27th.' };
    const credited = past.at(-2) ?? current;
    await unlessBilled(demo.act('finance', creditInvoice, { key: `${credited}/credit`, params: invoiceOf(demo, credited), input: outage }));
    await unlessBilled(demo.act('operator', runBilling, { key: `${current}/run`, input: { period: current } }));
  },
});

function periodsBefore(current: string): readonly string[] {
  const [year = 0, month = 0] = current.split('-').map(Number);
  const first = new Date(Date.UTC(year, month - 1 - MONTHS, 1)).toISOString().slice(0, 7);
  const periods: string[] = [];
  for (let period = first; period < current; period = nextPeriod(period)) periods.push(period);
  return periods;
}

function invoiceOf({ tenant }: DemoContext, period: string) {
  return { tenant_id: tenant, period };
}

/** The last month with an invoice that is final. */
async function lastBilled(demo: DemoContext): Promise<string | null> {
  const page = await demo.ask('finance', listInvoices, { query: { status: 'finalized,credited,void', sort: '-period', limit: '1' } });
  if (typeof page !== 'object' || page === null || !('items' in page) || !Array.isArray(page.items)) throw new TypeError('a list has its items');
  const [last] = page.items;
  return last === undefined ? null : String(last.period);
}

/** People may have finalized, credited or taken back an invoice while the story was told: it stays as they wanted it. */
async function unlessBilled(step: Promise<unknown>): Promise<void> {
  try {
    await step;
  } catch (error) {
    if (!(error instanceof Problem && error.code === 'invalid-state')) throw error;
  }
}
