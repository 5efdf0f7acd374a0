import { change, defineAction, Empty, none, occurred, Problem } from '@summit/sdk';
import { Loan } from '../entities.ts';
import { loanOverdue } from '../events.ts';

/** It has no route: a job calls it, as `system:equipment-loans.mark-overdue`. */
export const markOverdue = defineAction({
  id: 'equipment-loans.loan.mark-overdue',
  title: 'Mark a loan that is overdue',
  roles: [],
  input: Empty,
  entity: Loan,
  from: ['lent'],
  policy: none('when it is due was decided when it was handed over'),
  load: ({ db, params }) => db.lock(Loan, params.id ?? ''),
  subject: (loan) => loan,

  apply(before, at) {
    const { id, item, due_at } = before;
    // What was due when the job looked may have come back before the lock was held.
    if (due_at === null || due_at > at.now) throw new Problem('invalid-state', `Loan ${id} is not due yet.`);
    return {
      subjects: [change(Loan, at, before, { status: 'overdue' })],
      edges: none('nobody did it but time'),
      usage: none('it begins no workflow'),
      events: [occurred(loanOverdue, id, { loan_id: id, item, due_at })],
      answer: {},
    };
  },
});
