import { Comment, create, defineAction, edge, Problem, Strict, settingsOf, Type } from '@summit/sdk';
import { HighRiskRequest } from '../entities.ts';
import { RequestAnswer } from '../request.schema.ts';
import { presentRequest, resourceOf } from '../request.ts';
import { everybody } from '../roles.ts';
import { settings } from '../settings.ts';

const Name = Type.String({ minLength: 1, maxLength: 63 });

export const createRequest = defineAction({
  id: 'high-risk-ops.request.create',
  title: 'Ask for temporary access',
  route: { method: 'POST', path: '/high-risk-ops/requests' },
  // Whether they may have it is for the policy to say.
  roles: everybody,
  input: Strict({
    type: Type.Literal('TEMP_DB_READ_ACCESS'),
    target: Name,
    environment: Name,
    duration_minutes: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
    justification: Comment,
  }),
  answer: RequestAnswer,
  entity: HighRiskRequest,
  from: [],
  success: 201,

  async load(context) {
    const { target } = context.input;
    const targets = Object.keys(settingsOf(settings, context).targets);
    if (!targets.includes(target)) {
      const message = `is not one of the configured targets ${targets.join(', ')}`;
      throw new Problem('invalid-input', `target ${message}`, { errors: [{ path: 'target', message }] });
    }
    return null;
  },
  subject: () => null,
  policy: {
    entrypoint: 'high_risk/operations/decision',
    facts: (_, { input, actor }) => ({ resource: resourceOf({ ...input, requester_id: actor.id }), context: { approvals: [] } }),
  },

  apply(_, at) {
    const { input, actor, decision } = at;
    const request = create(HighRiskRequest, at, {
      id: at.subjectId,
      status: 'pending',
      ...input,
      requester_id: actor.id,
      required_approvals: decision.required_approvals,
      executor_id: null,
      started_at: null,
      expires_at: null,
      revoked_at: null,
    });
    return {
      subjects: [request],
      edges: [edge(at.subjectId, 'requested_by', actor.id)],
      usage: [{ type: 'workflow_run', subject: at.subjectId, metadata: { workflow: 'high-risk-ops.request' } }],
      answer: presentRequest({
        request: request.after,
        approvals: [],
        execution: null,
        decisionIds: [decision.id],
        handles: new Map([[actor.id, actor.handle]]),
      }),
    };
  },
});
