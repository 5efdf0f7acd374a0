import { defineMeter, defineUsageType, Empty } from '@summit/sdk';

export const vendorAssessed = defineUsageType({ type: 'vendor_assessed', title: 'An assessment of a vendor', metadata: Empty });

/** What a price plan may charge. */
export const vendorAssessments = defineMeter({
  id: 'vendor_assessments',
  title: 'Vendor assessments',
  event_type: vendorAssessed.type,
  aggregation: 'count',
});
