import type { Finding } from '../../sdk/verify/index.ts';
import type { SummaryReceipt } from './summary.ts';

/** What is known of a receipt. Only a verification makes it `verified` or `failed`; what the server says is `logged` at most. */
export type Standing = 'verified' | 'logged' | 'waiting' | 'failed' | 'missing';

/** What a verification here has found out about receipts. */
export interface Verification {
  /** Base64 hashes of the leaves that are proven to be in the log. */
  readonly leaves: ReadonlySet<string>;
  readonly findings: readonly Pick<Finding, 'verdict' | 'message'>[];
  /** Ids of the receipts that there were when the bundle was asked for: of others it says nothing. */
  readonly covers: ReadonlySet<string>;
}

export function standingOf({ id, leaf_hash, log_index, state }: SummaryReceipt, verification: Verification | null): Standing {
  if (state === 'missing' || id === null) return 'missing';
  if (verification?.covers.has(id)) {
    const { leaves, findings } = verification;
    const isSpokenAgainst = findings.some(({ verdict, message }) => WEIGHTY.has(verdict) && message.includes(id));
    return leaf_hash !== null && leaves.has(leaf_hash) && !isSpokenAgainst ? 'verified' : 'failed';
  }
  return log_index === null ? 'waiting' : 'logged';
}

/** Findings that say something against the receipt that they name; others speak of its decisions, or only note something. */
const WEIGHTY: ReadonlySet<string> = new Set(['INVALID', 'DIVERGED', 'UNANCHORED']);
