import { defineQuery, Empty, queriesOf } from '@summit/sdk';
import { Loan } from './entities.ts';
import { LoanAnswer, LoanWithApprovals, presentLoan, readLoan } from './loan.ts';

export const loans = queriesOf(Loan, {
  path: '/equipment-loans/loans',
  title: 'Loans',
  answer: LoanAnswer,
  sort: ['created_at', 'due_at', 'item', 'value_eur', 'status'],
  search: ['item', 'reason'],
});

/** In place of the one that `queriesOf` makes, since it says more than the columns. */
export const getLoan = defineQuery({
  id: 'equipment-loans.loan.get',
  title: 'One loan',
  route: { method: 'GET', path: '/equipment-loans/loans/:id' },
  query: Empty,
  answer: LoanWithApprovals,
  async run({ db, params }) {
    const { loan, approvals } = await readLoan(db, params.id ?? '');
    return presentLoan(loan, approvals);
  },
});
