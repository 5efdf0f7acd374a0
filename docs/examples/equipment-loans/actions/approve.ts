import { Comment, change, defineAction, none, Strict, Type } from '@summit/sdk';
import { Loan } from '../entities.ts';
import { LoanWithApprovals, lockLoan, presentLoan, roundOf } from '../loan.ts';
import { approvers } from '../roles.ts';

export const approveLoan = defineAction({
  id: 'equipment-loans.loan.approve',
  title: 'Approve a loan',
  route: { method: 'POST', path: '/equipment-loans/loans/:id/approve' },
  roles: approvers,
  input: Strict({ comment: Type.Optional(Comment) }),
  answer: LoanWithApprovals,
  entity: Loan,
  from: ['requested'],
  policy: none('the policy said when it was asked for which roles must approve; the kernel holds to it'),
  load: lockLoan,
  subject: ({ loan }) => loan,
  approval: { status: 'approved', round: roundOf },

  apply({ loan: before, approvals }, at) {
    const loan = change(Loan, at, before, { status: at.approval.complete ? 'approved' : 'requested' });
    return {
      subjects: [loan],
      edges: none('the kernel links loan, approval and approver'),
      usage: none('an approval is part of the workflow that the request began'),
      answer: presentLoan(loan.after, [...approvals, at.approval.approval]),
    };
  },
});
