import { field, governed, insertOnly, optional } from '@summit/sdk';
import { accountKey, externalKey } from './keys.ts';
import { termFields } from './terms.ts';

const externalRef = { external_system: optional(field.text()), external_id: optional(field.text()) };

/** Somebody at a company who may become a customer. */
export const Lead = governed({
  type: 'revops.lead',
  table: 'revops_leads',
  fields: {
    email: field.personal(),
    company: field.text(),
    segment: field.text(),
    owner_id: field.uuid(),
    opportunity_id: field.uuid(),
    ...externalRef,
  },
  transitions: { open: ['open'] },
  label: (lead) => lead.company,
  keysOf: (lead) => ({ contact: accountKey(lead), external_ref: externalKey(lead) }),
});

/** What may be sold to an account: opened with its lead, won with the first quote that is activated. */
export const Opportunity = governed({
  type: 'revops.opportunity',
  table: 'revops_opportunities',
  fields: { lead_id: field.uuid(), account: field.text(), segment: field.text(), owner_id: field.uuid(), team_id: field.uuid() },
  transitions: { open: ['open', 'won'], won: ['won'] },
  label: (opportunity) => opportunity.account,
});

/** An offer. Its content may change until it is activated; what was put up for approval is kept as its revisions. */
export const Quote = governed({
  type: 'revops.quote',
  table: 'revops_quotes',
  fields: {
    opportunity_id: field.uuid(),
    lead_id: field.uuid(),
    account: field.text(),
    segment: field.text(),
    owner_id: field.uuid(),
    ...termFields,
    ...externalRef,
    /** Counts the contents that were put up for approval; from 1. */
    revision: field.integer(),
    /** Who gave it the content that it has. */
    author_id: field.uuid(),
    submitter_id: optional(field.uuid()),
    submitted_at: optional(field.timestamp()),
    approved_at: optional(field.timestamp()),
    required_approvals: field.texts(),
    /** The required roles that approvals of this revision have filled. */
    received_approvals: field.texts(),
    /** Approvals that were given before: of a draft those that the policy may keep, once it is submitted those that it kept. */
    earlier_approval_ids: field.uuids(),
    /** Somebody else than who submitted it, last, must approve. */
    needs_approval: field.boolean(),
  },
  transitions: {
    draft: ['draft', 'pending_approval', 'approved', 'expired'],
    pending_approval: ['pending_approval', 'approved', 'rejected', 'draft', 'expired'],
    // An approver who leaves takes their approval along; one that did not count any more changes nothing of the state.
    approved: ['activated', 'approved', 'pending_approval', 'draft', 'expired'],
    rejected: ['draft', 'expired'],
    activated: [],
    expired: [],
  },
  label: (quote) => `${quote.net_amount} ${quote.currency} for ${quote.account}`,
  // What has expired is not taken up again, so another system may send it anew.
  keysOf: (quote) => ({ external_ref: quote.status === 'expired' ? null : externalKey(quote) }),
});

/** A content of a quote as it was put up for approval. */
export const QuoteRevision = insertOnly({
  type: 'revops.quote-revision',
  table: 'revops_quote_revisions',
  fields: { quote_id: field.uuid(), revision: field.integer(), submitter_id: field.uuid(), segment: field.text(), ...termFields },
  label: (revision) => `revision ${revision.revision}`,
});

/** What an activated quote has become; made once for each. */
export const ContractStub = governed({
  type: 'revops.contract',
  table: 'revops_contracts',
  fields: { quote_id: field.uuid() },
  transitions: { active: [] },
  label: () => 'contract',
});
