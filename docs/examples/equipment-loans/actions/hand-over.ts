import { change, defineAction, Empty, edge, none } from '@summit/sdk';
import { Loan } from '../entities.ts';
import { LoanWithApprovals, lockLoan, presentLoan } from '../loan.ts';

/** Decides that the locker opens. The opening itself is an effect; how it turned out is `record-hand-over`. */
export const handOverLoan = defineAction({
  id: 'equipment-loans.loan.hand-over',
  title: 'Hand over what was lent',
  route: { method: 'POST', path: '/equipment-loans/loans/:id/hand-over' },
  roles: ['team_lead', 'operator'],
  input: Empty,
  answer: LoanWithApprovals,
  entity: Loan,
  from: ['approved'],
  policy: none('the approvals that the policy asked for are all there'),
  settles: { query: 'equipment-loans.loan.get', while: ['handing_over'] },
  load: lockLoan,
  subject: ({ loan }) => loan,

  apply({ loan: before, approvals }, at) {
    const loan = change(Loan, at, before, { status: 'handing_over' });
    return {
      subjects: [loan],
      edges: [edge(before.id, 'handed_over_by', at.actor.id)],
      usage: none('the days are metered once it is out'),
      messages: [{ effect: 'equipment-loans.unlock', subject: before.id, payload: { item: before.item } }],
      answer: presentLoan(loan.after, approvals),
    };
  },
});
