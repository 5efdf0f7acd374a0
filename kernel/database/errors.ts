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

/** The database cannot be reached, is shutting down or starting up, or dropped the connection. */
export function isUnavailable(error: unknown): boolean {
  const code = sqlState(error) ?? '';
  if (/^(08...|57P0[123]|53300|ECONN\w+|EPIPE|ENOTFOUND|ETIMEDOUT)$/.test(code)) return true;
  return error instanceof Error && /connection terminated|connection error|client has encountered/i.test(error.message);
}
