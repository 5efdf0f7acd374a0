import { definePack } from '@summit/sdk';
import { checkInvoice } from './actions/check-invoice.ts';
import { countUsage } from './actions/count-usage.ts';
import { creditInvoice } from './actions/credit-invoice.ts';
import { draftInvoice } from './actions/draft-invoice.ts';
import { finalizeInvoice } from './actions/finalize-invoice.ts';
import { runBilling } from './actions/run-billing.ts';
import { voidInvoice } from './actions/void-invoice.ts';
import { demoEconomics } from './dashboards.ts';
import { demo } from './demo.ts';
import {
  BillingAccount,
  BillingRun,
  CreditNote,
  Invoice,
  InvoiceDiscrepancy,
  MeterAdjustment,
  MeterReading,
  PeriodClose,
  RatedUsage,
  UsageLedger,
} from './entities.ts';
import { invoiceCredited, invoiceDiffers, invoiceFinalized, invoiceVoided } from './events.ts';
import { billingEvidence } from './evidence.ts';
import { differingInvoices, meteringLag } from './indicators.ts';
import { checkInvoices, meterUsage, rateUsage } from './jobs.ts';
import initial from './migrations/0001-initial.ts';
import {
  getInvoice,
  getRun,
  listAdjustments,
  listDiscrepancies,
  listInvoices,
  listPlans,
  listRatedUsage,
  listReadings,
  listRuns,
  recomputeInvoice,
} from './queries.ts';
import { settings, settingsErrors } from './settings.ts';
import { views } from './views.ts';

export default definePack({
  id: 'finops',
  title: 'FinOps',
  version: '0.1.0',
  summit: '^0.1.0',
  entities: [
    ...[UsageLedger, MeterReading, MeterAdjustment, PeriodClose],
    ...[Invoice, RatedUsage, CreditNote, BillingAccount, BillingRun, InvoiceDiscrepancy],
  ],
  migrations: [initial],
  actions: [countUsage, runBilling, draftInvoice, finalizeInvoice, voidInvoice, creditInvoice, checkInvoice],
  queries: [
    ...[listReadings, listAdjustments, listPlans, listRatedUsage],
    ...[listRuns, getRun, listInvoices, getInvoice, recomputeInvoice, listDiscrepancies],
  ],
  evidence: [billingEvidence],
  dashboards: [demoEconomics],
  indicators: [meteringLag, differingInvoices],
  events: [invoiceFinalized, invoiceVoided, invoiceCredited, invoiceDiffers],
  jobs: [meterUsage, rateUsage, checkInvoices],
  relationships: {
    bills: 'billed_by',
    finalized_by: 'finalized',
    voided_by: 'voided',
    credits: 'credited_by',
    issued_by: 'issued',
    drafted: 'drafted_by',
    run_by: 'ran',
  },
  demo,
  settings,
  settingsErrors,
  views,
});
