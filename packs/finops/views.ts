import type { Views } from '@summit/sdk';
import { listAdjustments, listDiscrepancies, listInvoices, listPlans, listRatedUsage, listReadings, listRuns } from './queries.ts';
import { readers } from './roles.ts';

const records = 'Billing records';

/** How the Switchboard shows the pack. */
export const views: Views = {
  workspace: { title: 'FinOps', icon: 'receipt-text' },
  pages: [
    { path: '/finops/usage', title: 'Usage', roles: readers, ui: 'ui/usage.ts' },
    { path: '/finops/plans', title: 'Price plans', roles: readers, ui: 'ui/plans.ts' },
    { path: '/finops/what-if', title: 'What if', roles: readers, ui: 'ui/what-if.ts' },
  ],
  lists: [
    {
      list: listInvoices,
      columns: ['number', 'period', 'status', 'total', 'finalized_at'],
      filters: ['status', 'period'],
      empty: 'An invoice is drafted from the usage of a month by a billing run, and again each night. It gets its number once it is finalized.',
      ui: 'ui/invoices.ts',
    },
    {
      list: listRuns,
      columns: ['id', 'period', 'total', 'invoice_revision', 'created_at'],
      filters: ['period', 'created_since'],
      empty: 'A billing run counts the usage of a month, rates it and drafts its invoice.',
      section: records,
      ui: 'ui/runs.ts',
    },
    {
      list: listReadings,
      title: 'Readings',
      columns: ['day', 'meter', 'quantity', 'event_count', 'revision', 'created_at'],
      filters: ['meter', 'period', 'from', 'to'],
      empty: 'A reading is what one meter came to on one day. Usage is counted into readings as it comes in.',
      section: records,
      ui: 'ui/readings.ts',
    },
    {
      list: listRatedUsage,
      title: 'Rated usage',
      columns: ['period', 'meter', 'description', 'quantity', 'unit_price', 'amount', 'created_at'],
      filters: ['period', 'meter'],
      empty: 'What the usage of a meter costs by the price plan: a line of an invoice. The first billing run of a month rates it.',
      section: records,
      ui: 'ui/rated-usage.ts',
    },
    {
      list: listAdjustments,
      title: 'Late usage',
      columns: ['day', 'meter', 'quantity', 'period', 'billed_in', 'created_at'],
      filters: ['meter', 'period', 'billed_in'],
      empty: 'Usage that comes after its month was closed is billed in a later one. There was none.',
      section: records,
      ui: 'ui/readings.ts',
    },
    {
      list: listDiscrepancies,
      title: 'Discrepancies',
      columns: ['period', 'invoice_id', 'differences', 'created_at'],
      empty: 'Every finalized invoice comes out the same when it is worked out again from its events.',
      section: records,
      ui: 'ui/discrepancies.ts',
    },
    // The page of the plans shows it.
    { list: listPlans, unlisted: true },
  ],
};
