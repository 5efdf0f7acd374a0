import { toBase64, utf8 } from '../../sdk/verify/bytes.ts';
import { keyidOf, type NoteKey, noteKey, signatureLine } from '../../sdk/verify/note.ts';
import type { Signer } from './signer.ts';

/** Plain Ed25519 in a signed note. */
const ED25519 = 1;

/** Signs notes (C2SP signed-note) and envelopes with keys that a signer holds. */
export class NoteSigner {
  readonly #signer: Signer;
  readonly #keys = new Map<string, Promise<NoteKey>>();

  constructor(signer: Signer) {
    this.#signer = signer;
  }

  key(name: string): Promise<NoteKey> {
    let key = this.#keys.get(name);
    if (!key) {
      key = this.#signer.publicKey(name).then((publicKey) => noteKey(name, ED25519, publicKey));
      this.#keys.set(name, key);
      // A signer that could not be reached is asked again.
      key.catch(() => this.#keys.delete(name));
    }
    return key;
  }

  /** @param text ends with a newline @returns the note, whole */
  async note(name: string, text: string): Promise<string> {
    const [key, signature] = await Promise.all([this.key(name), this.#signer.sign(name, utf8(text))]);
    return `${text}\n${signatureLine(key, signature)}`;
  }

  /** As an envelope (DSSE) names and holds it. */
  async signature(name: string, message: Uint8Array): Promise<{ keyid: string; sig: string }> {
    const [key, signature] = await Promise.all([this.key(name), this.#signer.sign(name, message)]);
    return { keyid: keyidOf(key), sig: toBase64(signature) };
  }
}
