import { change, defineAction, Empty, edge, none } from '@summit/sdk';
import { Quote } from '../entities.ts';
import { assertMayTakeBack, lockQuote, presentChanged } from '../quote.ts';
import { sellers } from '../roles.ts';
import { QuoteAnswer } from '../schemas.ts';
import { backToDraft } from './edit-quote.ts';

export const recallQuote = defineAction({
  id: 'revops.quote.recall',
  title: 'Take a quote back from approval',
  route: { method: 'POST', path: '/revops/quotes/:id/recall' },
  roles: [...sellers, 'finance'],
  input: Empty,
  answer: QuoteAnswer,
  entity: Quote,
  from: ['pending_approval'],
  policy: none('taking back what was asked for needs no permission'),

  async load({ db, params, actor }) {
    const file = await lockQuote(db, params.id ?? '');
    assertMayTakeBack(file, actor);
    return file;
  },
  subject: ({ quote }) => quote,

  apply(file, at) {
    const quote = change(Quote, at, file.quote, { status: 'draft', ...backToDraft(file) });
    return {
      subjects: [quote],
      edges: [edge(quote.after.id, 'recalled_by', at.actor.id)],
      usage: none('it ends a workflow, it starts none'),
      answer: presentChanged(file, { quote: quote.after, standing: [] }, at),
    };
  },
});
