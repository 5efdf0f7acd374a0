import { createHash, randomBytes } from 'node:crypto';

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
  return { commitment: createHash('sha256').update(disclosure).digest('base64url'), name, salt, value };
}

const SALT_BYTES = 16;
let pool = Buffer.alloc(0);

/** 128 random bits. They are drawn for many salts at once, since each draw is a system call. */
function newSalt(): string {
  if (pool.length === 0) pool = randomBytes(SALT_BYTES * 64);
  const salt = pool.toString('base64url', 0, SALT_BYTES);
  pool = pool.subarray(SALT_BYTES);
  return salt;
}
