import { change, defineAction, Empty, none } from '@summit/sdk';
import { Loan } from '../entities.ts';
import { LoanWithApprovals, lockLoan, presentLoan } from '../loan.ts';

export const takeBackLoan = defineAction({
  id: 'equipment-loans.loan.take-back',
  title: 'Take back what was lent',
  route: { method: 'POST', path: '/equipment-loans/loans/:id/take-back' },
  roles: ['team_lead', 'operator'],
  input: Empty,
  answer: LoanWithApprovals,
  entity: Loan,
  from: ['lent', 'overdue'],
  policy: none('what was lent may always come back'),
  load: lockLoan,
  subject: ({ loan }) => loan,

  apply({ loan: before, approvals }, at) {
    const loan = change(Loan, at, before, { status: 'returned' });
    return {
      subjects: [loan],
      edges: none('the receipt says who took it back'),
      usage: none('the days were metered when it was handed over'),
      answer: presentLoan(loan.after, approvals),
    };
  },
});
