import canonicalize from 'canonicalize';
import { sha256, toHex, utf8 } from './bytes.ts';
import type { Json } from './json.ts';

/** RFC 8785 (JCS) text of what `parseJson` has read. */
export function canonical(value: Json): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('the value has no canonical form');
  return text;
}

/** SHA-256 of the canonical text, lowercase hex. */
export async function digestOf(value: Json): Promise<string> {
  return toHex(await sha256(utf8(canonical(value))));
}

export function isSame(a: Json, b: Json): boolean {
  return canonical(a) === canonical(b);
}
