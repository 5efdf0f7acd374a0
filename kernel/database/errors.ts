import { Problem } from '../../sdk/index.ts';
import { StaleGrant } from '../settle.ts';

/** SQLSTATEs, never constraint names: a distributed database names constraints otherwise. */
const RETRYABLE: ReadonlySet<string> = new Set([
  '23505', // unique_violation: a concurrent request with the same key or name won
  '40001', // serialization_failure
  '40P01', // deadlock_detected
  'SU003', // our own: a guarded update hit no row
]);

export function sqlState(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** A rerun from `load` may succeed, since the world has moved. */
export function isRetryable(error: unknown): boolean {
  return error instanceof StaleGrant || RETRYABLE.has(sqlState(error) ?? '');
}

/** The database did not answer. Whether a COMMIT that was underway has been done, nobody can say. */
export class DatabaseUnavailable extends Problem {
  constructor(committing: boolean) {
    super(
      'unavailable',
      committing
        ? 'The database went away while it committed: this may have been done. Retry with the same Idempotency-Key.'
        : 'The database did not answer, and nothing was changed. Try again.',
    );
  }
}

/** It cannot be reached, is shutting down, starting up, out of resources, or took too long. */
export function isUnavailable(error: unknown): boolean {
  const code = sqlState(error) ?? '';
  if (/^(08...|53...|57P0.|57014|ECONN\w+|EPIPE|ENOTFOUND|ETIMEDOUT|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/.test(code)) return true;
  return (
    error instanceof Error &&
    /connection terminated|connection error|query read timeout|client has encountered|timeout exceeded when trying to connect|pool after calling end|PGlite is closed/i.test(
      error.message,
    )
  );
}

/** A value that its column cannot take: what slipped through a schema is still the caller's. */
export function isInvalidValue(error: unknown): boolean {
  return /^22...$/.test(sqlState(error) ?? '');
}
