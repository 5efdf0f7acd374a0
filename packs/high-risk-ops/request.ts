import type { ActionContext, Approval, ApprovalRound, LockingReader, Reader, Row } from '@summit/sdk';
import { Execution, HighRiskRequest } from './entities.ts';

export type Request = Row<typeof HighRiskRequest>;

/** A request with all that belongs to it. */
export interface RequestFile {
  readonly request: Request;
  readonly approvals: readonly Approval[];
  readonly execution: Row<typeof Execution> | null;
  readonly decisionIds: readonly string[];
  /** Handles of everybody named in it, by user id. */
  readonly handles: ReadonlyMap<string, string>;
}

/** @throws Problem `not-found` */
export async function lockRequest(db: LockingReader, id: string): Promise<RequestFile> {
  const request = await db.lock(HighRiskRequest, id);
  const [file] = await filesOf(db, [request]);
  return file as RequestFile;
}

/** Reads what belongs to each request, with one query a kind, however many requests there are. */
export async function filesOf(db: Reader, requests: readonly Request[]): Promise<readonly RequestFile[]> {
  const ids = requests.map(({ id }) => id);
  const [approvals, executions, decisions] = await Promise.all([db.approvals(ids), db.find(Execution, { request_id: ids }), db.decisions(ids)]);
  const people = [
    ...requests.flatMap(({ requester_id, executor_id }) => [requester_id, ...(executor_id ? [executor_id] : [])]),
    ...approvals.map(({ approver_id }) => approver_id),
  ];
  const handles = await db.handles([...new Set(people)]);
  return requests.map((request) => ({
    request,
    approvals: approvals.filter(({ subject_id }) => subject_id === request.id),
    execution: executions.find(({ request_id }) => request_id === request.id) ?? null,
    decisionIds: decisions.get(request.id) ?? [],
    handles,
  }));
}

/** The request as the API shows it. */
export function presentRequest({ request, approvals, execution, decisionIds, handles }: RequestFile) {
  const handle = (userId: string) => handles.get(userId) ?? userId;
  return {
    id: request.id,
    type: request.type,
    target: request.target,
    environment: request.environment,
    duration_minutes: request.duration_minutes,
    justification: request.justification,
    status: request.status,
    requester: handle(request.requester_id),
    required_approvals: request.required_approvals,
    approvals: approvals.map(({ id, approver_id, role, status, comment, created_at }) => ({
      id,
      approver: handle(approver_id),
      role,
      status,
      comment,
      created_at,
    })),
    execution: execution && {
      id: execution.id,
      status: request.status,
      success: execution.success,
      error: execution.error,
      executor: handle(execution.executor_id),
      target_executor: execution.target_executor,
      started_at: execution.started_at,
      finished_at: execution.finished_at,
      expires_at: execution.expires_at,
      revoked_at: request.revoked_at,
    },
    decision_ids: decisionIds,
    created_at: request.created_at,
    updated_at: request.updated_at,
    version: request.version,
  };
}

/** The request after an action, with what the action itself has added. */
export function presentChanged(
  file: RequestFile,
  request: Request,
  { actor, approval, decision }: Pick<ActionContext<unknown>, 'actor' | 'approval' | 'decision'>,
) {
  return presentRequest({
    ...file,
    request,
    approvals: approval ? [...file.approvals, approval.approval] : file.approvals,
    decisionIds: decision ? [...file.decisionIds, decision.id] : file.decisionIds,
    handles: new Map([...file.handles, [actor.id, actor.handle]]),
  });
}

/** What is up for approval: the request as it was made, decided by anybody but its requester. */
export function roundOf({ request, approvals }: RequestFile): ApprovalRound {
  const { id, type, target, environment, duration_minutes, requester_id } = request;
  return {
    required: request.required_approvals,
    given: approvals,
    excluded: [requester_id],
    content: { id, type, target, environment, duration_minutes, requester_id },
  };
}

/** What the policy judges by. */
export function resourceOf({
  type,
  target,
  environment,
  duration_minutes,
  requester_id,
}: Pick<Request, 'type' | 'target' | 'environment' | 'duration_minutes' | 'requester_id'>) {
  return { type, target, environment, duration_minutes, requester: requester_id };
}
