import { change, create, defineAction, Empty, edge, none, occurred } from '@summit/sdk';
import { ContractStub, Opportunity, Quote } from '../entities.ts';
import { offerOf, quoteActivated } from '../events.ts';
import { factsOf } from '../facts.ts';
import { assertNotExpired, lockQuote, presentChanged } from '../quote.ts';
import { everybody } from '../roles.ts';
import { QuoteAnswer } from '../schemas.ts';
import { freshness } from '../settings.ts';

/** Makes the contract of an approved quote, and wins its opportunity with the first. */
export const activateQuote = defineAction({
  id: 'revops.quote.activate',
  title: 'Activate an approved quote',
  route: { method: 'POST', path: '/revops/quotes/:id/activate' },
  // Whether they may is for the policy to say.
  roles: everybody,
  input: Empty,
  answer: QuoteAnswer,
  entity: Quote,
  from: ['approved'],

  async load({ db, params }) {
    // The opportunity is older than its quotes, and locks are taken in the order of ids.
    const { opportunity_id } = await db.one(Quote, params.id ?? '');
    const opportunity = await db.lock(Opportunity, opportunity_id);
    return { ...(await lockQuote(db, params.id ?? '')), opportunity };
  },
  subject: ({ quote }) => quote,
  policy: {
    entrypoint: 'revops/discount_approvals/decision',
    facts(file, context) {
      const facts = factsOf(file, context, file.quote.submitter_id);
      return { ...facts, context: { ...facts.context, ...freshness(context) } };
    },
  },

  apply(file, at) {
    assertNotExpired(file.quote, at.now);
    const quote = change(Quote, at, file.quote, { status: 'activated' });
    const contract = create(ContractStub, at, { id: at.newId(), status: 'active', quote_id: quote.after.id });
    const won = file.opportunity.status === 'open' ? [change(Opportunity, at, file.opportunity, { status: 'won' })] : [];
    const opportunity = won[0]?.after ?? file.opportunity;
    return {
      subjects: [quote, contract, ...won],
      edges: [edge(quote.after.id, 'has_contract', contract.after.id), edge(quote.after.id, 'activated_by', at.actor.id)],
      usage: none('it ends the workflow that the submission started'),
      events: [occurred(quoteActivated, quote.after.id, { ...offerOf(quote.after), contract_id: contract.after.id, activated_at: at.now })],
      answer: presentChanged(file, { quote: quote.after, contract: contract.after, opportunity }, at),
    };
  },
});
