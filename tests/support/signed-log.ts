import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { utf8 } from '../../sdk/verify/bytes.ts';
import { checkpointText, formatConsistency } from '../../sdk/verify/checkpoint.ts';
import { CompactRange, leafHash } from '../../sdk/verify/merkle.ts';
import { type NoteKey, noteKey, signatureLine, vkeyOf } from '../../sdk/verify/note.ts';
import { consistencyProof } from './tree-oracle.ts';

/** A log that signs whatever a test wants it to. */
export class SignedLog {
  readonly key: NoteKey;
  readonly #privateKey: KeyObject;
  readonly #leaves: readonly Uint8Array[];

  private constructor(key: NoteKey, privateKey: KeyObject, leaves: readonly Uint8Array[]) {
    this.key = key;
    this.#privateKey = privateKey;
    this.#leaves = leaves;
  }

  static async create(origin: string, size = 64): Promise<SignedLog> {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const raw = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
    const leaves = await Promise.all(Array.from({ length: size }, (_, index) => leafHash(utf8(`${origin} ${index}`))));
    return new SignedLog(await noteKey(origin, 1, Uint8Array.from(raw)), privateKey, leaves);
  }

  get origin(): string {
    return this.key.name;
  }

  get vkey(): string {
    return vkeyOf(this.key);
  }

  /** What stands for it in the witness's paths. */
  get hash(): string {
    return createHash('sha256').update(this.origin).digest('hex');
  }

  /** The same log, which shows others another history from this leaf on. */
  async forkedAt(index: number): Promise<SignedLog> {
    const leaves = await Promise.all(this.#leaves.map((leaf, at) => (at < index ? leaf : leafHash(utf8(`other ${at}`)))));
    return new SignedLog(this.key, this.#privateKey, leaves);
  }

  async text(size: number): Promise<string> {
    const tree = CompactRange.of();
    for (const leaf of this.#leaves.slice(0, size)) await tree.append(leaf);
    return checkpointText({ origin: this.origin, size: tree.size, root: await tree.root() });
  }

  sign(text: string): string {
    return `${text}\n${signatureLine(this.key, sign(null, utf8(text), this.#privateKey))}`;
  }

  async checkpoint(size: number): Promise<string> {
    return this.sign(await this.text(size));
  }

  proof(oldSize: number, size: number): readonly Uint8Array[] {
    return oldSize === 0 || oldSize > size ? [] : consistencyProof(this.#leaves.slice(0, size), oldSize);
  }

  /** What the log sends to its witnesses. */
  async body(oldSize: number, size: number): Promise<string> {
    return formatConsistency({ oldSize: BigInt(oldSize), hashes: this.proof(oldSize, size), checkpoint: await this.checkpoint(size) });
  }
}
