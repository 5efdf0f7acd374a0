import { defineJob } from '@summit/sdk';
import { markOverdue } from './actions/mark-overdue.ts';
import { Loan } from './entities.ts';

export const overdueJob = defineJob({
  id: 'equipment-loans.mark-overdue',
  title: 'Mark what has not come back in time',
  schedule: '*/5 * * * *',
  action: markOverdue,
  async due({ db, now }) {
    const due = await db.find(Loan, { status: 'lent', due_at: { until: now } }, { limit: 1_000 });
    return due.map(({ id }) => id);
  },
});
