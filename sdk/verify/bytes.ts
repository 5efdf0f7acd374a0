/** The hashes and encodings that all proofs here are made of. */
export type Bytes = Uint8Array<ArrayBuffer>;

export async function sha256(bytes: Uint8Array): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(bytes)));
}

/** @throws TypeError for a lone surrogate, which has no UTF-8 */
export function utf8(text: string): Bytes {
  if (!text.isWellFormed()) throw new TypeError('the text has a lone surrogate');
  return new TextEncoder().encode(text);
}

/** @throws TypeError for bytes that are no UTF-8 */
export function fromUtf8(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
}

/** RFC 4648, section 4, with padding. */
export function toBase64(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += CHUNK) binary += Reflect.apply(String.fromCharCode, null, bytes.subarray(at, at + CHUNK));
  return btoa(binary);
}

/** @throws TypeError for anything but the one text that `toBase64` gives for the bytes */
export function fromBase64(text: string): Bytes {
  const binary = binaryOf(text);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
  return bytes;
}

/** RFC 4648, section 5, without padding. */
export function toBase64Url(bytes: Uint8Array): string {
  return toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

export function concatBytes(...parts: readonly Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** So many bytes at a time become arguments of one call. */
const CHUNK = 8_192;

/** `atob` forgives white space, missing padding and stray bits, so what it gives must lead back to the text. */
function binaryOf(text: string): string {
  const notBase64 = () => new TypeError('this is not canonical base64');
  let binary: string;
  try {
    binary = atob(text);
  } catch {
    throw notBase64();
  }
  if (btoa(binary) !== text) throw notBase64();
  return binary;
}
