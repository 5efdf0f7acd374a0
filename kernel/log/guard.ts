import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createFile } from '../../sdk/durable-files.ts';
import { verifyConsistency } from '../../sdk/verify/merkle.ts';

/** A head that was signed: what every later one must be consistent with. */
export interface SignedHead {
  readonly size: number;
  readonly root: Buffer;
}

/** A head that is to be signed, as the database has it. */
export interface Candidate extends SignedHead {
  /** The database knows of no checkpoint of this log: nothing has been signed yet, unless a guard knows better. */
  readonly isFirst: boolean;
  /** The consistency proof from a smaller size, from the stored tiles. */
  prove(oldSize: number): Promise<readonly Uint8Array[]>;
}

/** A log that asks to be signed. */
export interface Signable {
  readonly origin: string;
  /** The epoch after it: once that was signed, this one has ended. */
  readonly successor: string;
  /** What there is to sign now, or null. Read after the guard's own record, which is never ahead of the database then. */
  read(): Promise<Candidate | null>;
  /** @returns the signed note */
  sign(head: SignedHead): Promise<string>;
}

/** A checkpoint that may be shown, with what a witness that stood guard has added to it. */
export interface Guarded {
  readonly head: SignedHead;
  readonly note: string;
  readonly cosignature: { readonly witness: string; readonly line: string } | null;
}

/**
 * Stands between the database and the key: knows from elsewhere what was signed last, and lets nothing be signed that is
 * not consistent with it. So a database that was set back, or whose tiles were altered, is seen before anybody is told.
 */
export interface Guard {
  /** @returns null where there is nothing to sign @throws SignerRefusal; any other error where it cannot tell, to be tried again */
  sign(log: Signable): Promise<Guarded | null>;
  /** How many leaves were signed; null where it does not know, or its record cannot be read. */
  known(origin: string): Promise<number | null>;
}

/** The log may not be signed: what the database holds contradicts what was signed. Somebody must look at it. */
export class SignerRefusal extends Error {}

/** @throws SignerRefusal where the candidate does not continue what was signed last */
async function assertContinues(origin: string, last: SignedHead, { size, root, prove }: Candidate): Promise<void> {
  if (size < last.size) {
    throw new SignerRefusal(`${origin} has ${size} leaves in the database, and ${last.size} were signed: it was set back. See summit log recover`);
  }
  const proof = await prove(last.size);
  const sizes = { oldSize: BigInt(last.size), newSize: BigInt(size) };
  if (await verifyConsistency({ ...sizes, oldRoot: last.root, newRoot: root, proof: [...proof] })) return;
  throw new SignerRefusal(
    `${origin} of ${size} leaves does not begin with the ${last.size} that were signed: it was altered. See summit log recover`,
  );
}

/**
 * A folder with a file for each step, which can be made once: of two processes that share the folder one takes the step.
 * It may lie on a file system that all replicas share; a link is atomic there too.
 */
export class FileGuard implements Guard {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async sign(log: Signable): Promise<Guarded | null> {
    const { origin, successor } = log;
    if ((await this.#lastStep(successor)) > 0) {
      throw new SignerRefusal(`${origin} has ended, since ${successor} was signed: the database was set back. See summit log recover`);
    }
    const step = await this.#lastStep(origin);
    const last = step === 0 ? null : await this.#read(origin, step);
    const candidate = await log.read();
    if (!candidate) return null;
    if (last) await assertContinues(origin, last, candidate);
    else if (!candidate.isFirst) {
      throw new SignerRefusal(`the guard in ${this.#folder} knows nothing of ${origin}, which was signed before. See summit log recover`);
    }
    // What was signed and not stored, since the process died, is no new step.
    if (last?.size !== candidate.size) await this.#step(origin, step + 1, candidate);
    return { head: candidate, note: await log.sign(candidate), cosignature: null };
  }

  async known(origin: string): Promise<number | null> {
    const step = await this.#lastStep(origin);
    if (step === 0) return null;
    const unreadable = (error: unknown) => {
      if (error instanceof SignerRefusal) return null;
      throw error;
    };
    return (await this.#read(origin, step).catch(unreadable))?.size ?? null;
  }

  /** @throws Error where another process has taken the step: what it signed must be looked at first */
  async #step(origin: string, step: number, head: SignedHead): Promise<void> {
    await mkdir(this.#folderOf(origin), { recursive: true, mode: 0o700 });
    const record = JSON.stringify({ origin, size: head.size, root: head.root.toString('base64') });
    if (!(await createFile(this.#path(origin, step), record))) throw new Error(`another process has signed ${origin} first`);
    // Steps far back are taken away. Whoever took so long that its step was free again has come too late.
    if ((await this.#lastStep(origin)) > step) {
      await rm(this.#path(origin, step), { force: true });
      throw new Error(`other processes have signed ${origin} meanwhile`);
    }
    await rm(this.#path(origin, step - 2), { force: true });
  }

  async #lastStep(origin: string): Promise<number> {
    const names = await readdir(this.#folderOf(origin)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    });
    return Math.max(0, ...names.flatMap((name) => (/^\d+\.json$/.test(name) ? [Number.parseInt(name, 10)] : [])));
  }

  /** @throws SignerRefusal for a file that is no head: what was signed is not known then */
  async #read(origin: string, step: number): Promise<SignedHead> {
    const path = this.#path(origin, step);
    try {
      const { size, root } = JSON.parse(await readFile(path, 'utf8')) as { size: number; root: string };
      const bytes = Buffer.from(root, 'base64');
      if (Number.isSafeInteger(size) && bytes.length === 32) return { size, root: bytes };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new Error(`other processes have signed ${origin} meanwhile`);
      throw new SignerRefusal(`the guard's file ${path} cannot be read`, { cause: error });
    }
    throw new SignerRefusal(`the guard's file ${path} holds no head of a log`);
  }

  #folderOf(origin: string): string {
    return join(this.#folder, encodeURIComponent(origin));
  }

  #path(origin: string, step: number): string {
    return join(this.#folderOf(origin), `${String(step).padStart(12, '0')}.json`);
  }
}
