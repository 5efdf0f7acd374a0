import { Comment, change, defineAction, edge, none, Problem, Strict, Type } from '@summit/sdk';
import { HighRiskRequest } from '../entities.ts';
import { RequestAnswer } from '../request.schema.ts';
import { lockRequest, presentChanged } from '../request.ts';

export const cancelRequest = defineAction({
  id: 'high-risk-ops.request.cancel',
  title: 'Cancel a request',
  route: { method: 'POST', path: '/high-risk-ops/requests/:id/cancel' },
  roles: ['engineer', 'operator'],
  input: Strict({ comment: Type.Optional(Comment) }),
  answer: RequestAnswer,
  entity: HighRiskRequest,
  from: ['pending', 'approved'],
  policy: none('giving up what one asked for needs no permission'),

  async load({ db, params, actor }) {
    const file = await lockRequest(db, params.id ?? '');
    if (file.request.requester_id !== actor.id && !actor.roles.includes('operator')) {
      throw new Problem('forbidden', 'Only its requester or an operator may cancel a request.');
    }
    return file;
  },
  subject: ({ request }) => request,

  apply(file, at) {
    const request = change(HighRiskRequest, at, file.request, { status: 'cancelled' });
    return {
      subjects: [request],
      edges: [edge(request.after.id, 'cancelled_by', at.actor.id)],
      usage: none('it ends a workflow, it starts none'),
      answer: presentChanged(file, request.after, at),
    };
  },
});
