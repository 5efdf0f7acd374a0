import type { Context } from 'koa';
import { PROBLEMS, Problem } from '../../sdk/index.ts';

/** Answers with RFC 9457. What is no Problem is a defect of ours: the caller learns its request id and nothing else. */
export function answerProblem(ctx: Context, requestId: string, error: unknown): void {
  const problem = error instanceof Problem ? error : new Problem('internal', `An error on our side. Report it with the request id ${requestId}.`);
  const { code, status, message, details } = problem;
  const { retry_after: _, allow: __, ...members } = details;
  setStatus(ctx, problem);
  ctx.type = 'application/problem+json';
  ctx.body = JSON.stringify({
    type: `/docs#${code}`,
    title: PROBLEMS[code].title,
    status,
    detail: message,
    instance: ctx.path,
    code,
    request_id: requestId,
    ...members,
  });
}

/** The status of a refusal and the headers that belong to it, whatever its body is. */
export function setStatus(ctx: Context, { status, details: { retry_after, allow } }: Problem): void {
  if (status === 401) ctx.set('WWW-Authenticate', 'Bearer realm="summit", error="invalid_token"');
  if (retry_after !== undefined) ctx.set('Retry-After', String(retry_after));
  if (status === 503) ctx.set('Retry-After', '5');
  if (allow !== undefined) ctx.set('Allow', allow);
  ctx.status = status;
}
