import { openidClient } from './sign-in-clients.ts';

/** What nobody has been sent: there was no connection to send it by. */
const NEVER_CONNECTED: ReadonlySet<unknown> = new Set([
  ...['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT'],
]);

/** The code by which an issuer refuses (RFC 6749, sections 4.1.2.1 and 5.2); null for what is no such answer. */
export async function errorCodeIn(error: unknown): Promise<string | null> {
  const { AuthorizationResponseError, ResponseBodyError, WWWAuthenticateChallengeError } = await openidClient();
  if (error instanceof AuthorizationResponseError || error instanceof ResponseBodyError) return error.error;
  return error instanceof WWWAuthenticateChallengeError ? codeIn(error.response) : null;
}

/** The status that was answered; null where no answer came, and where it was read and did not hold. */
export async function statusIn(error: unknown): Promise<number | null> {
  const { ClientError, ResponseBodyError, WWWAuthenticateChallengeError } = await openidClient();
  if (error instanceof ResponseBodyError || error instanceof WWWAuthenticateChallengeError) return error.status;
  return error instanceof ClientError && error.cause instanceof Response ? error.cause.status : null;
}

/** `fetch` throws it, with the reason as its cause. */
export function isNetworkError(error: unknown): error is TypeError {
  return error instanceof TypeError && error.cause !== undefined && !('code' in error);
}

export function wasNeverSent(error: unknown): boolean {
  return isNetworkError(error) && error.cause instanceof Error && 'code' in error.cause && NEVER_CONNECTED.has(error.cause.code);
}

/** The library leaves the body unread where there is a challenge, which comes with `invalid_client` above all. */
async function codeIn(response: Response): Promise<string> {
  try {
    const body: unknown = await response.json();
    if (typeof body === 'object' && body !== null && 'error' in body && typeof body.error === 'string') return body.error;
  } catch {
    // What cannot be read says no more than the challenge does.
  }
  return 'invalid_client';
}
