import { definePack } from '@summit/sdk';
import { features } from './features.ts';

export default definePack({
  id: 'trust-and-proof',
  title: 'Trust & Proof Pack',
  version: '0.1.0',
  summit: '^0.1.0',
  requires: { 'high-risk-ops': '^0.1.0', revops: '^0.1.0', finops: '^0.1.0' },
  sku: {
    features,
    policies: ['high_risk.operations', 'revops.discount_approvals'],
    dashboards: ['high-risk-ops.overview', 'revops.governance', 'finops.demo-economics'],
    evidence: ['high-risk-ops', 'revops.deals', 'finops.billing', 'evidence.population'],
  },
});
