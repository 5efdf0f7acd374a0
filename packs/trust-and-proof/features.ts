import type { SkuFeature } from '@summit/sdk';

/** What is sold, in the words of whoever buys or audits it. */
export const features: readonly SkuFeature[] = [
  {
    id: 'temporary-access',
    title: 'Temporary access to production',
    description: 'An engineer asks, the policy says who must approve, and what was opened ends on time, whether or not anybody remembers.',
    provided_by: [
      'high-risk-ops.request.create',
      'high-risk-ops.request.execute',
      'high-risk-ops.request.revoke',
      'high-risk-ops.expire-grants',
      'high-risk-ops.lapse-requests',
    ],
  },
  {
    id: 'discount-governance',
    title: 'Discounts that somebody answers for',
    description:
      'From a lead to a contract; who must approve a discount is for a policy to say, and each content that was put up for approval is kept.',
    provided_by: ['revops.lead.create', 'revops.quote.create', 'revops.quote.submit-for-approval', 'revops.quote.revisions', 'revops.quote.activate'],
  },
  {
    id: 'separation-of-duties',
    title: 'Separation of duties',
    description: 'Each role that must approve is filled by another person, and what is edited after it was approved is up for approval again.',
    provided_by: ['high-risk-ops.request.approve', 'high-risk-ops.request.reject', 'revops.quote.approve', 'revops.quote.reject'],
  },
  {
    id: 'metering',
    title: 'Metering',
    description: 'Policy decisions and workflows are metered as they happen, other usage as it is reported; what is reported twice counts once.',
    provided_by: ['policy_decisions', 'workflow_runs', 'metering.events.record', 'finops.metering', 'finops.reading.list', 'finops.metering_lag'],
  },
  {
    id: 'invoicing',
    title: 'Rating and invoices',
    description: 'Usage is rated exactly by the price plan of its month, and invoiced with numbers that have no gaps.',
    provided_by: [
      'finops.rating',
      'finops.billing.run',
      'finops.invoice.finalize',
      'finops.invoice.void',
      'finops.invoice.credit',
      'finops.invoice.get',
    ],
  },
  {
    id: 'recomputation',
    title: 'Invoices that anybody can work out again',
    description: 'A finalized invoice comes out the same from its events; should one not, that is on record, and somebody is told.',
    provided_by: ['finops.invoice.recompute', 'finops.recompute', 'finops.invoice-discrepancy.list', 'invoice.differs'],
  },
  {
    id: 'receipts',
    title: 'A receipt for every change',
    description: 'Nothing changes without a receipt of who did what, by which decision; the database refuses a state that none witnesses.',
    provided_by: ['receipt.list', 'receipt.get'],
  },
  {
    id: 'transparency-log',
    title: 'Transparency log',
    description: 'Receipts are the leaves of a signed Merkle log that only grows, and that witnesses outside of Summit can cosign.',
    provided_by: ['log.checkpoint', 'log.tile', 'log.entries', 'receipt.proof'],
  },
  {
    id: 'offline-verification',
    title: 'Offline verification',
    description:
      'An auditor pins one file, and checks evidence with `summit verify` or a page in any browser: without a network, and without trusting Summit.',
    provided_by: ['log.policy', 'receipt.proof'],
  },
  {
    id: 'policy-replay',
    title: 'Policy replay',
    description: 'Each decision is on record with its input and the bundle that made it, and can be made again, one or all of them.',
    provided_by: ['policy-decision.list', 'policy-decision.replay', 'policy-replay.start', 'policy-replay.get'],
  },
  {
    id: 'policy-backtest',
    title: 'Policy backtest',
    description: 'A changed policy is tried on all that was ever decided, before it decides anything.',
    provided_by: ['policy-backtest.start', 'policy-backtest.get', 'policy-backtest.findings', 'dry-run'],
  },
  {
    id: 'policy-change',
    title: 'Policies that two people change',
    description: 'A bundle is tested before it is taken, switched on while the server runs, and in production by a second person.',
    provided_by: ['policy-bundle.add', 'policy.activate', 'policy.confirm', 'policy.withdraw'],
  },
  {
    id: 'graph',
    title: 'Graph',
    description: 'People, requests, approvals, decisions, quotes and invoices, and how any two of them are connected.',
    provided_by: ['graph.neighbors', 'graph.paths'],
  },
  {
    id: 'service-levels',
    title: 'Service levels',
    description:
      'How long policies take, whether receipts are missing, how far log and metering are behind: measured, and held against what they should be.',
    provided_by: ['slo.get'],
  },
  {
    id: 'erasure',
    title: 'Erasure that leaves proof standing',
    description: "A person's data can be erased for good, and what was proven with it stays proven.",
    provided_by: ['user.erase'],
  },
  {
    id: 'webhooks',
    title: 'Webhooks',
    description: 'Other systems are told, signed and at least once, when quotes and invoices move.',
    provided_by: [
      'webhook.list',
      'quote.submitted',
      'quote.approved',
      'quote.rejected',
      'quote.activated',
      'invoice.finalized',
      'invoice.voided',
      'invoice.credited',
    ],
  },
];
