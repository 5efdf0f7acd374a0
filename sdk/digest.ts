import { hash } from 'node:crypto';
import canonicalize from 'canonicalize';

/**
 * SHA-256 (FIPS 180-4) of a text in UTF-8, lowercase hex.
 *
 * @example
 * ```ts
 * assert.equal(sha256('abc'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
 * ```
 */
export function sha256(text: string): string {
  return hash('sha256', text);
}

/**
 * RFC 8785 (JCS) text of what came out of a JSON parser or the database, and so is JSON: the same value is the same text, in
 * whatever order its members stand. Compare or digest this, and not `JSON.stringify`: the database gives members back in an
 * order of its own.
 *
 * @throws TypeError for undefined
 * @example
 * ```ts
 * assert.equal(canonicalJson({ country: 'NL', name: 'Globex' }), canonicalJson({ name: 'Globex', country: 'NL' }));
 * assert.throws(() => canonicalJson(undefined), { message: 'the value has no canonical form' });
 * ```
 */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('the value has no canonical form');
  return text;
}
