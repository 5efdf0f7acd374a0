import { hash } from 'node:crypto';
import { drawRandom } from '../random.ts';

/** A value that is bound into a receipt without being in it. */
export interface Commitment {
  readonly commitment: string;
  readonly name: string;
  readonly salt: string;
  readonly value: string;
}

/** `SHA-256(b64url(JSON [salt, name, value]))`, base64url, as SD-JWT (RFC 9901, section 4.2) digests a disclosure. */
export function commit(name: string, value: string, salt = newSalt()): Commitment {
  const disclosure = Buffer.from(JSON.stringify([salt, name, value])).toString('base64url');
  return { commitment: hash('sha256', disclosure, 'base64url'), name, salt, value };
}

/** 128 random bits. */
function newSalt(): string {
  return drawRandom(16).toString('base64url');
}
