import { validate as isUuid, v7 } from 'uuid';
import { drawRandom } from './random.ts';

let milliseconds = 0;
let sequence = 0;

/** A UUIDv7 (RFC 9562). Those of one process ascend, also within a millisecond: method 1 of its section 6.2. */
export function newId(): string {
  const random = drawRandom(16);
  const now = Date.now();
  if (now > milliseconds) {
    milliseconds = now;
    // The upper bit stays clear, so that the counter has room to go up.
    sequence = random.readUInt32BE(6) & 0x7fffffff;
  } else if (++sequence > 0xffffffff) {
    milliseconds++;
    sequence = 0;
  }
  return v7({ random, msecs: milliseconds, seq: sequence });
}

/** A UUID as the database writes it, since ids are compared as texts and whoever sends one may write it large: RFC 9562, section 4. What is none stays as it is. */
export function canonicalId(text: string): string {
  return isUuid(text) ? text.toLowerCase() : text;
}
