import type { Views } from '@summit/sdk';
import { listVendors } from './queries.ts';

export const views: Views = {
  workspace: { title: 'Vendor risk', icon: 'shield-alert' },
  lists: [
    {
      list: listVendors,
      columns: ['name', 'country', 'yearly_spend', 'currency', 'data_access', 'risk', 'score', 'status', 'review_at'],
      filters: ['status', 'risk', 'data_access', 'country'],
      empty: 'An analyst registers a vendor here. The policy says who must accept its risk.',
    },
  ],
  commands: [
    { title: 'Show vendors whose risk is to be accepted', path: '/vendor-risk/vendors?status=assessed', roles: ['security_officer', 'finance'] },
    { title: 'Show vendors that are due for review', path: '/vendor-risk/vendors?status=review_due', roles: ['analyst'] },
  ],
};
