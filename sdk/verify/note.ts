import { type Bytes, concatBytes, equalBytes, fromBase64, sha256, toBase64, toHex, utf8 } from './bytes.ts';

/** 1 is an Ed25519 signature over a note's text, 4 a witness's cosignature, which has a time (C2SP signed-note, tlog-cosignature). */
export type KeyType = 1 | 4;

export interface NoteKey {
  readonly name: string;
  readonly type: KeyType;
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** The first four bytes of SHA-256(name ‖ 0x0A ‖ type ‖ public key). */
  readonly id: Uint8Array;
}

/** A key whose signature was verified. */
export interface Signer extends NoteKey {
  /** POSIX seconds of a cosignature; null for type 1. */
  readonly timestamp: bigint | null;
}

export interface NoteSignature {
  readonly name: string;
  readonly id: Uint8Array;
  readonly signature: Uint8Array;
  /** The whole line. */
  readonly line: string;
}

export interface Note {
  /** With its last line break. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** Both as Go's `note` package has them. */
const MAX_SIGNATURES = 100;
const MAX_BYTES = 1_000_000;

/** Unicode spaces, among them the one that `\s` does not know, and the plus. */
const NAME = /^[^\s\u0085+]+$/u;

/** @throws TypeError for a name that no key may have, or no Ed25519 key */
export async function noteKey(name: string, type: KeyType, publicKey: Uint8Array): Promise<NoteKey> {
  if (!NAME.test(name) || hasControl(name)) throw new TypeError(`"${name}" is no name for a key`);
  if (publicKey.length !== 32) throw new TypeError(`the key ${name} has ${publicKey.length} bytes, Ed25519 has 32`);
  const digest = await sha256(concatBytes(utf8(`${name}\n`), Uint8Array.of(type), publicKey));
  return Object.freeze({ name, type, publicKey, id: digest.slice(0, 4) });
}

/** `name+hex8+base64(type ‖ public key)`, as policy files have it. */
export function vkeyOf(key: NoteKey): string {
  return `${keyidOf(key)}+${toBase64(concatBytes(Uint8Array.of(key.type), key.publicKey))}`;
}

/** @throws TypeError for anything but the one vkey of a key of type 1 or 4 */
export async function parseVkey(text: string): Promise<NoteKey> {
  const [, name = '', id, encoded = ''] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/su.exec(text) ?? [];
  if (name === '') throw new TypeError('a vkey is name+hex8+base64');
  const [type, ...publicKey] = fromBase64(encoded);
  if (type !== 1 && type !== 4) throw new TypeError(`the key ${name} has the type ${type}, known are 1 and 4`);
  const key = await noteKey(name, type, Uint8Array.from(publicKey));
  if (toHex(key.id) !== id) throw new TypeError(`the key ${name} has the id ${toHex(key.id)}, its vkey says ${id}`);
  return key;
}

/** What names the key in a signature of another format: `name+hex8`. */
export function keyidOf({ name, id }: NoteKey): string {
  return `${name}+${toHex(id)}`;
}

/** @param signature of a cosignature: with its time before it, see `timestamped` */
export function signatureLine({ name, id }: Pick<NoteKey, 'name' | 'id'>, signature: Uint8Array): string {
  return `— ${name} ${toBase64(concatBytes(id, signature))}\n`;
}

/** What a witness signs. @param seconds POSIX time */
export function cosignedMessage(text: string, seconds: bigint): Bytes {
  return utf8(`cosignature/v1\ntime ${seconds}\n${text}`);
}

/** The `timestamped_signature` of C2SP tlog-cosignature. @throws RangeError for a time from 2⁶³ on */
export function timestamped(seconds: bigint, signature: Uint8Array): Bytes {
  if (seconds < 0n || seconds >= 1n << 63n) throw new RangeError(`${seconds} is no time of a cosignature`);
  const time = new Uint8Array(8);
  new DataView(time.buffer).setBigUint64(0, seconds);
  return concatBytes(time, signature);
}

/** @throws TypeError for what C2SP signed-note does not allow */
export function parseNote(note: string): Note {
  if (note.length > MAX_BYTES || utf8(note).length > MAX_BYTES) throw new TypeError(`a note has at most ${MAX_BYTES} bytes`);
  if (hasControl(note.replaceAll('\n', ''))) throw new TypeError('a note has no control characters but line breaks');
  const end = note.lastIndexOf('\n\n');
  if (end <= 0 || !note.endsWith('\n')) throw new TypeError('a note is a text, an empty line and signatures');
  const lines = note.slice(end + 2, -1).split('\n');
  if (lines.length > MAX_SIGNATURES) throw new TypeError(`a note has at most ${MAX_SIGNATURES} signatures`);
  return { text: note.slice(0, end + 1), signatures: lines.map(parseSignature) };
}

/**
 * Signatures by unknown keys prove nothing and are ignored; where no known key has signed, `verified` is empty and the text not
 * to be trusted. Each key counts once.
 * @throws TypeError for what is no note, or is not signed by a known key that it names
 */
export async function verifyNote(note: string, keys: readonly NoteKey[]): Promise<{ text: string; verified: readonly Signer[] }> {
  const { text, signatures } = parseNote(note);
  const verified: Signer[] = [];
  for (const { name, id, signature } of signatures) {
    const key = keys.find((known) => known.name === name && equalBytes(known.id, id));
    if (!key) continue;
    const signer = await signerOf(key, text, signature);
    if (!verified.some((other) => keyidOf(other) === keyidOf(key))) verified.push(signer);
  }
  return { text, verified };
}

export async function verifyEd25519(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): Promise<boolean> {
  if (publicKey.length !== 32 || signature.length !== 64) return false;
  const key = await crypto.subtle.importKey('raw', new Uint8Array(publicKey), 'Ed25519', false, ['verify']);
  return crypto.subtle.verify('Ed25519', key, new Uint8Array(signature), new Uint8Array(message));
}

async function signerOf(key: NoteKey, text: string, signature: Uint8Array): Promise<Signer> {
  const timestamp = key.type === 4 ? timeOf(key, signature) : null;
  const message = timestamp === null ? utf8(text) : cosignedMessage(text, timestamp);
  const isGenuine = await verifyEd25519(key.publicKey, message, timestamp === null ? signature : signature.subarray(8));
  if (!isGenuine) throw new TypeError(`the signature of ${keyidOf(key)} does not verify`);
  return { ...key, timestamp };
}

function timeOf(key: NoteKey, signature: Uint8Array): bigint {
  if (signature.length !== 72) throw new TypeError(`the cosignature of ${keyidOf(key)} has ${signature.length} bytes, not 72`);
  const seconds = new DataView(signature.buffer, signature.byteOffset).getBigUint64(0);
  if (seconds >= 1n << 63n) throw new TypeError(`the cosignature of ${keyidOf(key)} has no time`);
  return seconds;
}

function parseSignature(line: string): NoteSignature {
  const [, name = '', encoded = ''] = /^— ([^ ]+) ([^ ]+)$/u.exec(line) ?? [];
  if (!NAME.test(name)) throw new TypeError(`"${line}" is no signature of a note`);
  const bytes = fromBase64(encoded);
  if (bytes.length < 5) throw new TypeError(`the signature of ${name} is too short`);
  return { name, id: bytes.slice(0, 4), signature: bytes.slice(4), line };
}

/** Below U+0020. */
function hasControl(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) < 0x20) return true;
  return false;
}
