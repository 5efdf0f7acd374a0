import { equalBytes, fromUtf8 } from '../verify/bytes.ts';
import { type Checkpoint, parseCheckpoint, parseConsistency } from '../verify/checkpoint.ts';
import { EMPTY_ROOT, verifyConsistency } from '../verify/merkle.ts';
import { type NoteKey, type NoteSignature, parseNote, verifyNote } from '../verify/note.ts';
import type { WitnessFolder } from './folder.ts';
import type { Cosigned } from './records.ts';

/** Why a checkpoint is not cosigned, in the words of C2SP tlog-witness. */
export class Refusal extends Error {
  readonly status: 400 | 403 | 404 | 409 | 422;
  /** With 409, where the client's idea of the log is another one: the size that was cosigned last. */
  readonly cosignedSize: bigint | null;

  constructor(status: Refusal['status'], message: string, cosignedSize: bigint | null = null) {
    super(message);
    this.status = status;
    this.cosignedSize = cosignedSize;
  }
}

export interface WitnessOptions extends WitnessFolder {
  /** POSIX seconds. */
  readonly now: () => bigint;
  /** What an auditor has to see. */
  readonly report: (line: string) => void;
}

interface Request {
  readonly oldSize: bigint;
  readonly proof: readonly Uint8Array[];
  readonly checkpoint: Checkpoint;
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** Cosigns what a log signed and what only adds to all that was cosigned before. Of one folder there is one at a time. */
export class Witness {
  readonly #options: WitnessOptions;
  /** The last that waits for its turn, per origin. */
  readonly #turns = new Map<string, Promise<string>>();

  constructor(options: WitnessOptions) {
    this.#options = options;
  }

  /**
   * C2SP tlog-witness, add-checkpoint. What is cosigned is on the disk before this resolves.
   * @returns the cosignature, a line of a note
   * @throws Refusal; any other Error means that the witness cannot answer
   */
  async addCheckpoint(body: Uint8Array): Promise<string> {
    const request = parse(body);
    const { origin, size } = request.checkpoint;
    const keys = await this.#options.logs.keysOf(origin);
    if (keys.length === 0) throw new Refusal(404, 'this witness does not know the log');
    const signed = await signedPart(request, keys);
    if (request.oldSize > size) throw new Refusal(400, `the old size ${request.oldSize} is over the checkpoint's ${size}`);
    return this.#inTurn(origin, () => this.#cosign(request, signed));
  }

  /** Waits for what is being cosigned. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#turns.values());
  }

  /** Nobody else looks at the record of the log between the check and the write. */
  #inTurn(origin: string, work: () => Promise<string>): Promise<string> {
    const turn = (this.#turns.get(origin) ?? Promise.resolve()).then(work, work);
    this.#turns.set(origin, turn);
    return turn;
  }

  /** @param signed the checkpoint with the log's signatures, and with no others */
  async #cosign(request: Request, signed: string): Promise<string> {
    const { key, records } = this.#options;
    const { origin, size, root } = request.checkpoint;
    const last = await records.last(origin);
    const known = last ?? { size: 0n, root: EMPTY_ROOT };
    if (request.oldSize !== known.size) throw new Refusal(409, `${known.size} was cosigned last`, known.size);
    if (size === known.size && !equalBytes(root, known.root)) {
      if (last) await this.#reportSplit(last, signed);
      throw new Refusal(409, `the log has another root at the size ${size}`);
    }
    if (!(await isGrowth(known, request))) {
      this.#options.report(`${origin}: no proof that its ${size} continue the ${known.size} cosigned last; refused:\n${signed}`);
      throw new Refusal(422, `the proof does not lead from ${known.size} to ${size}`);
    }
    const line = key.cosign(request.text, this.#timeAfter(last));
    await records.keep(origin, signed + line);
    return line;
  }

  /** A cosignature says what was the largest tree at its time: no later one may claim an earlier time. */
  #timeAfter(last: Cosigned | null): bigint {
    const now = this.#options.now();
    if (last && now < last.at) throw new Error(`the clock (${now}) is behind the last cosignature of ${last.origin} (${last.at}): set it right`);
    return now;
  }

  async #reportSplit({ origin, size, note }: Cosigned, other: string): Promise<void> {
    const path = await this.#options.records.keepConflict(origin, other);
    this.#options.report(`${origin}: SPLIT VIEW, two roots signed at the size ${size} (the first such is kept in ${path}):\n${note}\n${other}`);
  }
}

function parse(body: Uint8Array): Request {
  try {
    const { oldSize, hashes, checkpoint } = parseConsistency(fromUtf8(body));
    const { text, signatures } = parseNote(checkpoint);
    return { oldSize, proof: hashes, checkpoint: parseCheckpoint(text), text, signatures };
  } catch (error) {
    if (error instanceof TypeError) throw new Refusal(400, error.message);
    throw error;
  }
}

/** The checkpoint with the lines of the known keys: what others have signed is not looked at, and not kept. @throws Refusal 403 */
async function signedPart({ text, signatures }: Request, keys: readonly NoteKey[]): Promise<string> {
  const known = signatures.filter((signature) => keys.some(({ name, id }) => name === signature.name && equalBytes(id, signature.id)));
  if (known.length === 0) throw new Refusal(403, 'the log has not signed the checkpoint');
  const note = `${text}\n${known.map(({ line }) => `${line}\n`).join('')}`;
  try {
    await verifyNote(note, keys);
  } catch (error) {
    if (error instanceof TypeError) throw new Refusal(403, error.message);
    throw error;
  }
  return note;
}

async function isGrowth(known: Pick<Checkpoint, 'size' | 'root'>, { checkpoint, proof }: Request): Promise<boolean> {
  // Everything continues an empty tree, and nothing proves it.
  if (known.size === 0n) return proof.length === 0;
  return verifyConsistency({ oldSize: known.size, oldRoot: known.root, newSize: checkpoint.size, newRoot: checkpoint.root, proof });
}
