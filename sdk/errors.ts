/**
 * Every error that a caller can meet, in one place: by code, the HTTP status and title of its answer (RFC 9457). A code is part
 * of the public contract and never changes.
 *
 * @example
 * ```ts
 * assert.deepEqual(PROBLEMS['invalid-state'], { status: 409, title: 'The current state does not allow this' });
 * ```
 */
export const PROBLEMS = {
  'invalid-input': { status: 400, title: 'The request is not valid' },
  unauthenticated: { status: 401, title: 'Authentication is required' },
  'bad-csrf-token': { status: 403, title: 'A write by cookie needs the token of its session' },
  forbidden: { status: 403, title: 'Your role may not do this' },
  'policy-denied': { status: 403, title: 'The policy refused this' },
  'separation-of-duties': { status: 403, title: 'Another person must do this' },
  'not-found': { status: 404, title: 'Not found' },
  'pack-disabled': { status: 404, title: 'The pack is not enabled for this tenant' },
  'method-not-allowed': { status: 405, title: 'Method not allowed' },
  'invalid-state': { status: 409, title: 'The current state does not allow this' },
  conflict: { status: 409, title: 'This conflicts with what is there' },
  'too-large': { status: 413, title: 'What was sent or asked for is too large' },
  'unsupported-media-type': { status: 415, title: 'The content type is not supported' },
  'idempotency-mismatch': { status: 422, title: 'The idempotency key was used for another request' },
  'rate-limited': { status: 429, title: 'Too many requests' },
  internal: { status: 500, title: 'Something went wrong here' },
  unavailable: { status: 503, title: 'A dependency is not available' },
} as const satisfies Record<string, { status: number; title: string }>;

/** The code of a refusal: stable, in kebab-case. */
export type ProblemCode = keyof typeof PROBLEMS;

/** A receipt as the answer to a write names it. */
export interface ReceiptSlip {
  readonly id: string;
  /** SHA-256, base64. */
  readonly leaf_hash: string;
  /** A signed note: the receipt will be in the tenant's log by the time that it names. */
  readonly promise: string;
}

/** What an RFC 9457 answer may carry beside its standard members. */
export interface ProblemDetails {
  /** What is wrong with which field: `charges.0.meter`, and what reads on from it, `is required`. */
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
  /** The policy decision that refused. */
  readonly decision_id?: string;
  /** What is there already, and stands in the way of a second. */
  readonly existing?: { readonly type: string; readonly id: string };
  /** Of a refusal that is on record. */
  readonly receipt?: ReceiptSlip;
  /** Why a policy has refused, by rule. */
  readonly reasons?: readonly { readonly rule: string; readonly message: string }[];
  /** How they must have signed in for it, where a fresh sign-in would help: in seconds, and by any of these where there are any. */
  readonly required_authentication?: { readonly max_age: number; readonly acr_values: readonly string[] };
  /** Seconds. */
  readonly retry_after?: number;
  /** The methods that the path takes, as in the header `Allow`. */
  readonly allow?: string;
}

/**
 * A coded refusal. `message` names the thing and the mend, and is shown to the caller as `detail`. Throw it for what is theirs
 * to mend; any other error is a 500 that tells them nothing, and leaves a receipt `failed`.
 *
 * @example
 * ```ts
 * const embargoed = ['KP', 'SY'];
 * function assertMayTrade(country: string): void {
 *   if (!embargoed.includes(country)) return;
 *   const message = `is ${country}, where we may not buy: choose another vendor`;
 *   throw new Problem('invalid-input', `country ${message}`, { errors: [{ path: 'country', message }] });
 * }
 * assert.throws(() => assertMayTrade('KP'), {
 *   code: 'invalid-input',
 *   status: 400,
 *   message: 'country is KP, where we may not buy: choose another vendor',
 * });
 * ```
 */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly details: ProblemDetails;

  /**
   * @param message for the caller: no secrets, nothing of other tenants
   * @param details what the answer carries beside its standard members
   * @param options `cause` is for our log; the caller does not see it
   */
  constructor(code: ProblemCode, message: string, details: ProblemDetails = {}, options?: ErrorOptions) {
    super(message, options);
    this.name = 'Problem';
    this.code = code;
    this.details = details;
  }

  /** Of the HTTP answer. */
  get status(): number {
    return PROBLEMS[this.code].status;
  }
}
