import type { Views } from '@summit/sdk';
import { Opportunity } from './entities.ts';
import { dealEvidence } from './evidence.ts';
import { listLeads, listOpportunities, listQuotes } from './queries.ts';

/** How the Switchboard shows the pack (story 2.5). */
export const views: Views = {
  workspace: { title: 'RevOps', icon: 'handshake' },
  lists: [
    {
      list: listQuotes,
      columns: ['id', 'account', 'owner', 'discount_percent', 'amount', 'net_amount', 'status', 'created_at'],
      empty: 'A quote is an offer for an opportunity. Its discount decides who must approve it before it can be activated.',
      ui: 'ui/quotes.ts',
    },
    {
      list: listOpportunities,
      columns: ['id', 'account', 'segment', 'owner', 'status', 'created_at'],
      empty: 'An opportunity is what may be sold to an account. It opens with its lead.',
      entity: Opportunity,
      evidence: dealEvidence,
      ui: 'ui/opportunities.ts',
    },
    {
      list: listLeads,
      columns: ['id', 'company', 'email', 'segment', 'owner', 'created_at'],
      empty: 'A lead is somebody at a company who may become a customer. With the lead its opportunity opens, for which quotes are drafted.',
      ui: 'ui/leads.ts',
    },
  ],
  commands: [{ title: 'Show quotes that wait for approval', path: '/revops/quotes?status=pending_approval' }],
};
