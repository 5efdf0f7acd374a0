import { definePack } from '@summit/sdk';
import { assessVendor } from './actions/assess.ts';
import { acceptVendor, rejectVendor } from './actions/decide.ts';
import { markReviewDue } from './actions/mark-review-due.ts';
import { registerVendor } from './actions/register.ts';
import { recordSuspension, suspendVendor } from './actions/suspend.ts';
import { overview } from './dashboards.ts';
import { blockPurchases } from './effects.ts';
import { Assessment, Vendor } from './entities.ts';
import { vendorReviewDue } from './events.ts';
import { vendorEvidence } from './evidence.ts';
import { reviewsDue } from './jobs.ts';
import initial from './migrations/0001-initial.ts';
import { getVendor, listVendors, vendorReceipts } from './queries.ts';
import { settings } from './settings.ts';
import { vendorAssessed, vendorAssessments } from './usage.ts';
import { views } from './views.ts';

export default definePack({
  id: 'vendor-risk',
  title: 'Vendor risk',
  version: '0.1.0',
  summit: '^0.1.0',
  entities: [Vendor, Assessment],
  migrations: [initial],
  policies: [{ bundle: 'vendor_risk.vendors', entrypoints: ['vendor_risk/vendors/decision'] }],
  actions: [registerVendor, assessVendor, acceptVendor, rejectVendor, suspendVendor, recordSuspension, markReviewDue],
  queries: [listVendors, getVendor, vendorReceipts],
  evidence: [vendorEvidence],
  effects: [blockPurchases],
  events: [vendorReviewDue],
  jobs: [reviewsDue],
  usage: [vendorAssessed],
  meters: [vendorAssessments],
  dashboards: [overview],
  relationships: { registered_by: 'registered', assessed_by: 'assessed', suspended_by: 'suspended' },
  settings,
  views,
});
