import {
  type Card,
  type ChartData,
  type DashboardContext,
  Decimal,
  defineDashboard,
  pathTo,
  type Reader,
  ratePlan,
  switchboardPath,
} from '@summit/sdk';
import { requirePlan } from './books.ts';
import { CurrentReading, InvoiceDiscrepancy } from './entities.ts';
import { dayAfter, firstDayOf, lastDayOf, periodOf } from './period.ts';
import { listDiscrepancies, listReadings } from './queries.ts';
import { periodQuantity } from './rating.ts';
import { readers } from './roles.ts';

/** What it costs so far to be governed, and what the month will come to: of the tenant's calendar month, whatever days are asked for. */
export const demoEconomics = defineDashboard({
  id: 'finops.demo-economics',
  title: 'FinOps Demo Economics',
  roles: readers,
  ownTime: true,
  read(context) {
    const { db, tenant, calendar } = context;
    const period = periodOf(calendar.today);
    const invoice = `/billing/invoices/${tenant}/${period}`;
    const toInvoice = {
      href: switchboardPath(invoice),
      links: [
        { title: 'As an invoice', href: pathTo(invoice, { format: 'html' }) },
        { title: 'As JSON', href: pathTo(invoice, { format: 'json' }) },
      ],
    };
    return {
      cards: [
        metered(db, { id: 'policy-decisions', title: 'Policy decisions', meter: 'policy_decisions', period }),
        metered(db, { id: 'workflow-runs', title: 'Workflow runs', meter: 'workflow_runs', period }),
        {
          id: 'rated-usage',
          title: 'Rated so far',
          definition: 'What this month comes to by its price plan, base fee included, as far as its usage is counted.',
          unit: 'money',
          ...toInvoice,
          value: () => costOf(context, period, (quantity) => quantity),
        },
        {
          id: 'month-end-estimate',
          title: 'Estimate for the month',
          definition: 'The same, if each day that is left goes like those so far: usage, divided by the days so far, times the days of the month.',
          unit: 'money',
          href: toInvoice.href,
          value: () => costOf(context, period, (quantity) => projected(quantity, calendar.today)),
        },
        {
          id: 'discrepancies',
          title: 'Invoices that do not recompute',
          definition:
            'Finalized invoices that, worked out again from their events, come to something else: always 0, unless somebody went round Summit.',
          unit: 'count',
          list: listDiscrepancies.route.path,
          value: () => db.count(InvoiceDiscrepancy, {}),
        },
      ],
      charts: [
        { id: 'usage-by-day', title: 'Usage by day', kind: 'line', axis: 'Day', unit: 'count', data: () => usageByDay(db, period, calendar.today) },
      ],
    };
  },
});

function metered(db: Reader, { id, title, meter, period }: { id: string; title: string; meter: string; period: string }): Card {
  return {
    ...{ id, title, unit: 'count', list: null },
    definition: `${title} of this month, as far as they are counted into readings.`,
    href: switchboardPath(pathTo(listReadings.route.path, { meter, period })),
    value: async () => Number(periodQuantity('sum', await db.find(CurrentReading, { meter, period }), [])),
  };
}

async function costOf({ db, settings }: DashboardContext, period: string, quantityFor: (quantity: string) => string) {
  const plan = requirePlan(period, { settings });
  const readings = Map.groupBy(await db.find(CurrentReading, { period }), ({ meter }) => meter);
  const quantities = [...readings].map(([meter, of]) => {
    const { aggregation = 'count' } = of[0] ?? {};
    const quantity = periodQuantity(aggregation, of, []);
    // The highest day stays the highest, however many days are left.
    return [meter, aggregation === 'max' ? quantity : quantityFor(quantity)] as const;
  });
  return { amount: ratePlan(plan, Object.fromEntries(quantities)).total, currency: plan.currency };
}

function projected(quantity: string, today: string): string {
  const days = Number(lastDayOf(periodOf(today)).slice(8));
  return new Decimal(quantity)
    .times(days)
    .div(Number(today.slice(8)))
    .round(6)
    .toFixed();
}

async function usageByDay(db: Reader, period: string, today: string): Promise<ChartData> {
  const readings = await db.find(CurrentReading, { period });
  const labels: string[] = [];
  for (let day = firstDayOf(period); day <= today; day = dayAfter(day, 1)) labels.push(day);
  const meters = [...new Set(readings.map(({ meter }) => meter))].sort();
  const quantityOn = (meter: string, day: string) =>
    Number(readings.find((reading) => reading.meter === meter && reading.day === day)?.quantity ?? 0);
  return { labels, series: meters.map((meter) => ({ name: meter.replaceAll('_', ' '), values: labels.map((day) => quantityOn(meter, day)) })) };
}
