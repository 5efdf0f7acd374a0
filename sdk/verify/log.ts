import type { Manifest } from './bundle.ts';
import { equalBytes, toBase64 } from './bytes.ts';
import { type Checkpoint, parseCheckpoint, parseProof } from './checkpoint.ts';
import type { Findings } from './findings.ts';
import { verifyInclusion } from './merkle.ts';
import { type NoteKey, type Signer, verifyNote } from './note.ts';
import { isQuorum, type Policy } from './policy.ts';

/** A checkpoint that a bundle brings, and who of those whom the policy names has signed it. */
export interface SeenCheckpoint extends Checkpoint {
  readonly epoch: number;
  /** By the log that it names. */
  readonly isSigned: boolean;
  /** Witnesses by their names in the policy. */
  readonly cosigners: ReadonlyMap<string, Signer>;
  readonly path: string;
}

/** Where a receipt stands among the logs of its tenant. */
export interface Position {
  readonly epoch: number;
  readonly index: bigint;
}

/** And what proves that it stands there. */
export interface Place extends Position {
  readonly checkpoint: SeenCheckpoint;
}

/** A log is the tenant's own, `<base>`, or a later epoch of it, `<base>/<k>` from 2. @returns null for any other */
export function epochOf(origin: string, base: string): number | null {
  if (origin === base) return 1;
  const [, epoch] = origin.startsWith(`${base}/`) ? (/^([2-9]|[1-9][0-9]{1,8})$/.exec(origin.slice(base.length + 1)) ?? []) : [];
  return epoch === undefined ? null : Number(epoch);
}

/** The checkpoints of one bundle, each once. */
export interface Checkpoints {
  readonly all: readonly SeenCheckpoint[];
  /** Those that proofs lead to: witnesses are asked about them. */
  readonly proven: readonly SeenCheckpoint[];
  /** Those that a later tree covers, as the end of an epoch stands in the next: whoever vouches for that vouches for them. */
  readonly covered: readonly SeenCheckpoint[];
}

export class CheckpointReader implements Checkpoints {
  readonly #base: string;
  readonly #policy: Policy;
  readonly #keys: readonly NoteKey[];
  readonly #reading = new Map<string, Promise<SeenCheckpoint>>();
  readonly #all = new Set<SeenCheckpoint>();
  readonly #proven = new Set<SeenCheckpoint>();
  readonly #covered = new Set<SeenCheckpoint>();

  constructor(base: string, policy: Policy) {
    this.#base = base;
    this.#policy = policy;
    this.#keys = [...policy.logs, ...policy.witnesses.values()];
  }

  get all(): readonly SeenCheckpoint[] {
    return [...this.#all];
  }

  get proven(): readonly SeenCheckpoint[] {
    return [...this.#proven];
  }

  get covered(): readonly SeenCheckpoint[] {
    return [...this.#covered];
  }

  /** What a proof leads to. @throws TypeError for what is no checkpoint of the tenant, or bears a false signature of a key in the policy */
  async readProven(note: string, path: string): Promise<SeenCheckpoint> {
    const checkpoint = await this.#readOnce(note, path);
    this.#proven.add(checkpoint);
    return checkpoint;
  }

  /** What a later tree covers. One that a proof leads to as well stays proven. @throws TypeError as above */
  async readCovered(note: string, path: string): Promise<SeenCheckpoint> {
    const checkpoint = await this.#readOnce(note, path);
    this.#covered.add(checkpoint);
    return checkpoint;
  }

  #readOnce(note: string, path: string): Promise<SeenCheckpoint> {
    const reading = this.#reading.get(note) ?? this.#read(note, path);
    this.#reading.set(note, reading);
    return reading;
  }

  async #read(note: string, path: string): Promise<SeenCheckpoint> {
    const { text, verified } = await verifyNote(note, this.#keys);
    const { origin, size, root } = parseCheckpoint(text);
    const epoch = epochOf(origin, this.#base);
    if (epoch === null) throw new TypeError(`the checkpoint is one of ${origin}, not of ${this.#base}`);
    const isSigned = verified.some((signer) => signer.type === 1 && signer.name === origin);
    const cosigners = new Map<string, Signer>();
    for (const [name, key] of this.#policy.witnesses) {
      const signer = verified.find(({ publicKey }) => equalBytes(publicKey, key.publicKey));
      if (signer) cosigners.set(name, signer);
    }
    const checkpoint = { origin, size, root, epoch, isSigned, cosigners, path };
    this.#all.add(checkpoint);
    return checkpoint;
  }
}

/** @param leaf the entry's hash @returns where it stands; null, and a finding, where the proof does not hold */
export async function provePlace(
  proof: string,
  leaf: Uint8Array,
  about: string,
  path: string,
  reader: CheckpointReader,
  findings: Findings,
): Promise<Place | null> {
  return findings.attempt('malformed-proof', path, async () => {
    const { index, hashes, checkpoint: note, extra } = parseProof(proof);
    if (extra !== undefined) throw new TypeError('it has extra data, which nobody has signed');
    const checkpoint = await reader.readProven(note, path);
    const { size, root } = checkpoint;
    if (await verifyInclusion({ index, size, leaf, proof: hashes, root })) return { epoch: checkpoint.epoch, index, checkpoint };
    findings.add('INVALID', 'not-included', `${about} is not at index ${index} of the log ${checkpoint.origin} of size ${size}`, path);
    return null;
  });
}

/** What the checkpoints say of each other, and who vouches for them. @returns the witnesses that cosigned all that proofs lead to */
export function judgeCheckpoints({ all, proven }: Checkpoints, { quorum, witnesses }: Policy, findings: Findings): readonly string[] {
  const roots = new Map<string, SeenCheckpoint>();
  for (const checkpoint of all) {
    const other = roots.get(`${checkpoint.origin} ${checkpoint.size}`);
    if (other) judgePair(other, checkpoint, findings);
    else roots.set(`${checkpoint.origin} ${checkpoint.size}`, checkpoint);
    if (!checkpoint.isSigned) {
      findings.add('UNANCHORED', 'unknown-log', `no log key of the policy has signed ${textOf(checkpoint)}`, checkpoint.path);
    }
  }
  if (proven.length === 0)
    findings.add('UNANCHORED', 'no-checkpoint', 'nothing in it leads to a checkpoint, so no log vouches for any of it', 'proof');
  for (const checkpoint of proven.filter(({ cosigners }) => !isQuorum(quorum, new Set(cosigners.keys())))) {
    const by = [...checkpoint.cosigners.keys()].join(', ');
    const message = `${by === '' ? 'no witness' : `only ${by}`} of the policy cosigned ${textOf(checkpoint)}, which is no quorum`;
    findings.add('UNANCHORED', 'no-quorum', message, checkpoint.path);
  }
  return [...witnesses.keys()].filter((name) => proven.length > 0 && proven.every(({ cosigners }) => cosigners.has(name)));
}

export function textOf({ origin, size }: Checkpoint): string {
  return `the checkpoint of ${origin} at size ${size}`;
}

function judgePair(a: SeenCheckpoint, b: SeenCheckpoint, findings: Findings): void {
  if (equalBytes(a.root, b.root)) return;
  const isProven = a.isSigned && b.isSigned;
  const message = `${a.origin} has two roots of the size ${a.size}${isProven ? ', both signed by the log: it shows different people different histories' : ''}`;
  findings.add(isProven ? 'DIVERGED' : 'INVALID', 'split-view', message, b.path);
}

/** All of one bundle is proven by one tree of each log; of a log that was ended, by the tree that it ended with. */
export function judgeSizes({ proven, covered }: Checkpoints, findings: Findings): void {
  const trees = new Map<string, SeenCheckpoint>();
  for (const checkpoint of proven) {
    const { origin, size, path } = checkpoint;
    const other = trees.get(origin) ?? checkpoint;
    if (other.size !== size)
      findings.add('INVALID', 'mixed-sizes', `the bundle has checkpoints of ${origin} of the sizes ${other.size} and ${size}`, path);
    trees.set(origin, checkpoint);
  }
  for (const end of covered) {
    for (const checkpoint of proven.filter(({ origin }) => origin === end.origin)) judgeEnd(checkpoint, end, findings);
  }
}

/** Two roots of one size are found where all checkpoints are compared with each other. */
function judgeEnd(checkpoint: SeenCheckpoint, end: SeenCheckpoint, findings: Findings): void {
  if (end.size === checkpoint.size) return;
  const weight = end.isSigned && checkpoint.isSigned ? 'DIVERGED' : 'INVALID';
  const code = end.size < checkpoint.size ? 'log-went-back' : 'not-the-end';
  const message = `${end.origin} ended with the size ${end.size}, and what is here is proven by a tree of the size ${checkpoint.size}`;
  findings.add(weight, code, message, end.path);
}

/** A cosignature is no older than what it covers. @param at RFC 3339 */
export function judgeCosignatureTimes(checkpoint: SeenCheckpoint, at: string, about: string, findings: Findings): void {
  for (const [name, { timestamp }] of checkpoint.cosigners) {
    if (timestamp === null || Number(timestamp) * 1_000 + TOLERANCE_MS >= Date.parse(at)) continue;
    const message = `${about} is of ${at}, and the witness ${name} cosigned the checkpoint with it ${Math.round(Date.parse(at) / 1_000) - Number(timestamp)} s before`;
    findings.add('INVALID', 'clock-rollback', message, checkpoint.path);
  }
}

/** By how much clocks may differ. */
const TOLERANCE_MS = 300_000;

/** The checkpoints that the manifest lists are those that are there. */
export function judgeListed(listed: Manifest['checkpoints'], { all, proven }: Checkpoints, findings: Findings): void {
  const named = listed.map(({ origin, size, root }) => `${origin} ${size} ${root}`);
  const distinct = new Set(named);
  const text = ({ origin, size, root }: Checkpoint) => `${origin} ${size} ${toBase64(root)}`;
  const known = new Set(all.map(text));
  const isWhole = proven.every((checkpoint) => distinct.has(text(checkpoint)));
  if (!isWhole || distinct.size !== named.length || named.some((one) => !known.has(one))) {
    findings.add('INVALID', 'manifest-differs', 'the manifest lists other checkpoints than the proofs lead to', 'manifest.checkpoints');
  }
}
