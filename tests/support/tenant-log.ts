import { generateKeyPairSync, sign } from 'node:crypto';
import { checkpointText, formatConsistency, formatProof } from '../../sdk/verify/checkpoint.ts';
import { cosignedMessage, type KeyType, type NoteKey, noteKey, signatureLine, timestamped, vkeyOf } from '../../sdk/verify/note.ts';
import { consistencyProof, inclusionProof, oracleLeaf, oracleRoot } from './tree-oracle.ts';

export interface TestKey extends NoteKey {
  sign(message: Uint8Array): Uint8Array;
}

export async function testKey(name: string, type: KeyType = 1): Promise<TestKey> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
  return { ...(await noteKey(name, type, raw)), sign: (message) => sign(null, message, privateKey) };
}

/** One epoch of a tenant's log with its keys, kept in memory. */
export class TenantLog {
  readonly origin: string;
  readonly key: TestKey;
  readonly promise: TestKey;
  readonly bundle: TestKey;
  /** What witnesses sign with, and when. */
  readonly cosigners: { key: TestKey; seconds: bigint }[] = [];
  readonly entries: Uint8Array[] = [];

  private constructor(origin: string, [key, promise, bundle]: readonly [TestKey, TestKey, TestKey]) {
    this.origin = origin;
    this.key = key;
    this.promise = promise;
    this.bundle = bundle;
  }

  static async open(origin: string): Promise<TenantLog> {
    return new TenantLog(origin, [await testKey(origin), await testKey(`${origin}/promise`), await testKey(`${origin}/bundle`)]);
  }

  /** @returns its index */
  append(entry: Uint8Array): number {
    return this.entries.push(entry) - 1;
  }

  get policyLines(): readonly string[] {
    return [`log ${vkeyOf(this.key)}`, `# promise ${vkeyOf(this.promise)}`, `# bundle ${vkeyOf(this.bundle)}`];
  }

  leaves(size = this.entries.length): Uint8Array[] {
    return this.entries.slice(0, size).map(oracleLeaf);
  }

  /** A signed and cosigned note. */
  checkpoint(size = this.entries.length, root = oracleRoot(this.leaves(size))): string {
    const text = checkpointText({ origin: this.origin, size: BigInt(size), root });
    const cosigned = this.cosigners.map(({ key, seconds }) => signatureLine(key, timestamped(seconds, key.sign(cosignedMessage(text, seconds)))));
    return `${text}\n${signatureLine(this.key, this.key.sign(Buffer.from(text)))}${cosigned.join('')}`;
  }

  proof(index: number, size = this.entries.length): string {
    const hashes = inclusionProof(this.leaves(size), index);
    return formatProof({ index: BigInt(index), hashes, checkpoint: this.checkpoint(size) });
  }

  consistency(oldSize: number, size = this.entries.length): string {
    const hashes = consistencyProof(this.leaves(size), oldSize);
    return formatConsistency({ oldSize: BigInt(oldSize), hashes, checkpoint: this.checkpoint(size) });
  }
}
