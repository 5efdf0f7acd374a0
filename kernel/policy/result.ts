/** What a policy of ours answers. */
export interface PolicyResult {
  readonly allowed: boolean;
  readonly required_approvals: readonly string[];
  /** The required roles whose approval of an earlier content still counts; none unless it says so. */
  readonly kept_approvals?: readonly string[];
  readonly reasons: readonly Reason[];
  /** Whoever asks has signed in as lately, and as, the question asks. */
  readonly fresh_authentication?: true;
  /** Of a refusal: how they must have signed in, where that would help. */
  readonly required_authentication?: RequiredAuthentication;
}

export interface RequiredAuthentication {
  /** Seconds. */
  readonly max_age: number;
  /** Any of these, where there are any. */
  readonly acr_values: readonly string[];
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
    (!('required_authentication' in value) || isRequiredAuthentication(value.required_authentication)) &&
    (!('fresh_authentication' in value) || value.fresh_authentication === true) &&
    'reasons' in value &&
    Array.isArray(value.reasons) &&
    value.reasons.every(isReason)
  );
}

function isRequiredAuthentication(value: unknown): value is RequiredAuthentication {
  return (
    typeof value === 'object' &&
    value !== null &&
    'max_age' in value &&
    Number.isSafeInteger(value.max_age) &&
    'acr_values' in value &&
    Array.isArray(value.acr_values) &&
    value.acr_values.every((acr) => typeof acr === 'string' && ACR.test(acr))
  );
}

/** A word that a header can quote. */
const ACR = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

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
