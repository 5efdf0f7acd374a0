import { change, defineAction, Empty, none, Problem } from '@summit/sdk';
import { Quote } from '../entities.ts';
import { hasExpired } from '../quote.ts';

export const expireQuote = defineAction({
  id: 'revops.quote.expire',
  title: 'End a quote whose time is over',
  roles: [],
  input: Empty,
  entity: Quote,
  from: ['draft', 'pending_approval', 'approved', 'rejected'],
  policy: none('the quote says itself how long it holds'),

  load: ({ db, params }) => db.lock(Quote, params.id ?? ''),
  subject: (quote) => quote,

  apply(quote, at) {
    // What was due when the job looked may have moved on before the lock was held.
    if (!hasExpired(quote, at.now)) throw new Problem('invalid-state', `Quote ${quote.id}: its time is not over.`);
    return {
      subjects: [change(Quote, at, quote, { status: 'expired' })],
      edges: none('nobody did it but time'),
      usage: none('it ends a workflow, it starts none'),
      answer: {},
    };
  },
});
