import { Comment, change, defineAction, none, Strict } from '@summit/sdk';
import { HighRiskRequest } from '../entities.ts';
import { RequestAnswer } from '../request.schema.ts';
import { lockRequest, presentChanged, roundOf } from '../request.ts';
import { everybody } from '../roles.ts';

export const rejectRequest = defineAction({
  id: 'high-risk-ops.request.reject',
  title: 'Reject a request',
  route: { method: 'POST', path: '/high-risk-ops/requests/:id/reject' },
  roles: everybody,
  input: Strict({ comment: Comment }),
  answer: RequestAnswer,
  entity: HighRiskRequest,
  from: ['pending'],
  policy: none('whoever may approve may reject'),

  load: ({ db, params }) => lockRequest(db, params.id ?? ''),
  subject: ({ request }) => request,
  approval: { status: 'rejected', round: roundOf },

  apply(file, at) {
    const request = change(HighRiskRequest, at, file.request, { status: 'rejected' });
    return {
      subjects: [request],
      edges: none('the kernel links request, rejection and who rejected'),
      usage: none('a rejection is part of the workflow that the request started'),
      answer: presentChanged(file, request.after, at),
    };
  },
});
