import { Comment, change, defineAction, none, Strict } from '@summit/sdk';
import { Loan } from '../entities.ts';
import { LoanWithApprovals, lockLoan, presentLoan, roundOf } from '../loan.ts';
import { approvers } from '../roles.ts';

export const rejectLoan = defineAction({
  id: 'equipment-loans.loan.reject',
  title: 'Reject a loan',
  route: { method: 'POST', path: '/equipment-loans/loans/:id/reject' },
  roles: approvers,
  input: Strict({ comment: Comment }),
  answer: LoanWithApprovals,
  entity: Loan,
  from: ['requested'],
  policy: none('whoever may approve may reject'),
  load: lockLoan,
  subject: ({ loan }) => loan,
  approval: { status: 'rejected', round: roundOf },

  apply({ loan: before, approvals }, at) {
    const loan = change(Loan, at, before, { status: 'rejected' });
    return {
      subjects: [loan],
      edges: none('the kernel links loan, rejection and who rejected'),
      usage: none('a rejection is part of the workflow that the request began'),
      answer: presentLoan(loan.after, [...approvals, at.approval.approval]),
    };
  },
});
