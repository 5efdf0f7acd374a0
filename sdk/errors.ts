/** Every error that a caller can meet, in one place. `code` is part of the public contract and never changes. */
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
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
  readonly decision_id?: string;
  /** What is there already, and stands in the way of a second. */
  readonly existing?: { readonly type: string; readonly id: string };
  /** Of a refusal that is on record. */
  readonly receipt?: ReceiptSlip;
  readonly reasons?: readonly { readonly rule: string; readonly message: string }[];
  readonly retry_after?: number;
  readonly allow?: string;
}

/** A coded refusal. `message` names the thing and the mend, and is shown to the caller as `detail`. */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly details: ProblemDetails;

  /** @param options `cause` is for our log; the caller does not see it */
  constructor(code: ProblemCode, message: string, details: ProblemDetails = {}, options?: ErrorOptions) {
    super(message, options);
    this.name = 'Problem';
    this.code = code;
    this.details = details;
  }

  get status(): number {
    return PROBLEMS[this.code].status;
  }
}
