import { change, defineAction, edge, insert, Nullable, none, Strict, Type } from '@summit/sdk';
import { Execution, HighRiskRequest } from '../entities.ts';
import { lockRequest } from '../request.ts';

/** What the effect `grant-access` found out. The grant runs from now, by the database's clock. */
export const recordOutcome = defineAction({
  id: 'high-risk-ops.request.record-outcome',
  title: 'Record how an execution turned out',
  roles: [],
  input: Strict({ success: Type.Boolean(), error: Nullable(Type.String()), target_executor: Type.String() }),
  entity: HighRiskRequest,
  from: ['executing'],
  policy: none('the policy decided when the execution was started'),

  load: ({ db, params }) => lockRequest(db, params.id ?? ''),
  subject: ({ request }) => request,

  apply({ request: before }, at) {
    const { success, error, target_executor } = at.input;
    const expires_at = success ? minutesAfter(at.now, before.duration_minutes) : null;
    const request = change(HighRiskRequest, at, before, { status: success ? 'executed' : 'failed', expires_at });
    const execution = insert(Execution, at, {
      id: at.newId(),
      request_id: before.id,
      success,
      error,
      executor_id: before.executor_id ?? before.requester_id,
      target_executor,
      started_at: before.started_at ?? at.now,
      finished_at: at.now,
      expires_at,
    });
    return {
      subjects: [request],
      rows: [execution],
      edges: [edge(before.id, 'has_execution', execution.row.id)],
      usage: none('it ends a step of the workflow that the request started'),
      answer: {},
    };
  },
});

function minutesAfter(time: string, minutes: number): string {
  return new Date(Date.parse(time) + minutes * 60_000).toISOString();
}
