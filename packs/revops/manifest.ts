import { definePack } from '@summit/sdk';
import { activateQuote } from './actions/activate.ts';
import { approveQuote } from './actions/approve.ts';
import { createLead } from './actions/create-lead.ts';
import { createQuote } from './actions/create-quote.ts';
import { editLead } from './actions/edit-lead.ts';
import { editQuote } from './actions/edit-quote.ts';
import { expireQuote } from './actions/expire.ts';
import { recallQuote } from './actions/recall.ts';
import { rejectQuote } from './actions/reject.ts';
import { submitQuote } from './actions/submit.ts';
import { withdrawApprovals } from './actions/withdraw-approvals.ts';
import { governance } from './dashboards.ts';
import { demo } from './demo.ts';
import { ContractStub, Lead, Opportunity, Quote, QuoteRevision } from './entities.ts';
import { quoteActivated, quoteApproved, quoteRejected, quoteSubmitted } from './events.ts';
import { dealEvidence } from './evidence.ts';
import { expireQuotes } from './jobs.ts';
import initial from './migrations/0001-initial.ts';
import { getLead, getOpportunity, getQuote, listLeads, listOpportunities, listQuotes, quoteReceipts, quoteRevisions } from './queries.ts';
import { settings } from './settings.ts';
import { views } from './views.ts';

export default definePack({
  id: 'revops',
  title: 'RevOps',
  version: '0.1.0',
  summit: '^0.1.0',
  entities: [Lead, Opportunity, Quote, QuoteRevision, ContractStub],
  migrations: [initial],
  policies: [
    {
      bundle: 'revops.discount_approvals',
      entrypoints: ['revops/discount_approvals/decision'],
      answers: { 'revops.quote': 'revops/discount_approvals/decision' },
    },
  ],
  actions: [createLead, editLead, createQuote, editQuote, submitQuote, approveQuote, rejectQuote, recallQuote, activateQuote, expireQuote],
  queries: [listLeads, getLead, listOpportunities, getOpportunity, listQuotes, getQuote, quoteRevisions, quoteReceipts],
  evidence: [dealEvidence],
  dashboards: [governance],
  events: [quoteSubmitted, quoteApproved, quoteRejected, quoteActivated],
  jobs: [expireQuotes],
  departures: [withdrawApprovals],
  relationships: {
    from_lead: 'opened',
    for_opportunity: 'has_quote',
    assigned_to: 'works_on',
    owned_by: 'owns',
    has_revision: 'revision_of',
    submitted_by: 'submitted',
    recalled_by: 'recalled',
    has_contract: 'contract_of',
    activated_by: 'activated',
  },
  demo,
  settings,
  views,
});
