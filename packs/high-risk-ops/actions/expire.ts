import { change, defineAction, Empty, none, Problem } from '@summit/sdk';
import { hasExpired } from '../deadlines.ts';
import { HighRiskRequest } from '../entities.ts';

export const expireRequest = defineAction({
  id: 'high-risk-ops.request.expire',
  title: 'End a grant whose time is over',
  roles: [],
  input: Empty,
  entity: HighRiskRequest,
  from: ['executed'],
  policy: none('the end was decided when access was granted'),

  load: ({ db, params }) => db.lock(HighRiskRequest, params.id ?? ''),
  subject: (request) => request,

  apply(request, at) {
    // What was due when the job looked may have moved on before the lock was held.
    if (!hasExpired(request, at.now)) throw new Problem('invalid-state', `Request ${request.id}: its time is not over.`);
    return {
      subjects: [change(HighRiskRequest, at, request, { status: 'expired' })],
      edges: none('nobody did it but time'),
      usage: none('it ends a workflow, it starts none'),
      answer: {},
    };
  },
});
