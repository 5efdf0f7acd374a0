import { createPrivateKey, createPublicKey, generateKeyPairSync, type JsonWebKey, type KeyObject, sign } from 'node:crypto';
import { join } from 'node:path';
import { createFile, readIfThere } from '../durable-files.ts';
import { fromUtf8 } from '../verify/bytes.ts';
import { cosignedMessage, type NoteKey, noteKey, signatureLine, timestamped } from '../verify/note.ts';

export interface WitnessKey {
  readonly public: NoteKey;
  /** @param text of a checkpoint @param seconds POSIX time @returns a line of a note (C2SP tlog-cosignature, Ed25519) */
  cosign(text: string, seconds: bigint): string;
}

const pathIn = (dir: string) => join(dir, 'key.json');

/** @returns null where the folder has none @throws Error for a file that is no key */
export async function readKey(dir: string): Promise<WitnessKey | null> {
  const bytes = await readIfThere(pathIn(dir));
  if (bytes === null) return null;
  try {
    const { name, jwk }: { name: unknown; jwk: JsonWebKey } = JSON.parse(fromUtf8(bytes));
    if (typeof name !== 'string') throw new TypeError('it has no name');
    return await witnessKey(name, createPrivateKey({ key: jwk, format: 'jwk' }));
  } catch (error) {
    throw new Error(`${pathIn(dir)} is no key of a witness`, { cause: error });
  }
}

/** A new key, for `keepKey`. @throws TypeError for a name that no key may have */
export async function draftKey(name: string): Promise<string> {
  const { privateKey } = generateKeyPairSync('ed25519');
  await witnessKey(name, privateKey);
  return `${JSON.stringify({ name, jwk: privateKey.export({ format: 'jwk' }) })}\n`;
}

/** Makes it the folder's key, unless another process has just made one. */
export async function keepKey(dir: string, draft: string): Promise<void> {
  await createFile(pathIn(dir), draft);
}

async function witnessKey(name: string, key: KeyObject): Promise<WitnessKey> {
  if (key.asymmetricKeyType !== 'ed25519') throw new TypeError('a witness has an Ed25519 key');
  // In a policy file it stands for a quorum of nobody (C2SP tlog-policy).
  if (name === 'none') throw new TypeError('no witness may be called "none"');
  const { x = '' } = createPublicKey(key).export({ format: 'jwk' });
  const own = await noteKey(name, 4, Uint8Array.from(Buffer.from(x, 'base64url')));
  return {
    public: own,
    cosign: (text, seconds) => signatureLine(own, timestamped(seconds, sign(null, cosignedMessage(text, seconds), key))),
  };
}
