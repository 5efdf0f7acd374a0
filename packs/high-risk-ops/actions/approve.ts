import { Comment, change, defineAction, none, Strict, Type } from '@summit/sdk';
import { HighRiskRequest } from '../entities.ts';
import { RequestAnswer } from '../request.schema.ts';
import { lockRequest, presentChanged, roundOf } from '../request.ts';
import { everybody } from '../roles.ts';

export const approveRequest = defineAction({
  id: 'high-risk-ops.request.approve',
  title: 'Approve a request',
  route: { method: 'POST', path: '/high-risk-ops/requests/:id/approve' },
  roles: everybody,
  input: Strict({ comment: Type.Optional(Comment) }),
  answer: RequestAnswer,
  entity: HighRiskRequest,
  from: ['pending'],
  policy: none('the policy said on creation which roles must approve; the kernel holds to it'),

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
