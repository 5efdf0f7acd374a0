import { canonicalJson, sha256 } from '../../sdk/index.ts';

/**
 * RFC 8785 (JCS) text of a value.
 * @throws TypeError for what JSON does not have: libraries coerce Date, Map, undefined and NaN without a word
 */
export function canonical(value: unknown): string {
  assertJson(value, '$');
  return canonicalJson(value);
}

/** SHA-256 of the canonical text, lowercase hex. */
export function digestOf(value: unknown): string {
  return sha256(canonical(value));
}

function assertJson(value: unknown, path: string): void {
  if (value === null || typeof value === 'boolean') return;
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw new TypeError(`${path} has a lone surrogate`);
  } else if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw new TypeError(`${path} is ${value}: numbers are safe integers, all else is a decimal string`);
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) assertJson(item, `${path}[${index}]`);
  } else if (isPlainObject(value)) {
    for (const [key, member] of Object.entries(value)) assertJson(member, `${path}.${key}`);
  } else {
    throw new TypeError(`${path} is no JSON value`);
  }
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
