import { defineEvidence, many, Problem, type Reader, type Row } from '@summit/sdk';
import { ContractStub, Lead, Opportunity, Quote, QuoteRevision } from './entities.ts';
import { filesOf, roundOf } from './quote.ts';

/**
 * What proves a deal, by its opportunity or one of its quotes. Asked for by a quote it is about that one; by an opportunity,
 * about the quote that was activated or, before, the newest. The others are beside it: what became of one, the opportunity
 * has in its receipts.
 */
export const dealEvidence = defineEvidence({
  id: 'revops.deals',
  title: 'What proves a deal',
  path: '/evidence/revops/deals/:id',
  members: {
    quote: Quote,
    opportunity: Opportunity,
    lead: Lead,
    contract: ContractStub,
    revisions: many(QuoteRevision),
    other_quotes: many(Quote),
    other_contracts: many(ContractStub),
  },
  summary: {
    account: '/quote/account',
    amount: '/quote/amount',
    currency: '/quote/currency',
    discount_percent: '/quote/discount_percent',
    largest_line_discount_percent: '/quote/largest_line_discount_percent',
    net_amount: '/quote/net_amount',
    approvals_needed: '/quote/required_approvals',
    approvals_received: '/quote/received_approvals',
    contract: '/contract/id',
  },

  async collect(db, id) {
    const { opportunity, quotes, quote } = await dealOf(db, id);
    const ids = quotes.map((each) => each.id);
    const [lead, contracts, revisions] = await Promise.all([
      db.one(Lead, opportunity.lead_id),
      db.find(ContractStub, { quote_id: ids }),
      db.find(QuoteRevision, { quote_id: ids }),
    ]);
    const isOfQuote = ({ quote_id }: { quote_id: string }) => quote_id === quote?.id;
    return {
      quote,
      opportunity,
      lead,
      contract: contracts.find(isOfQuote) ?? null,
      revisions,
      other_quotes: quotes.filter((each) => each !== quote),
      other_contracts: contracts.filter((contract) => !isOfQuote(contract)),
    };
  },

  async round(db, id) {
    const { quote } = await dealOf(db, id);
    const [file] = quote ? await filesOf(db, [quote]) : [];
    return file ? roundOf(file) : { required: [], given: [], excluded: [], content: {} };
  },
});

interface Deal {
  readonly opportunity: Row<typeof Opportunity>;
  readonly quotes: readonly Row<typeof Quote>[];
  /** The one that the deal is about; null where there is none yet. */
  readonly quote: Row<typeof Quote> | null;
}

/** @throws Problem `not-found` */
async function dealOf(db: Reader, id: string): Promise<Deal> {
  const [asked] = await db.find(Quote, { id });
  const [opportunity] = await db.find(Opportunity, { id: asked?.opportunity_id ?? id });
  if (!opportunity) throw new Problem('not-found', `There is no opportunity and no quote ${id}.`);
  const quotes = await db.find(Quote, { opportunity_id: opportunity.id });
  const decisive = quotes.findLast(({ status }) => status === 'activated') ?? quotes.at(-1) ?? null;
  return { opportunity, quotes, quote: quotes.find((quote) => quote.id === asked?.id) ?? decisive };
}
