import { change, defineWithdrawal, none, occurred } from '@summit/sdk';
import { Quote } from '../entities.ts';
import { quoteSubmitted, submissionOf } from '../events.ts';
import { lockQuote, presentChanged } from '../quote.ts';

/** A quote is the business's and stays when its owner leaves; an approval is its approver's. Without it the quote waits for that role again. */
export const withdrawApprovals = defineWithdrawal({
  id: 'revops.quote.withdraw-approvals',
  title: 'Withdraw the approvals of somebody who has left',
  entity: Quote,
  from: ['draft', 'pending_approval', 'approved'],
  policy: none('it follows from what was done to the person'),
  load: ({ db, params }) => lockQuote(db, params.id ?? ''),
  subject: ({ quote }) => quote,

  apply(file, at, withdrawn) {
    const { quote } = file;
    const isGone = (approvalId: string) => withdrawn.some(({ id }) => id === approvalId);
    const standing = file.standing.filter(({ id }) => !isGone(id));
    const counts = standing.length < file.standing.length;
    const received = standing.filter(({ status }) => status === 'approved').map(({ role }) => role);
    const changed = change(Quote, at, quote, {
      ...(counts ? { status: 'pending_approval', received_approvals: received, approved_at: null } : {}),
      earlier_approval_ids: quote.earlier_approval_ids.filter((id) => !isGone(id)),
    });
    return {
      subjects: [changed],
      edges: none('nobody did it but that somebody has left'),
      usage: none('it goes on with the workflow that the submission started'),
      // Whoever is asked to approve is told as if it had come up now.
      events: counts ? [occurred(quoteSubmitted, quote.id, submissionOf(changed.after))] : [],
      answer: presentChanged(file, { quote: changed.after, standing }, at),
    };
  },
});
