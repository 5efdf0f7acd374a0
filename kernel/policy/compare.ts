import { canonicalJson } from '../../sdk/index.ts';
import type { PolicyResult } from './result.ts';

/** In what a result differs from the one on record, the gravest first. */
export type Difference = 'allow-to-deny' | 'deny-to-allow' | 'approvals' | 'reasons' | 'other';

/** null where they are the same, byte for byte, as canonical JSON. */
export function compareResults(recorded: PolicyResult, now: PolicyResult): Difference | null {
  if (canonicalJson(recorded) === canonicalJson(now)) return null;
  if (recorded.allowed !== now.allowed) return recorded.allowed ? 'allow-to-deny' : 'deny-to-allow';
  if (approvalsIn(recorded) !== approvalsIn(now)) return 'approvals';
  return canonicalJson(recorded.reasons) === canonicalJson(now.reasons) ? 'other' : 'reasons';
}

/** The rules that a difference is about: those that now deny, or those that no longer do. */
export function rulesOf(difference: Difference, recorded: PolicyResult, now: PolicyResult): readonly string[] {
  const rules = (result: PolicyResult) => result.reasons.map(({ rule }) => rule);
  if (difference === 'deny-to-allow') return rules(recorded);
  if (difference === 'reasons') {
    const [before, after] = [new Set(rules(recorded)), new Set(rules(now))];
    return [...before.symmetricDifference(after)].sort();
  }
  return rules(now);
}

function approvalsIn({ required_approvals, kept_approvals = [] }: PolicyResult): string {
  return canonicalJson([required_approvals, kept_approvals]);
}
