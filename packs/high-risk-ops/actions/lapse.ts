import { change, defineAction, Empty, none, Problem } from '@summit/sdk';
import { hasLapsed } from '../deadlines.ts';
import { HighRiskRequest } from '../entities.ts';

export const lapseRequest = defineAction({
  id: 'high-risk-ops.request.lapse',
  title: 'End a request that was not used in time',
  roles: [],
  input: Empty,
  entity: HighRiskRequest,
  from: ['pending', 'approved'],
  policy: none('the tenant has set how long an unused request lives'),

  load: ({ db, params }) => db.lock(HighRiskRequest, params.id ?? ''),
  subject: (request) => request,

  apply(request, at) {
    // What was due when the job looked may have moved on before the lock was held.
    if (!hasLapsed(request, at)) throw new Problem('invalid-state', `Request ${request.id}: it has been used in time.`);
    return {
      subjects: [change(HighRiskRequest, at, request, { status: 'lapsed' })],
      edges: none('nobody did it but time'),
      usage: none('it ends a workflow, it starts none'),
      answer: {},
    };
  },
});
