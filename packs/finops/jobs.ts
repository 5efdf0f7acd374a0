import { defineJob, sampleOf } from '../../sdk/index.ts';
import { checkInvoice } from './actions/check-invoice.ts';
import { countUsage } from './actions/count-usage.ts';
import { draftInvoice } from './actions/draft-invoice.ts';
import { CurrentReading, Invoice } from './entities.ts';
import { findInvoice, presentInvoices } from './invoice.ts';
import { periodOf } from './period.ts';
import { presentMetered } from './reading.ts';

/** The tenant has one. */
const LEDGER = 'ledger';

export const meterUsage = defineJob({
  id: 'finops.metering',
  title: 'Count usage into daily readings',
  schedule: '5 * * * *',
  action: countUsage,
  due: async () => [LEDGER],
  command: {
    name: 'metering',
    option: 'day',
    due: async () => [LEDGER],
    report: async (day, { db }) => ({ day, readings: (await db.find(CurrentReading, { day })).map(presentMetered) }),
  },
});

export const rateUsage = defineJob({
  id: 'finops.rating',
  title: 'Bring the drafts of invoices up to date',
  schedule: '35 3 * * *',
  action: draftInvoice,
  /** The period that is, and those whose draft is there still. */
  async due({ db }) {
    const [{ today }, drafts] = await Promise.all([db.calendar(), db.find(Invoice, { status: 'draft' })]);
    const current = periodOf(today);
    const { status } = (await findInvoice(db, current)) ?? { status: 'draft' };
    const isBilled = status === 'finalized' || status === 'credited';
    return [...new Set([...drafts.map(({ period }) => period), ...(isBilled ? [] : [current])])].sort();
  },
  command: {
    name: 'rating',
    option: 'period',
    due: async (period) => [period],
    report: async (period, { db }) => ({ period, invoices: await presentInvoices(db, await db.find(Invoice, { period })) }),
  },
});

/** So many are worked out again each day. */
const SAMPLE = 10;

export const checkInvoices = defineJob({
  id: 'finops.recompute',
  title: 'Work out a sample of finalized invoices again',
  schedule: '15 4 * * *',
  action: checkInvoice,
  /** Another sample each day, which nobody picks. */
  async due({ db, now }) {
    const invoices = await db.find(Invoice, { status: 'finalized' });
    return sampleOf(
      invoices.map(({ id }) => id),
      now.slice(0, 10),
      SAMPLE,
    );
  },
});
