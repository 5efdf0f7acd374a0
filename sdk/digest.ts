import { hash } from 'node:crypto';
import canonicalize from 'canonicalize';

/** SHA-256 of a text, lowercase hex. */
export function sha256(text: string): string {
  return hash('sha256', text);
}

/** RFC 8785 (JCS) text of what came out of a JSON parser or the database, and so is JSON: the same value is the same text. */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('the value has no canonical form');
  return text;
}
