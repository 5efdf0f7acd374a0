import { type ActionContext, type Changes, change, defineAction, none, Problem, Strict } from '@summit/sdk';
import { Quote } from '../entities.ts';
import { assertMayTakeBack, inherited, lockQuote, presentChanged, type QuoteFile } from '../quote.ts';
import { sellers } from '../roles.ts';
import { QuoteAnswer } from '../schemas.ts';
import { assertInFuture, type Terms, termsInput, termsOf } from '../terms.ts';

/** Changes a draft; of a quote that was submitted it opens a new revision, whose approvals begin anew. */
export const editQuote = defineAction({
  id: 'revops.quote.edit',
  title: 'Change a quote',
  route: { method: 'PATCH', path: '/revops/quotes/:id' },
  roles: sellers,
  input: Strict(termsInput, { examples: [{ payment_terms_days: 30 }] }),
  answer: QuoteAnswer,
  entity: Quote,
  from: ['draft', 'pending_approval', 'approved', 'rejected'],
  policy: none('what is changed must be submitted again, and is judged then'),

  async load({ db, params, input }) {
    if (Object.keys(input).length === 0)
      throw new Problem('invalid-input', 'Say what to change.', { errors: [{ path: '(body)', message: 'is empty' }] });
    const file = await lockQuote(db, params.id ?? '');
    return { file, terms: termsOf(input, file.quote) };
  },
  subject: ({ file }) => file.quote,
  apply: ({ file, terms }, at) => revised(file, terms, at),
});

/** The quote as a draft with these terms. What was approved before is kept in mind: the policy may let it count. */
export function revised(file: QuoteFile, terms: Terms, at: ActionContext<unknown>): Changes {
  const { quote, revisions } = file;
  const wasSubmitted = revisions.some(({ revision }) => revision === quote.revision);
  assertMayTakeBack(file, at.actor);
  assertInFuture(terms, at.now);
  const { fields, edges } = inherited(file);
  const quoteNow = change(Quote, at, quote, {
    status: 'draft',
    ...terms,
    ...fields,
    author_id: at.actor.id,
    revision: wasSubmitted ? quote.revision + 1 : quote.revision,
    ...backToDraft(file),
  });
  return {
    subjects: [quoteNow],
    edges,
    usage: none('a workflow starts when a quote is submitted'),
    answer: presentChanged(file, { quote: quoteNow.after, standing: [] }, at),
  };
}

/** What a quote loses that is no longer up for approval. */
export function backToDraft(file: QuoteFile) {
  const { quote } = file;
  const approved = file.standing.filter(({ status }) => status === 'approved');
  const earlier = quote.status === 'draft' ? quote.earlier_approval_ids : quote.status === 'rejected' ? [] : approved.map(({ id }) => id);
  return {
    submitter_id: null,
    submitted_at: null,
    approved_at: null,
    required_approvals: [],
    received_approvals: [],
    earlier_approval_ids: earlier,
  };
}
