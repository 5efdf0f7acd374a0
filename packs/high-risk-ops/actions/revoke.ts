import { Comment, change, defineAction, edge, none, Problem, Strict, Type } from '@summit/sdk';
import { HighRiskRequest } from '../entities.ts';
import { RequestAnswer } from '../request.schema.ts';
import { lockRequest, presentChanged } from '../request.ts';

export const revokeRequest = defineAction({
  id: 'high-risk-ops.request.revoke',
  title: 'Revoke access before it expires',
  route: { method: 'POST', path: '/high-risk-ops/requests/:id/revoke' },
  roles: ['engineer', 'security_officer', 'operator'],
  input: Strict({ comment: Type.Optional(Comment) }),
  answer: RequestAnswer,
  entity: HighRiskRequest,
  from: ['executed'],
  policy: none('taking access away is always safe'),

  async load({ db, params, actor }) {
    const file = await lockRequest(db, params.id ?? '');
    const mayRevokeAny = actor.roles.includes('security_officer') || actor.roles.includes('operator');
    if (!mayRevokeAny && file.request.requester_id !== actor.id) {
      throw new Problem('forbidden', 'Only its requester, a security officer or an operator may revoke access.');
    }
    return file;
  },
  subject: ({ request }) => request,

  apply(file, at) {
    const request = change(HighRiskRequest, at, file.request, { status: 'revoked', revoked_at: at.now });
    return {
      subjects: [request],
      edges: [edge(request.after.id, 'revoked_by', at.actor.id)],
      usage: none('it ends a workflow, it starts none'),
      answer: presentChanged(file, request.after, at),
    };
  },
});
