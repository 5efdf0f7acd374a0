import type { Context, Middleware } from 'koa';
import type { Logger } from 'pino';
import { PROBLEMS, Problem, type ProblemDetails } from '../../sdk/index.ts';

/**
 * The one error handler. What is no refusal is logged too, and answered as a defect of ours: the caller learns its request id and nothing else.
 * @param answer in which shape a Problem leaves, with its status: RFC 9457, unless a protocol has its own
 */
export function answerProblems(log: Logger, answer: (ctx: Context, problem: Problem) => void = answerProblem): Middleware {
  return async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      answer(ctx, error instanceof Problem ? error : defect(ctx.response.get('X-Request-Id')));
      if (!(error instanceof Problem) || error.cause !== undefined) log.error({ err: error, method: ctx.method, path: ctx.path }, 'request failed');
    }
  };
}

function defect(requestId: string): Problem {
  return new Problem('internal', `An error on our side. Report it with the request id ${requestId}.`);
}

/** Answers with RFC 9457. */
function answerProblem(ctx: Context, problem: Problem): void {
  const requestId = ctx.response.get('X-Request-Id');
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
export function setStatus(ctx: Context, { status, details: { retry_after, allow, required_authentication: required } }: Problem): void {
  if (status === 401) ctx.set('WWW-Authenticate', 'Bearer realm="summit", error="invalid_token"');
  if (required) ctx.set('WWW-Authenticate', stepUp(required));
  if (retry_after !== undefined) ctx.set('Retry-After', String(retry_after));
  if (status === 503) ctx.set('Retry-After', '5');
  if (allow !== undefined) ctx.set('Allow', allow);
  ctx.status = status;
}

/** RFC 9470, section 3. */
function stepUp({ max_age, acr_values }: NonNullable<ProblemDetails['required_authentication']>): string {
  const acr = acr_values.length > 0 ? `, acr_values="${acr_values.join(' ')}"` : '';
  return `Bearer realm="summit", error="insufficient_user_authentication", error_description="A fresh sign-in is required", max_age="${max_age}"${acr}`;
}
