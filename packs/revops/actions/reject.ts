import { Comment, change, defineAction, none, occurred, Strict } from '@summit/sdk';
import { Quote } from '../entities.ts';
import { offerOf, quoteRejected } from '../events.ts';
import { lockQuote, presentChanged, roundOf } from '../quote.ts';
import { everybody } from '../roles.ts';
import { QuoteAnswer } from '../schemas.ts';

export const rejectQuote = defineAction({
  id: 'revops.quote.reject',
  title: 'Reject a quote',
  route: { method: 'POST', path: '/revops/quotes/:id/reject' },
  roles: everybody,
  input: Strict({ comment: Comment }),
  answer: QuoteAnswer,
  entity: Quote,
  from: ['pending_approval'],
  policy: none('whoever may approve may reject'),

  load: ({ db, params }) => lockQuote(db, params.id ?? ''),
  subject: ({ quote }) => quote,
  approval: { status: 'rejected', round: roundOf },

  apply(file, at) {
    const quote = change(Quote, at, file.quote, { status: 'rejected' });
    return {
      subjects: [quote],
      edges: none('the kernel links quote, rejection and who rejected'),
      usage: none('a rejection is part of the workflow that the submission started'),
      events: [occurred(quoteRejected, quote.after.id, { ...offerOf(quote.after), role: at.approval.approval.role })],
      answer: presentChanged(file, { quote: quote.after }, at),
    };
  },
});
