import { defineJob } from '@summit/sdk';
import { markReviewDue } from './actions/mark-review-due.ts';
import { Vendor } from './entities.ts';

export const reviewsDue = defineJob({
  id: 'vendor-risk.mark-review-due',
  title: 'Mark accepted vendors that are due for review',
  schedule: '5 * * * *',
  action: markReviewDue,
  async due({ db, now }) {
    const due = await db.find(Vendor, { status: 'accepted', review_at: { until: now } }, { limit: 1_000 });
    return due.map(({ id }) => id);
  },
});
