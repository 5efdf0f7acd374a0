import { create, defineAction, edge, Id, none, Problem, Strict, Type, unchanged } from '@summit/sdk';
import { Lead, Opportunity, Quote } from '../entities.ts';
import { externalColumns, externalKey } from '../keys.ts';
import { lockQuote, presentQuote } from '../quote.ts';
import { sellers } from '../roles.ts';
import { ExternalRef, QuoteAnswer } from '../schemas.ts';
import { assertInFuture, isSameTerms, termsInput, termsOf } from '../terms.ts';
import { editQuote, revised } from './edit-quote.ts';

/** Drafts a quote for an opportunity. One that another system sends again is changed like any other. */
export const createQuote = defineAction({
  id: 'revops.quote.create',
  title: 'Draft a quote',
  route: { method: 'POST', path: '/revops/quotes' },
  roles: sellers,
  input: Strict({ opportunity_id: Id, ...termsInput, external_ref: Type.Optional(ExternalRef) }),
  answer: QuoteAnswer,
  entity: Quote,
  // Whatever became of one that is there already, it may be sent again as it is.
  from: Object.keys(Quote.transitions),
  upserts: true,
  policy: none('a draft binds nobody; it is judged when it is submitted'),

  async load({ db, input: { opportunity_id, external_ref, ...input }, actor }) {
    const opportunity = await db.one(Opportunity, opportunity_id);
    const ref = externalColumns(external_ref);
    const key = externalKey(ref);
    const id = key && (await db.byKey(Quote, 'external_ref', key));
    const file = id === null ? null : await lockQuote(db, id);
    if (file && file.quote.opportunity_id !== opportunity.id) {
      const detail = `The quote ${file.quote.id} has this external_ref, and belongs to another opportunity.`;
      throw new Problem('conflict', detail, { existing: { type: Quote.type, id: file.quote.id } });
    }
    const lead = await db.one(Lead, opportunity.lead_id);
    const handles = await db.handles([opportunity.owner_id, lead.owner_id, actor.id]);
    return { file, opportunity, lead, handles, ref, terms: termsOf(input, file?.quote ?? null) };
  },
  subject: ({ file }) => file?.quote ?? null,

  apply({ file, opportunity, lead, handles, ref, terms }, at) {
    if (file) {
      const { quote } = file;
      if (isSameTerms(quote, terms)) return unchanged(presentQuote(file, at));
      if (editQuote.from.includes(quote.status)) return revised(file, terms, at);
      throw new Problem('invalid-state', `Quote ${quote.id} is ${quote.status}, and changes no more.`);
    }
    assertInFuture(terms, at.now);
    const { account, segment, owner_id } = opportunity;
    const quote = create(Quote, at, {
      id: at.subjectId,
      status: 'draft',
      opportunity_id: opportunity.id,
      lead_id: lead.id,
      ...{ account, segment, owner_id },
      ...terms,
      ...ref,
      revision: 1,
      author_id: at.actor.id,
      submitter_id: null,
      submitted_at: null,
      approved_at: null,
      required_approvals: [],
      received_approvals: [],
      earlier_approval_ids: [],
      needs_approval: false,
    });
    return {
      subjects: [quote],
      edges: [edge(at.subjectId, 'for_opportunity', opportunity.id), edge(at.subjectId, 'owned_by', owner_id)],
      usage: none('a workflow starts when a quote is submitted'),
      answer: presentQuote(
        { quote: quote.after, opportunity, lead, revisions: [], approvals: [], standing: [], contract: null, decisionIds: [], handles },
        at,
      ),
    };
  },
});
