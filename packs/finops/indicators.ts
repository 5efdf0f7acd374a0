import { defineIndicator, secondsSince } from '@summit/sdk';
import { Invoice, InvoiceDiscrepancy, UsageLedger } from './entities.ts';
import { listDiscrepancies, listReadings } from './queries.ts';

/** Usage is counted once an hour; whatever has waited for two has been passed over. */
const TARGET_SECONDS = 7_200;

export const meteringLag = defineIndicator({
  id: 'finops.metering_lag',
  title: 'Metering lag',
  definition: 'How long the oldest usage event has waited since it was recorded that no reading counts yet.',
  unit: 'seconds',
  target: TARGET_SECONDS,
  alert: 'critical',
  list: listReadings.route.path,
  async read({ db, now }) {
    const [ledger] = await db.find(UsageLedger, {});
    const counted = ledger ? { epoch: ledger.log_epoch, size: ledger.log_size } : null;
    return { value: secondsSince(await db.oldestUsageSince(counted), now) };
  },
});

export const differingInvoices = defineIndicator({
  id: 'finops.differing_invoices',
  title: 'Finalized invoices that do not recompute',
  definition:
    'Invoices that stand although, worked out again from their events, they come to something else: always 0, unless somebody went round Summit.',
  unit: 'count',
  target: 0,
  alert: 'critical',
  list: listDiscrepancies.route.path,
  async read({ db }) {
    const differing = (await db.find(InvoiceDiscrepancy, {})).map(({ invoice_id }) => invoice_id);
    return { value: await db.count(Invoice, { id: differing, status: 'finalized' }) };
  },
});
