import { change, defineAction, Empty, edge, none, Problem } from '@summit/sdk';
import { hasLapsed } from '../deadlines.ts';
import { HighRiskRequest } from '../entities.ts';
import { RequestAnswer } from '../request.schema.ts';
import { lockRequest, presentChanged, resourceOf } from '../request.ts';
import { freshness } from '../settings.ts';

/** Decides that access is granted. The granting itself is an effect; how it turned out is `record-outcome`. */
export const executeRequest = defineAction({
  id: 'high-risk-ops.request.execute',
  title: 'Execute an approved request',
  route: { method: 'POST', path: '/high-risk-ops/requests/:id/execute' },
  roles: ['engineer'],
  input: Empty,
  answer: RequestAnswer,
  entity: HighRiskRequest,
  from: ['approved'],
  settles: { query: 'high-risk-ops.request.get', while: ['executing'] },

  load: ({ db, params }) => lockRequest(db, params.id ?? ''),
  subject: ({ request }) => request,
  policy: {
    entrypoint: 'high_risk/operations/decision',
    facts: ({ request, approvals }, context) => ({
      resource: resourceOf(request),
      context: {
        approvals: approvals.filter(({ status }) => status === 'approved').map(({ role, approver_id }) => ({ role, approver: approver_id })),
        ...freshness(context),
      },
    }),
  },

  apply(file, at) {
    // The job that ends it comes by once a minute.
    if (hasLapsed(file.request, at)) throw new Problem('invalid-state', 'The approval was not used in time and has lapsed: ask again.');
    const request = change(HighRiskRequest, at, file.request, { status: 'executing', executor_id: at.actor.id, started_at: at.now });
    const { id, target, duration_minutes } = request.after;
    return {
      subjects: [request],
      edges: [edge(id, 'executed_by', at.actor.id)],
      usage: none('it goes on with the workflow that the request started'),
      messages: [{ effect: 'high-risk-ops.grant-access', subject: id, payload: { target, duration_minutes } }],
      answer: presentChanged(file, request.after, at),
    };
  },
});
