import { defineEvent, Id, Strict, Timestamp, Type } from '@summit/sdk';

export const loanOverdue = defineEvent({
  type: 'loan.overdue',
  version: 1,
  title: 'What was lent has not come back in time',
  data: Strict({ loan_id: Id, item: Type.String(), due_at: Timestamp }),
});
