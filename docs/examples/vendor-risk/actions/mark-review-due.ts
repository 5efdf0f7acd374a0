import { change, defineAction, Empty, none, occurred, Problem } from '@summit/sdk';
import { Vendor } from '../entities.ts';
import { vendorReviewDue } from '../events.ts';
import { lockVendor, presentVendor } from '../vendor.ts';

export const markReviewDue = defineAction({
  id: 'vendor-risk.vendor.mark-review-due',
  title: 'Mark a vendor as due for review',
  roles: [],
  input: Empty,
  entity: Vendor,
  from: ['accepted'],
  load: lockVendor,
  subject: ({ vendor }) => vendor,
  policy: none('the time has come, and nobody decides that'),

  apply(file, at) {
    const { id, name, review_at } = file.vendor;
    if (review_at === null || review_at > at.now) {
      throw new Problem('invalid-state', `${name} is not due for review until ${review_at}`);
    }
    const vendor = change(Vendor, at, file.vendor, { status: 'review_due' });
    return {
      subjects: [vendor],
      edges: none('nobody has done it'),
      usage: none('the assessment that follows is metered'),
      events: [occurred(vendorReviewDue, id, { vendor_id: id, name, review_at })],
      answer: presentVendor({ ...file, vendor: vendor.after }),
    };
  },
});
