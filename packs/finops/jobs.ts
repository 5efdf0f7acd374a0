import { defineJob, sampleOf } from '@summit/sdk';
import { checkInvoice } from './actions/check-invoice.ts';
import { countUsage } from './actions/count-usage.ts';
import { draftInvoice } from './actions/draft-invoice.ts';
import { type InvoiceRow, isCountDue } from './books.ts';
import { CurrentReading, Invoice, PeriodClose } from './entities.ts';
import { findInvoice, presentInvoices } from './invoice.ts';
import { periodOf } from './period.ts';

/** The tenant has one. */
const LEDGER = 'ledger';

export const meterUsage = defineJob({
  id: 'finops.metering',
  title: 'Count usage into daily readings',
  schedule: '5 * * * *',
  action: countUsage,
  due: async (context) => ((await isCountDue(context)) ? [LEDGER] : []),
  command: {
    name: 'metering',
    option: 'day',
    due: async () => [LEDGER],
    report: async (day, { db }) => ({ day, readings: await db.find(CurrentReading, { day }) }),
  },
});

/** A draft is brought up to date once a day: each content that it has had is kept. */
const UP_TO_DATE_MS = 20 * 60 * 60 * 1_000;

export const rateUsage = defineJob({
  id: 'finops.rating',
  title: 'Draft the invoice of the month, and bring drafts up to date',
  schedule: '20 * * * *',
  action: draftInvoice,
  /** The month that is, those that were closed before anybody drafted them, and drafts that are old. */
  async due({ db, now }) {
    const [{ today }, invoices, closes] = await Promise.all([db.calendar(), db.find(Invoice, {}), db.find(PeriodClose, {})]);
    const standing = invoices.filter(({ status }) => status !== 'void');
    const isOld = ({ status, updated_at }: InvoiceRow) => status === 'draft' && Date.parse(now) - Date.parse(updated_at) > UP_TO_DATE_MS;
    const missing = [periodOf(today), ...closes.map(({ period }) => period)].filter(
      (period) => !invoices.some((invoice) => invoice.period === period),
    );
    return [...new Set([...standing.filter(isOld).map(({ period }) => period), ...missing])].sort();
  },
  command: {
    name: 'rating',
    option: 'period',
    /** One that is finalized stays as it is. */
    async due(period, { db }) {
      const invoice = await findInvoice(db, period);
      return invoice === null || invoice.status === 'draft' || invoice.status === 'void' ? [period] : [];
    },
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
