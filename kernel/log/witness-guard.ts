import { type Guard, type Guarded, type Signable, SignerRefusal } from './guard.ts';
import { addCheckpoint, type Witness } from './witness-client.ts';

/** Each question may teach which size it knows, while other replicas move it on. */
const ATTEMPTS = 4;

/**
 * A witness as the guard: no checkpoint leaves this process before the witness has cosigned it. It keeps its own record, and
 * takes one step at a time, so that any number of replicas may share it.
 */
export class WitnessGuard implements Guard {
  readonly #witness: Witness;
  /** By origin, the size that the witness knew last. */
  readonly #known = new Map<string, number>();

  constructor(witness: Witness) {
    this.#witness = witness;
  }

  async sign(log: Signable): Promise<Guarded | null> {
    const { origin } = log;
    const { name } = this.#witness;
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const candidate = await log.read();
      if (!candidate) return null;
      const { size, prove } = candidate;
      const oldSize = Math.min(this.#known.get(origin) ?? 0, size);
      const note = await log.sign(candidate);
      const answer = await addCheckpoint(this.#witness, note, oldSize, await prove(oldSize));
      if (answer.kind === 'cosigned') {
        this.#known.set(origin, size);
        return { head: candidate, note, cosignature: { witness: name, line: answer.line } };
      }
      if (answer.kind === 'refused') throw new SignerRefusal(`the witness ${name}, which guards ${origin}, refuses it: ${answer.reason}`);
      // It may know more than was thought; what it knew at the question before, the database has by now.
      const known = this.#known.get(origin) ?? 0;
      if (known > size)
        throw new SignerRefusal(`${origin} has ${size} leaves in the database, and the witness ${name} has seen ${known}: it was set back`);
      if (answer.size === oldSize) throw new SignerRefusal(`${origin} of ${size} leaves is not the one that the witness ${name} has seen`);
      this.#known.set(origin, answer.size);
    }
    throw new Error(`other processes were faster to show ${origin} to the witness ${name}`);
  }

  /** The witness says it only to whom it refuses. */
  async known(origin: string): Promise<number | null> {
    return this.#known.get(origin) ?? null;
  }
}
