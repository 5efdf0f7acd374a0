import { join } from 'node:path';
import { fromUtf8 } from '../verify/bytes.ts';
import { type NoteKey, parseVkey, vkeyOf } from '../verify/note.ts';
import { createFile, readIfThere, replaceFile } from './files.ts';
import { tryLock } from './lock.ts';

const HEADER = `# The logs that this witness knows, one a line: log <vkey> [<url>]. The file is read again when it has changed.
# A log that changes its key goes on under another origin, and is another log here.
`;
const WAIT_MS = 5_000;

/** The logs that are witnessed, as the auditor wrote them down: lines as in a C2SP tlog-policy file. */
export class KnownLogs {
  readonly #path: string;
  #read: { readonly text: string; readonly keys: readonly NoteKey[] } = { text: '', keys: [] };

  constructor(dir: string) {
    this.#path = join(dir, 'logs');
  }

  /** @throws Error for a file that is gone or has other lines */
  async keys(): Promise<readonly NoteKey[]> {
    const text = await this.#text();
    // Looking at its time would miss a change within the clock's grain.
    if (text !== this.#read.text) this.#read = { text, keys: await this.#parse(text) };
    return this.#read.keys;
  }

  /** The keys that a log of this origin may sign with. */
  async keysOf(origin: string): Promise<readonly NoteKey[]> {
    return (await this.keys()).filter(({ name }) => name === origin);
  }

  async create(): Promise<void> {
    await createFile(this.#path, HEADER);
  }

  /** @returns false where it is known already @throws TypeError for a key that no log signs with */
  async add(vkey: string): Promise<boolean> {
    const key = await logKey(vkey);
    const lock = tryLock(`${this.#path}.lock`, WAIT_MS);
    if (lock === null) throw new Error(`${this.#path} is being changed by another process`);
    try {
      if ((await this.keys()).some((known) => vkeyOf(known) === vkeyOf(key))) return false;
      const text = await this.#text();
      await replaceFile(this.#path, `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}log ${vkeyOf(key)}\n`);
      return true;
    } finally {
      lock.release();
    }
  }

  async #text(): Promise<string> {
    const bytes = await readIfThere(this.#path);
    if (bytes === null) throw new Error(`${this.#path} is gone: put it back, an empty one knows no logs`);
    return fromUtf8(bytes);
  }

  async #parse(text: string): Promise<readonly NoteKey[]> {
    const keys: NoteKey[] = [];
    for (const [index, line] of text.split('\n').entries()) {
      const words = line.split(/[ \t]+/).filter(Boolean);
      if (words.length === 0 || words[0]?.startsWith('#')) continue;
      const [keyword, vkey] = words;
      try {
        if (keyword !== 'log' || vkey === undefined || words.length > 3) throw new TypeError('a line is log <vkey> [<url>]');
        keys.push(await logKey(vkey));
      } catch (error) {
        throw new Error(`${this.#path}, line ${index + 1}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
      }
    }
    return keys;
  }
}

async function logKey(vkey: string): Promise<NoteKey> {
  const key = await parseVkey(vkey);
  if (key.type !== 1) throw new TypeError(`${key.name} is the key of a witness (type 4), a log signs with one of type 1`);
  return key;
}
