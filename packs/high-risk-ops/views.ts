import type { Views } from '@summit/sdk';
import { listRequests } from './queries.ts';

/** How the Switchboard shows the pack (story 1.5). */
export const views: Views = {
  workspace: { title: 'Security', icon: 'shield' },
  lists: [
    {
      list: listRequests,
      columns: ['id', 'type', 'target', 'requester', 'status', 'created_at'],
      empty: 'Whoever needs to read a production database asks for it here, and gets it for a while once a team lead and a security officer agree.',
      ui: 'ui/requests.ts',
    },
  ],
  commands: [
    {
      title: 'Show requests that wait for approval',
      path: '/high-risk-ops/requests?status=pending',
      roles: ['team_lead', 'security_officer', 'operator', 'auditor'],
    },
    { title: 'Show who has access now', path: '/high-risk-ops/requests?status=executed' },
  ],
};
