import type { Context } from 'koa';
import { Problem } from '../../sdk/index.ts';

/** As patterns, for /openapi.json. */
export const IDEMPOTENCY_KEY = '^[!-~]{1,255}$';
export const ETAG = '^(W/)?"[0-9]{1,9}"$';
/** What nine digits can say. */
export const MAX_VERSION = 999_999_999;

const KEY = new RegExp(IDEMPOTENCY_KEY);
const VERSION = new RegExp(ETAG);

/** The key by which a write that is sent again is known. @throws Problem `invalid-input` */
export function idempotencyKeyOf(ctx: Context): string | undefined {
  // An empty one is a mistake, and to take it for none would be to do twice what was to be done once.
  const key = ctx.headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key === 'string' && KEY.test(key)) return key;
  throw new Problem('invalid-input', 'Idempotency-Key must be 1 to 255 printable characters without spaces.', {
    errors: [{ path: 'Idempotency-Key', message: 'must be 1 to 255 printable ASCII characters' }],
  });
}

/** The version that the caller has seen; undefined where any will do. @throws Problem `invalid-input` */
export function ifMatchOf(ctx: Context): number | undefined {
  const etag = ctx.headers['if-match'];
  if (etag === undefined || etag === '*') return undefined;
  if (VERSION.test(etag)) return Number(etag.replaceAll(/[^0-9]/g, ''));
  throw new Problem('invalid-input', 'If-Match must be an ETag of this resource, such as "3".', {
    errors: [{ path: 'If-Match', message: 'must be an ETag such as "3"' }],
  });
}
