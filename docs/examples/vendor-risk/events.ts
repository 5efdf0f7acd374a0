import { defineEvent, Id, Strict, Timestamp, Type } from '@summit/sdk';

export const vendorReviewDue = defineEvent({
  type: 'vendor.review-due',
  version: 1,
  title: 'An accepted vendor is due for review',
  data: Strict({ vendor_id: Id, name: Type.String(), review_at: Timestamp }),
});
