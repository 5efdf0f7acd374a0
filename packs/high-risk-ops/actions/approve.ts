import { Comment, change, defineAction, none, Strict, Type } from '@summit/sdk';
import { HighRiskRequest } from '../entities.ts';
import { RequestAnswer } from '../request.schema.ts';
import { lockRequest, presentChanged, resourceOf, roundOf } from '../request.ts';
import { everybody } from '../roles.ts';
import { asksForFreshAuthentication, freshness } from '../settings.ts';

export const approveRequest = defineAction({
  id: 'high-risk-ops.request.approve',
  title: 'Approve a request',
  route: { method: 'POST', path: '/high-risk-ops/requests/:id/approve' },
  roles: everybody,
  input: Strict({ comment: Type.Optional(Comment) }),
  answer: RequestAnswer,
  entity: HighRiskRequest,
  from: ['pending'],
  // Which roles must approve it said on creation, and the kernel holds to it.
  policy: {
    entrypoint: 'high_risk/operations/decision',
    when: asksForFreshAuthentication,
    facts: ({ request }, context) => ({ resource: resourceOf(request), context: freshness(context) }),
  },

  load: ({ db, params }) => lockRequest(db, params.id ?? ''),
  subject: ({ request }) => request,
  approval: { status: 'approved', round: roundOf },

  apply(file, at) {
    const request = change(HighRiskRequest, at, file.request, { status: at.approval.complete ? 'approved' : 'pending' });
    return {
      subjects: [request],
      edges: none('the kernel links request, approval and approver'),
      usage: none('an approval is part of the workflow that the request started'),
      answer: presentChanged(file, request.after, at),
    };
  },
});
