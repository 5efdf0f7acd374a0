import { definePack } from '@summit/sdk';
import { approveRequest } from './actions/approve.ts';
import { cancelRequest } from './actions/cancel.ts';
import { createRequest } from './actions/create.ts';
import { executeRequest } from './actions/execute.ts';
import { expireRequest } from './actions/expire.ts';
import { lapseRequest } from './actions/lapse.ts';
import { cancelLeftBehind, revokeLeftBehind, withdrawApprovals } from './actions/leave.ts';
import { recordOutcome } from './actions/record-outcome.ts';
import { rejectRequest } from './actions/reject.ts';
import { revokeRequest } from './actions/revoke.ts';
import { overview } from './dashboards.ts';
import { demo } from './demo.ts';
import { grantAccess } from './effects.ts';
import { Execution, HighRiskRequest } from './entities.ts';
import { requestEvidence } from './evidence.ts';
import { expireGrants, lapseRequests } from './jobs.ts';
import initial from './migrations/0001-initial.ts';
import { getRequest, listRequests, requestReceipts } from './queries.ts';
import { settings } from './settings.ts';
import { views } from './views.ts';

export default definePack({
  id: 'high-risk-ops',
  title: 'High-Risk Ops',
  version: '0.1.0',
  summit: '^0.1.0',
  entities: [HighRiskRequest, Execution],
  migrations: [initial],
  policies: [
    {
      bundle: 'high_risk.operations',
      entrypoints: ['high_risk/operations/decision'],
      answers: { 'high-risk-ops.request': 'high_risk/operations/decision' },
    },
  ],
  actions: [createRequest, approveRequest, rejectRequest, cancelRequest, executeRequest, recordOutcome, revokeRequest, expireRequest, lapseRequest],
  queries: [listRequests, getRequest, requestReceipts],
  evidence: [requestEvidence],
  effects: [grantAccess],
  jobs: [expireGrants, lapseRequests],
  departures: [cancelLeftBehind, revokeLeftBehind, withdrawApprovals],
  dashboards: [overview],
  relationships: {
    requested_by: 'requested',
    executed_by: 'executed',
    cancelled_by: 'cancelled',
    revoked_by: 'revoked',
    has_execution: 'execution_of',
  },
  demo,
  settings,
  views,
});
