import { Problem } from '../../sdk/index.ts';
import { errorCodeIn, isNetworkError } from './oauth-errors.ts';
import { openidClient } from './sign-in-clients.ts';

/** By which an issuer says that it cannot answer now (RFC 6749, section 4.1.2.1). */
const LATER: ReadonlySet<string> = new Set(['server_error', 'temporarily_unavailable']);
/** By which it says that it does not know us, or that we ask for what it does not give us: nothing that the person could mend. */
const OURS: ReadonlySet<string> = new Set(['invalid_client', 'unauthorized_client', 'invalid_request', 'invalid_scope', 'unsupported_response_type']);
/** What the library says of an answer that is there, and does not hold. */
const ANSWERED_WRONGLY = /^OAUTH_(INVALID_RESPONSE|JWT_|JSON_ATTRIBUTE_COMPARISON|KEY_SELECTION|UNSUPPORTED_OPERATION|PARSE_ERROR)/;

/** What a person is told of an issuer that did not say who they are. @param title what they know it by @returns the error itself where it is a defect of ours */
export async function refusalBy(title: string, error: unknown): Promise<unknown> {
  if (error instanceof Problem) return error;
  const { ClientError } = await openidClient();
  const cause = { cause: error };
  const code = await errorCodeIn(error);
  if (code !== null) return saidBy(title, code, cause);
  if (error instanceof ClientError && ANSWERED_WRONGLY.test(error.code ?? ''))
    return new Problem('unauthenticated', `What ${title} answered does not hold, and so it does not say who you are. Begin again.`, {}, cause);
  if (error instanceof ClientError || isNetworkError(error))
    return new Problem('unavailable', `${title} does not answer now. Try again in a moment.`, {}, cause);
  return error;
}

function saidBy(title: string, code: string, cause: ErrorOptions): Problem {
  if (code === 'access_denied') return new Problem('forbidden', `You did not agree at ${title}, or it does not let you in here.`);
  if (code === 'invalid_grant')
    return new Problem(
      'unauthenticated',
      `${title} does not take this answer of its own any longer: it was used before, or is too old. Begin again.`,
    );
  if (LATER.has(code)) return new Problem('unavailable', `${title} cannot sign anybody in now. Try again in a moment.`, {}, cause);
  if (OURS.has(code))
    return new Problem('unavailable', `${title} does not take what Summit asks of it (${code}). An operator must mend the configuration.`, {}, cause);
  return new Problem('forbidden', `${title} has not signed you in: it says ${/^[a-z_]{1,60}$/.test(code) ? code : 'what cannot be shown'}.`);
}
