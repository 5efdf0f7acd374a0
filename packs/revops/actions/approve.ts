import { Comment, change, defineAction, none, occurred, Strict, Type } from '@summit/sdk';
import { Quote } from '../entities.ts';
import { approvalOf, quoteApproved } from '../events.ts';
import { factsOf } from '../facts.ts';
import { assertNotExpired, lockQuote, presentChanged, roundOf } from '../quote.ts';
import { everybody } from '../roles.ts';
import { QuoteAnswer } from '../schemas.ts';
import { asksForFreshAuthentication, freshness } from '../settings.ts';

export const approveQuote = defineAction({
  id: 'revops.quote.approve',
  title: 'Approve a quote',
  route: { method: 'POST', path: '/revops/quotes/:id/approve' },
  roles: everybody,
  input: Strict({ comment: Type.Optional(Comment) }),
  answer: QuoteAnswer,
  entity: Quote,
  from: ['pending_approval'],
  // Which roles must approve it said on submission, and the kernel holds to it.
  policy: {
    entrypoint: 'revops/discount_approvals/decision',
    when: asksForFreshAuthentication,
    facts: (file, context) => ({ ...factsOf(file, context, file.quote.submitter_id), context: freshness(context) }),
  },

  load: ({ db, params }) => lockQuote(db, params.id ?? ''),
  subject: ({ quote }) => quote,
  approval: { status: 'approved', round: roundOf },

  apply(file, at) {
    assertNotExpired(file.quote, at.now);
    const { approval } = at;
    const quote = change(Quote, at, file.quote, {
      status: approval.complete ? 'approved' : 'pending_approval',
      received_approvals: [...file.quote.received_approvals, approval.approval.role],
      approved_at: approval.complete ? at.now : null,
    });
    return {
      subjects: [quote],
      edges: none('the kernel links quote, approval and approver'),
      usage: none('an approval is part of the workflow that the submission started'),
      events: approval.complete ? [occurred(quoteApproved, quote.after.id, approvalOf(quote.after, at.now))] : [],
      answer: presentChanged(file, { quote: quote.after }, at),
    };
  },
});
