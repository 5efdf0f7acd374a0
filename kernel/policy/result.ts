/** What a policy of ours answers. */
export interface PolicyResult {
  readonly allowed: boolean;
  readonly required_approvals: readonly string[];
  /** The required roles whose approval of an earlier content still counts; none unless it says so. */
  readonly kept_approvals?: readonly string[];
  readonly reasons: readonly Reason[];
}

export interface Reason {
  readonly rule: string;
  readonly message: string;
}

/** @throws TypeError for a result that is undefined, ambiguous or of another shape: it lets nothing through */
export function resultOf(answers: unknown): PolicyResult {
  const result: unknown = Array.isArray(answers) && answers.length === 1 ? answers[0]?.result : undefined;
  if (result === undefined) throw new TypeError('its result is undefined');
  if (!isPolicyResult(result)) throw new TypeError('its result has another shape than {allowed, required_approvals, reasons}');
  return result;
}

function isPolicyResult(value: unknown): value is PolicyResult {
  return (
    typeof value === 'object' &&
    value !== null &&
    'allowed' in value &&
    typeof value.allowed === 'boolean' &&
    'required_approvals' in value &&
    Array.isArray(value.required_approvals) &&
    value.required_approvals.every((role) => typeof role === 'string') &&
    (!('kept_approvals' in value) || (Array.isArray(value.kept_approvals) && value.kept_approvals.every((role) => typeof role === 'string'))) &&
    'reasons' in value &&
    Array.isArray(value.reasons) &&
    value.reasons.every(isReason)
  );
}

function isReason(value: unknown): value is Reason {
  return (
    typeof value === 'object' &&
    value !== null &&
    'rule' in value &&
    typeof value.rule === 'string' &&
    'message' in value &&
    typeof value.message === 'string'
  );
}
