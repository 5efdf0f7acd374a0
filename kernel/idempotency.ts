import { type Actor, canonicalJson, Problem, type ProblemCode, type ProblemDetails, sha256 } from '../sdk/index.ts';
import { IdempotencyKeys } from './database/tables.ts';
import type { TableWrite } from './write.ts';

export interface Answer {
  readonly status: number;
  readonly subjectId: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** False while the outcome of an effect is awaited, which will be the answer. */
  readonly settled: boolean;
}

/** An answer as the table idempotency_keys keeps it. */
export interface PriorAnswer {
  readonly request_digest: string;
  readonly subject_id: string;
  readonly status: number;
  readonly body: string;
  readonly settled: boolean;
}

interface StoredProblem {
  readonly problem: { readonly code: ProblemCode; readonly message: string; readonly details: ProblemDetails };
}

export function requestDigest(action: string, request: { params: object; input: unknown; expectedVersion?: number | undefined }): string {
  const { params, input, expectedVersion = null } = request;
  return sha256(canonicalJson({ action, params, input, expectedVersion }));
}

/** The row that remembers the answer, in the same statement as what it answers. None without a key, none for the system. */
export function idempotencyWrite(
  key: string | undefined,
  actor: Actor,
  digest: string,
  now: string,
  answer: Answer | Problem,
): readonly TableWrite[] {
  if (key === undefined || actor.system) return [];
  const stored =
    answer instanceof Problem
      ? {
          status: answer.status,
          settled: true,
          subject_id: null,
          body: JSON.stringify({ problem: { code: answer.code, message: answer.message, details: answer.details } } satisfies StoredProblem),
        }
      : { status: answer.status, settled: answer.settled, subject_id: answer.subjectId, body: JSON.stringify(answer.body) };
  return [{ kind: 'insert', entity: IdempotencyKeys, rows: [{ user_id: actor.id, key, request_digest: digest, created_at: now, ...stored }] }];
}

/**
 * The first answer again.
 * @throws Problem the first answer, where that was one; `idempotency-mismatch` where the request is another
 */
export function replay(prior: PriorAnswer, digest: string): Answer {
  if (prior.request_digest !== digest) {
    throw new Problem('idempotency-mismatch', 'This Idempotency-Key was used for another request: take a new key.');
  }
  const body = JSON.parse(prior.body) as Answer['body'] | StoredProblem;
  if (isStoredProblem(body)) throw new Problem(body.problem.code, body.problem.message, body.problem.details);
  return { status: prior.status, subjectId: prior.subject_id, body, settled: prior.settled };
}

function isStoredProblem(body: object): body is StoredProblem {
  return 'problem' in body;
}
