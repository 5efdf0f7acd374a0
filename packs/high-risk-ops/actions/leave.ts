import { change, defineDeparture, defineWithdrawal, none } from '@summit/sdk';
import { HighRiskRequest } from '../entities.ts';
import { lockRequest } from '../request.ts';

const policy = none('it follows from what was done to the person');
const edges = none('nobody did it but that somebody has left');
const usage = none('it ends a workflow, it starts none');

/** Nobody is to approve or execute what somebody asked for who has left. */
export const cancelLeftBehind = defineDeparture({
  id: 'high-risk-ops.request.cancel-left-behind',
  title: 'Cancel the request of somebody who has left',
  entity: HighRiskRequest,
  person: 'requester_id',
  from: ['pending', 'approved'],
  policy,
  load: ({ db, params }) => db.lock(HighRiskRequest, params.id ?? ''),
  subject: (request) => request,
  apply: (request, at) => ({ subjects: [change(HighRiskRequest, at, request, { status: 'cancelled' })], edges, usage, answer: {} }),
});

/** What is being executed when its requester leaves is revoked once it is. */
export const revokeLeftBehind = defineDeparture({
  id: 'high-risk-ops.request.revoke-left-behind',
  title: 'Revoke the access of somebody who has left',
  entity: HighRiskRequest,
  person: 'requester_id',
  from: ['executed'],
  policy,
  load: ({ db, params }) => db.lock(HighRiskRequest, params.id ?? ''),
  subject: (request) => request,
  apply: (request, at) => ({
    subjects: [change(HighRiskRequest, at, request, { status: 'revoked', revoked_at: at.now })],
    ...{ edges, usage, answer: {} },
  }),
});

/** An approved request waits again for the role that somebody had filled who has left. */
export const withdrawApprovals = defineWithdrawal({
  id: 'high-risk-ops.request.withdraw-approvals',
  title: 'Withdraw the approvals of somebody who has left',
  entity: HighRiskRequest,
  from: ['pending', 'approved'],
  policy,
  load: ({ db, params }) => lockRequest(db, params.id ?? ''),
  subject: ({ request }) => request,
  apply: ({ request }, at) => ({
    subjects: [change(HighRiskRequest, at, request, { status: 'pending' })],
    edges,
    usage: none('it goes on with the workflow that the request started'),
    answer: {},
  }),
});
