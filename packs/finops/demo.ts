import { type DemoContext, defineDemo } from '@summit/sdk';
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
    const periods = [...periodsBefore(current), current];
    const billed = await billedBefore(demo);
    for (const [months, period] of periods.entries()) {
      const events = demoUsage(period, demo.today, months);
      // On the first of a month there is nothing of it yet.
      if (period > billed && events.length > 0) await demo.report('operator', `${period}/usage`, events);
    }
    const past = periods.filter((period) => period > billed && period < current);
    for (const period of past) {
      await demo.act('operator', runBilling, { key: `${period}/run`, input: { period } });
      await demo.act('finance', finalizeInvoice, { key: `${period}/finalize`, params: invoiceOf(demo, period) });
    }
    const credited = past.at(-2);
    const outage = { amount: '25.00', comment: 'Demo: an outage of two hours on the 27th.' };
    if (credited !== undefined) {
      await demo.act('finance', creditInvoice, { key: `${credited}/credit`, params: invoiceOf(demo, credited), input: outage });
    }
    if (current > billed) await demo.act('operator', runBilling, { key: `${current}/run`, input: { period: current } });
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

/** The last month that people had billed when the story began, which begins after it; '' where there was none. */
async function billedBefore(demo: DemoContext): Promise<string> {
  const page = await demo.ask('finance', listInvoices, { query: { status: 'finalized,credited,void', sort: '-period', limit: '200' } });
  if (!isPage(page)) throw new TypeError('a list has its items');
  return page.items.find(({ finalized_at }) => new Date(finalized_at) < new Date(demo.now))?.period ?? '';
}

function isPage(page: unknown): page is { readonly items: readonly { readonly period: string; readonly finalized_at: string }[] } {
  return typeof page === 'object' && page !== null && 'items' in page && Array.isArray(page.items);
}
