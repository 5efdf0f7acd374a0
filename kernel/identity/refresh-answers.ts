import { errorCodeIn, statusIn, wasNeverSent } from './oauth-errors.ts';

/** What an issuer says when it is asked whether it vouches for somebody still. */
export type RefreshAnswer =
  | { readonly vouches: 'yes' /** To ask by the next time. */; readonly refreshToken: string }
  | { readonly vouches: 'no' }
  | {
      readonly vouches: 'unsaid';
      /** There may have been an answer with another token in it, and then the one that was sent is good no longer. */
      readonly isLost: boolean;
      readonly reason: string;
    };

/** What stands before an issuer says of it that no answer came, and it may have given one all the same. */
const OF_A_GATEWAY: ReadonlySet<number> = new Set([502, 504]);

/** @param error of the request for the token */
export async function refreshAnswerIn(error: unknown): Promise<RefreshAnswer> {
  if ((await errorCodeIn(error)) === 'invalid_grant') return { vouches: 'no' };
  const status = await statusIn(error);
  const isRefusal = status !== null && status >= 300 && !OF_A_GATEWAY.has(status);
  return { vouches: 'unsaid', isLost: !isRefusal && !wasNeverSent(error), reason: reasonOf(error) };
}

/** Nobody was asked: what the issuer says of itself could not be had. */
export function notAsked(error: unknown): RefreshAnswer {
  return { vouches: 'unsaid', isLost: false, reason: reasonOf(error) };
}

/** Of what it has answered nothing more: there may be a token in it. */
function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
