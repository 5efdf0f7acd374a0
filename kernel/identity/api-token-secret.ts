import { createHash, randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** By which a bearer token is known to be one of ours, to us and to those who scan for leaked ones. */
export const API_TOKEN_PREFIX = 'smt_';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** 178 bits. */
const SECRET_LENGTH = 30;
const CHECKSUM_LENGTH = 6;

/** The tenant, a slug (kernel/config/slug.ts), since every statement names its tenant; the secret; and the checksum of all before it. */
const API_TOKEN = /^(smt_([a-z0-9][a-z0-9-]{0,62})_[0-9A-Za-z]{30})([0-9A-Za-z]{6})$/;

/** A new one: `smt_<tenant>_<30 characters of chance><CRC-32 in base 62, 6 characters>`. */
export function newApiToken(tenant: string): string {
  const secret = Array.from({ length: SECRET_LENGTH }, () => BASE62.charAt(randomInt(BASE62.length))).join('');
  const text = `${API_TOKEN_PREFIX}${tenant}_${secret}`;
  return text + checksumOf(text);
}

/** The tenant of what may be an API token; null for what cannot be, misspelt or cut off, so that nobody need look for it. */
export function tenantOfApiToken(token: string): string | null {
  const [, text, tenant, checksum] = API_TOKEN.exec(token) ?? [];
  return text !== undefined && tenant !== undefined && checksumOf(text) === checksum ? tenant : null;
}

/** SHA-256 in hex: all that the database is told of it. */
export function hashOfApiToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

function checksumOf(text: string): string {
  let rest = crc32(text);
  let digits = '';
  for (let place = 0; place < CHECKSUM_LENGTH; place++) {
    digits = BASE62.charAt(rest % BASE62.length) + digits;
    rest = Math.floor(rest / BASE62.length);
  }
  return digits;
}
