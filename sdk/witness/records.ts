import { createHash } from 'node:crypto';
import { access, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createFile, readIfThere, replaceFile } from '../durable-files.ts';
import { fromUtf8 } from '../verify/bytes.ts';
import { type Checkpoint, parseCheckpoint } from '../verify/checkpoint.ts';
import { type NoteKey, verifyNote } from '../verify/note.ts';

export interface Cosigned extends Checkpoint {
  /** The checkpoint with the log's signature and the witness's. */
  readonly note: string;
  /** POSIX seconds. */
  readonly at: bigint;
}

/**
 * What was cosigned last, per log: a file with the checkpoint itself, so that the witness's own signature shows whether it is
 * still what was written. Nothing is kept in memory, the disk alone decides.
 */
export class Records {
  readonly #dir: string;
  readonly #key: NoteKey;

  constructor(dir: string, key: NoteKey) {
    this.#dir = folderIn(dir);
    this.#key = key;
  }

  /** @returns null where nothing was cosigned yet @throws Error for a record that cannot be read, or is not this witness's of this log */
  async last(origin: string): Promise<Cosigned | null> {
    const path = this.#path(origin, 'checkpoint');
    const bytes = await readIfThere(path);
    if (bytes === null) return this.#neverCosigned();
    try {
      const note = fromUtf8(bytes);
      const { text, verified } = await verifyNote(note, [this.#key]);
      const [signer] = verified;
      const checkpoint = parseCheckpoint(text);
      if (!signer || signer.timestamp === null) throw new TypeError('this witness has not signed it');
      if (checkpoint.origin !== origin) throw new TypeError(`it is of the log ${checkpoint.origin}`);
      return { ...checkpoint, note, at: signer.timestamp };
    } catch (error) {
      throw new Error(`${path} is not what was cosigned last of ${origin}: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    }
  }

  /** When this resolves, it is on the disk. One at a time per origin. @param note with the witness's signature */
  keep(origin: string, note: string): Promise<void> {
    return replaceFile(this.#path(origin, 'checkpoint'), note);
  }

  /** Keeps the first checkpoint that contradicts what was cosigned: both are signed by the log, which proves what it did. @returns where */
  async keepConflict(origin: string, note: string): Promise<string> {
    const path = this.#path(origin, 'conflict');
    await createFile(path, note);
    return path;
  }

  async conflict(origin: string): Promise<string | null> {
    const path = this.#path(origin, 'conflict');
    return (await readIfThere(path)) === null ? null : path;
  }

  /** A folder that is gone took all records with it, and says nothing about what was cosigned. */
  async #neverCosigned(): Promise<null> {
    await access(this.#dir);
    return null;
  }

  #path(origin: string, extension: string): string {
    return join(this.#dir, `${hashOf(origin)}.${extension}`);
  }
}

export async function createRecords(dir: string): Promise<void> {
  await mkdir(folderIn(dir), { recursive: true, mode: 0o700 });
}

/** What stands for an origin in paths: SHA-256, hex. */
export function hashOf(origin: string): string {
  return createHash('sha256').update(origin).digest('hex');
}

function folderIn(dir: string): string {
  return join(dir, 'checkpoints');
}
