import {
  defineQuery,
  emptyPage,
  Id,
  listOf,
  pageOf,
  type Reader,
  rangeOf,
  receiptsOf,
  Several,
  Strict,
  statesOf,
  Timestamp,
  Type,
  valuesOf,
} from '@summit/sdk';
import { Lead, Opportunity, Quote } from './entities.ts';
import { presentLeads, presentOpportunities } from './lead.ts';
import { filesOf, presentQuote, presentRevision } from './quote.ts';
import { LeadAnswer, OpportunityAnswer, QuoteAnswer, RevisionAnswer } from './schemas.ts';

const Handle = Type.String({ description: 'A handle' });

const leads = listOf(Lead, { sort: ['created_at', 'updated_at', 'company', 'status'], search: ['company', 'email'], people: ['owner_id'] });

export const listLeads = defineQuery({
  id: 'revops.lead.list',
  title: 'Leads',
  route: { method: 'GET', path: '/revops/leads' },
  query: Strict({
    segment: Type.Optional(Several),
    owner: Type.Optional(Handle),
    created_since: Type.Optional(Timestamp),
    created_until: Type.Optional(Timestamp),
    ...leads.parameters,
  }),
  answer: pageOf(LeadAnswer),
  async run({ db, query: { owner, limit, cursor, count, sort, q, ...filters } }) {
    const owner_id = await ownerIn(db, owner);
    if (owner_id === null) return emptyPage({ cursor, count });
    const page = await db.page(leads, { where: { ...leadsBy(filters), owner_id }, limit, cursor, count, sort, q });
    return { ...page, items: await presentLeads(db, page.items) };
  },
});

export interface LeadFilters {
  readonly segment?: string;
  readonly created_since?: string;
  readonly created_until?: string;
}

/** What the filters of the list mean, for the list and for whatever counts what it shows. */
export function leadsBy({ segment, created_since, created_until }: LeadFilters) {
  return { segment: valuesOf(segment), created_at: rangeOf({ since: created_since, until: created_until }) };
}

export const getLead = defineQuery({
  id: 'revops.lead.get',
  title: 'One lead',
  route: { method: 'GET', path: '/revops/leads/:id' },
  query: Strict({}),
  answer: LeadAnswer,
  run: async ({ db, params }) => (await presentLeads(db, [await db.one(Lead, params.id ?? '')]))[0],
});

const opportunities = listOf(Opportunity, {
  sort: ['created_at', 'updated_at', 'account', 'status'],
  search: ['account', 'lead_id'],
  people: ['owner_id'],
});

export const listOpportunities = defineQuery({
  id: 'revops.opportunity.list',
  title: 'Opportunities',
  route: { method: 'GET', path: '/revops/opportunities' },
  query: Strict({
    status: Type.Optional(statesOf(Opportunity)),
    segment: Type.Optional(Several),
    owner: Type.Optional(Handle),
    created_since: Type.Optional(Timestamp),
    created_until: Type.Optional(Timestamp),
    ...opportunities.parameters,
  }),
  answer: pageOf(OpportunityAnswer),
  async run({ db, query: { status, segment, owner, created_since, created_until, limit, cursor, count, sort, q } }) {
    const owner_id = await ownerIn(db, owner);
    if (owner_id === null) return emptyPage({ cursor, count });
    const created_at = rangeOf({ since: created_since, until: created_until });
    const where = { status: valuesOf(status), segment: valuesOf(segment), owner_id, created_at };
    const page = await db.page(opportunities, { where, limit, cursor, count, sort, q });
    return { ...page, items: await presentOpportunities(db, page.items) };
  },
});

export const getOpportunity = defineQuery({
  id: 'revops.opportunity.get',
  title: 'One opportunity',
  route: { method: 'GET', path: '/revops/opportunities/:id' },
  query: Strict({}),
  answer: OpportunityAnswer,
  run: async ({ db, params }) => (await presentOpportunities(db, [await db.one(Opportunity, params.id ?? '')]))[0],
});

const quotes = listOf(Quote, {
  sort: ['created_at', 'updated_at', 'amount', 'discount_percent', 'net_amount', 'account', 'status'],
  search: ['account', 'opportunity_id', 'external_id'],
  people: ['owner_id'],
});

export const listQuotes = defineQuery({
  id: 'revops.quote.list',
  title: 'Quotes',
  route: { method: 'GET', path: '/revops/quotes' },
  query: Strict({
    status: Type.Optional(statesOf(Quote)),
    owner: Type.Optional(Handle),
    opportunity: Type.Optional(Id),
    needs_approval: Type.Optional(Type.Boolean({ description: "Those that need another role than the submitter's own" })),
    created_since: Type.Optional(Timestamp),
    created_until: Type.Optional(Timestamp),
    ...quotes.parameters,
  }),
  answer: pageOf(QuoteAnswer),
  async run({ db, settings, query: { owner, opportunity, limit, cursor, count, sort, q, ...filters } }) {
    const owner_id = await ownerIn(db, owner);
    if (owner_id === null) return emptyPage({ cursor, count });
    const where = { ...quotesBy(filters), owner_id, opportunity_id: opportunity };
    const page = await db.page(quotes, { where, limit, cursor, count, sort, q });
    return { ...page, items: (await filesOf(db, page.items)).map((file) => presentQuote(file, { settings })) };
  },
});

export interface QuoteFilters {
  readonly status?: string;
  readonly needs_approval?: boolean;
  readonly created_since?: string;
  readonly created_until?: string;
}

/** As `leadsBy`, of quotes. */
export function quotesBy({ status, needs_approval, created_since, created_until }: QuoteFilters) {
  return { status: valuesOf(status), needs_approval, created_at: rangeOf({ since: created_since, until: created_until }) };
}

export const getQuote = defineQuery({
  id: 'revops.quote.get',
  title: 'One quote',
  route: { method: 'GET', path: '/revops/quotes/:id' },
  query: Strict({}),
  answer: QuoteAnswer,
  async run({ db, settings, params }) {
    const [file] = await filesOf(db, [await db.one(Quote, params.id ?? '')]);
    return file && presentQuote(file, { settings });
  },
});

export const quoteRevisions = defineQuery({
  id: 'revops.quote.revisions',
  title: 'The contents of a quote that were put up for approval',
  route: { method: 'GET', path: '/revops/quotes/:id/revisions' },
  query: Strict({}),
  answer: pageOf(RevisionAnswer),
  async run({ db, params }) {
    const [file] = await filesOf(db, [await db.one(Quote, params.id ?? '')]);
    const items = file?.revisions.toSorted((a, b) => b.revision - a.revision).map((row) => presentRevision(file, row)) ?? [];
    return { items, next_cursor: null, total: items.length };
  },
});

export const quoteReceipts = receiptsOf(Quote, { path: '/revops/quotes', title: 'The receipts of a quote' });

/** undefined where nobody was asked for, null where there is no such person. */
async function ownerIn(db: Reader, handle: string | undefined): Promise<string | null | undefined> {
  return handle === undefined ? undefined : db.resolve(`user:${handle}`);
}
