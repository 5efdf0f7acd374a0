import { Comment, create, defineAction, edge, Strict, Type } from '@summit/sdk';
import { Loan } from '../entities.ts';
import { LoanWithApprovals, presentLoan } from '../loan.ts';

export const requestLoan = defineAction({
  id: 'equipment-loans.loan.request',
  title: 'Ask for a piece of equipment',
  route: { method: 'POST', path: '/equipment-loans/loans' },
  roles: ['engineer', 'ae'],
  input: Strict({
    item: Type.String({ minLength: 1, maxLength: 200, examples: ['Oscilloscope'] }),
    value_eur: Type.Integer({ minimum: 1, maximum: 1_000_000, description: 'What it is worth, in whole euros', examples: [2_500] }),
    days: Type.Integer({ minimum: 1, maximum: 365, examples: [14] }),
    reason: Comment,
  }),
  answer: LoanWithApprovals,
  entity: Loan,
  from: [],
  success: 201,
  load: async () => null,
  subject: () => null,
  policy: {
    entrypoint: 'equipment_loans/loans/decision',
    facts: (_, { input: { item, value_eur, days } }) => ({ resource: { item, value_eur, days }, context: {} }),
  },

  apply(_, { input, actor, subjectId, decision, ...at }) {
    const loan = create(Loan, at, {
      id: subjectId,
      status: 'requested',
      ...input,
      borrower_id: actor.id,
      required_approvals: decision.required_approvals,
      due_at: null,
    });
    return {
      subjects: [loan],
      edges: [edge(subjectId, 'borrowed_by', actor.id)],
      usage: [{ type: 'workflow_run', subject: subjectId, metadata: { workflow: 'equipment-loans.loan' } }],
      answer: presentLoan(loan.after, []),
    };
  },
});
