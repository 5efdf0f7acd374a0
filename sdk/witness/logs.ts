import { join } from 'node:path';
import { createFile, readIfThere, replaceFile } from '../durable-files.ts';
import { fromUtf8 } from '../verify/bytes.ts';
import { type NoteKey, vkeyOf } from '../verify/note.ts';
import { parsePolicy } from '../verify/policy.ts';
import { tryLock } from './lock.ts';

const EMPTY = `# The logs that this witness knows, as C2SP tlog-policy: log <vkey> [<url>]. The file is read again when it has changed.
# A log that changes its key goes on under another origin, and is another log here. No other line means anything to a witness.
quorum none
`;
const WAIT_MS = 5_000;

/** The logs that are witnessed, as the auditor wrote them down: those of a policy. */
export class KnownLogs {
  readonly #path: string;
  #read: { readonly text: string; readonly keys: readonly NoteKey[] } | null = null;

  constructor(dir: string) {
    this.#path = join(dir, 'policy');
  }

  /** @throws Error for a file that is gone, or is no policy */
  async keys(): Promise<readonly NoteKey[]> {
    const text = await this.#text();
    // Looking at its time would miss a change within the clock's grain.
    if (text !== this.#read?.text) this.#read = { text, keys: await this.#keysIn(text) };
    return this.#read.keys;
  }

  /** The keys that a log of this origin may sign with. */
  async keysOf(origin: string): Promise<readonly NoteKey[]> {
    return (await this.keys()).filter(({ name }) => name === origin);
  }

  async create(): Promise<void> {
    await createFile(this.#path, EMPTY);
  }

  /** @returns false where it is known already @throws TypeError for what is no vkey of a log, or has the public key of another */
  async add(vkey: string): Promise<boolean> {
    if (/\s/.test(vkey)) throw new TypeError('a vkey has no spaces');
    const lock = tryLock(`${this.#path}.lock`, WAIT_MS);
    if (lock === null) throw new Error(`${this.#path} is being changed by another process`);
    try {
      if ((await this.keys()).some((key) => vkeyOf(key) === vkey)) return false;
      const text = await this.#text();
      const changed = `${text}${text.endsWith('\n') ? '' : '\n'}log ${vkey}\n`;
      await parsePolicy(changed);
      await replaceFile(this.#path, changed);
      return true;
    } finally {
      lock.release();
    }
  }

  async #text(): Promise<string> {
    const bytes = await readIfThere(this.#path);
    if (bytes === null) throw new Error(`${this.#path} is gone: put it back, with no logs in it where there are none`);
    try {
      return fromUtf8(bytes);
    } catch (error) {
      throw new Error(`${this.#path} is no UTF-8`, { cause: error });
    }
  }

  async #keysIn(text: string): Promise<readonly NoteKey[]> {
    try {
      return (await parsePolicy(text)).logs;
    } catch (error) {
      throw new Error(`${this.#path}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  }
}
