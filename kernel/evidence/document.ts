import { createHash } from 'node:crypto';
import { Content, type ContentOptions, canonicalJson } from '../../sdk/index.ts';
import { type MemberDigest, type Seal, sealed } from './statement.ts';

/** A member of a signed document. */
export interface DocumentMember {
  readonly name: string;
  /** Canonical JSON, in pieces. */
  readonly text: Iterable<string> | AsyncIterable<string>;
  /** How it is written, where that is in the order of reading: the digest is of its canonical form in any case. */
  readonly readable?: string;
}

/** So much is written before the answer begins: what fails by then is an error, and not an answer that breaks off. */
const WHOLE_CHARS = 1_048_576;
/** What goes out at a time. */
const PIECE_CHARS = 65_536;

/**
 * One JSON object: its members one after the other, each hashed as it is written, and the signature over all of them as the
 * last. A short one is answered whole; of a long one no more is in memory than what is on its way.
 */
export function signedDocument(members: readonly DocumentMember[], seal: Seal, options: ContentOptions): Promise<Content> {
  return answered('application/json; charset=utf-8', written(members, seal), options);
}

/** Text in pieces as an answer: whole where it is short. */
export async function answered(type: string, text: AsyncIterable<string>, options: ContentOptions): Promise<Content> {
  const pieces = inPieces(text);
  let head = '';
  for (;;) {
    const { value, done } = await pieces.next();
    if (done) return new Content(type, head, options);
    head += value;
    if (head.length > WHOLE_CHARS) return new Content(type, continued(head, pieces), options);
  }
}

/** The canonical form of a list is that of its items, joined, so it never needs to be there as one text. */
export function* listText(items: Iterable<unknown>, textOf: (item: unknown) => string = canonicalJson): Generator<string> {
  let before = '[';
  for (const item of items) {
    yield before + textOf(item);
    before = ',';
  }
  yield before === '[' ? '[]' : ']';
}

/** The same of items that are read while they are written. */
export async function* readListText(items: AsyncIterable<unknown>): AsyncGenerator<string> {
  let before = '[';
  for await (const item of items) {
    yield before + canonicalJson(item);
    before = ',';
  }
  yield before === '[' ? '[]' : ']';
}

/** That of an object is its members in the order of their names, as UTF-16 sorts them (RFC 8785, section 3.2.3). */
export function* objectText(value: object): Generator<string> {
  let before = '{';
  for (const [name, member] of Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    yield `${before}${JSON.stringify(name)}:`;
    if (typeof member === 'object' && member !== null && !Array.isArray(member)) yield* objectText(member);
    else yield canonicalJson(member);
    before = ',';
  }
  yield before === '{' ? '{}' : '}';
}

async function* written(members: readonly DocumentMember[], seal: Seal): AsyncGenerator<string> {
  const digests: MemberDigest[] = [];
  for (const { name, text, readable } of members) {
    yield `${digests.length === 0 ? '{' : ','}${JSON.stringify(name)}:${readable ?? ''}`;
    const hash = createHash('sha256');
    for await (const piece of text) {
      hash.update(piece);
      if (readable === undefined) yield piece;
    }
    digests.push({ name, digest: { sha256: hash.digest('hex') } });
  }
  yield `,"signature":${canonicalJson(await sealed(digests, seal))}}\n`;
}

async function* continued(head: string, rest: AsyncIterable<string>): AsyncGenerator<string> {
  yield head;
  yield* rest;
}

async function* inPieces(text: AsyncIterable<string>): AsyncGenerator<string, undefined> {
  let piece = '';
  for await (const part of text) {
    piece += part;
    if (piece.length < PIECE_CHARS) continue;
    yield piece;
    piece = '';
  }
  yield piece;
}
