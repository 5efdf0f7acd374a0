import type { Proof } from './bundle.ts';
import { equalBytes, toBase64 } from './bytes.ts';
import { type ConsistencyProof, parseConsistency, parseHash, parseSize } from './checkpoint.ts';
import type { Findings } from './findings.ts';
import { parseJson } from './json.ts';
import { type CheckpointReader, epochOf, type SeenCheckpoint, textOf } from './log.ts';
import { verifyConsistency } from './merkle.ts';
import { hash, matching, object, record } from './shape.ts';

/** What an auditor remembers of each log: the largest tree that was seen. */
export type State = ReadonlyMap<string, Remembered>;

export interface Remembered {
  readonly size: bigint;
  readonly root: Uint8Array;
}

const fileShape = object({
  version: (value, path) => {
    if (value !== 1) throw new TypeError(`${path} is not 1, the one that is known here`);
    return value;
  },
  logs: record(object({ size: matching(/^[0-9]{1,20}$/, 'size in decimal'), root: hash })),
});

/** @throws TypeError */
export function parseState(text: string): State {
  const { logs } = fileShape(parseJson(text), 'the state');
  return new Map(Object.entries(logs).map(([origin, { size, root }]) => [origin, { size: parseSize(size), root: parseHash(root) }]));
}

export function formatState(state: State): string {
  const logs = [...state]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([origin, { size, root }]) => [origin, { size: `${size}`, root: toBase64(root) }]);
  return `${JSON.stringify({ version: 1, logs: Object.fromEntries(logs) }, null, 2)}\n`;
}

/** What to remember from now on: of each log the largest tree. Only what its log has signed counts. */
export function nextState(state: State, checkpoints: readonly SeenCheckpoint[]): State {
  const next = new Map(state);
  for (const { origin, size, root, isSigned } of checkpoints) {
    if (isSigned && size >= (next.get(origin)?.size ?? 0n)) next.set(origin, { size, root });
  }
  return next;
}

/** Reads the proofs that logs only grew, by the log. Their checkpoints are judged with the others. */
export async function readConsistency(given: Proof['consistency'], reader: CheckpointReader, findings: Findings): Promise<Consistencies> {
  const proofs = new Map<string, ReadConsistency>();
  for (const [index, text] of (typeof given === 'string' ? [given] : (given ?? [])).entries()) {
    const path = typeof given === 'string' ? 'proof.consistency' : `proof.consistency[${index}]`;
    await findings.attempt('malformed-proof', path, async () => {
      const proof = parseConsistency(text);
      const of = await reader.readProven(proof.checkpoint, path);
      if (proofs.has(of.origin)) throw new TypeError(`it is the second one of ${of.origin}`);
      proofs.set(of.origin, { ...proof, of });
    });
  }
  return proofs;
}

export type Consistencies = ReadonlyMap<string, ReadConsistency>;

export interface ReadConsistency extends ConsistencyProof {
  readonly of: SeenCheckpoint;
}

/** Whether the logs are still those that were remembered, and only longer. @param base origin of the tenant */
export async function judgeState(
  state: State,
  base: string,
  checkpoints: readonly SeenCheckpoint[],
  consistencies: Consistencies,
  findings: Findings,
): Promise<void> {
  const trees = distinctTrees(checkpoints.filter(({ isSigned }) => isSigned));
  judgeSuccession(state, base, trees, findings);
  for (const checkpoint of trees) {
    const { origin } = checkpoint;
    const old = state.get(origin);
    if (old) await judgeRemembered(old, checkpoint, consistencies.get(origin) ?? null, findings);
  }
}

/** The end of an epoch may come with other cosignatures than what receipts are proven by: it is one tree all the same. */
function distinctTrees(checkpoints: readonly SeenCheckpoint[]): readonly SeenCheckpoint[] {
  const trees = new Map(checkpoints.map((checkpoint) => [`${textOf(checkpoint)} ${toBase64(checkpoint.root)}`, checkpoint]));
  return [...trees.values()];
}

/** Who has seen one epoch of a log is shown how that ended before a later one is believed. */
export function judgeSuccession(state: State, base: string, checkpoints: readonly SeenCheckpoint[], findings: Findings): void {
  const known = [...state].flatMap(([origin, { size }]) => ({ origin, size, epoch: epochOf(origin, base) ?? 0 }));
  const last = known.toSorted((a, b) => a.epoch - b.epoch).at(-1);
  const isShown = !last || last.epoch === 0 || checkpoints.some(({ origin }) => origin === last.origin);
  if (isShown || checkpoints.every(({ epoch }) => epoch <= last.epoch)) return;
  const message = `nothing shows how ${last.origin} went on, which is remembered at size ${last.size}: ask with ${sinceText(last.size, last.epoch)}`;
  findings.add('UNANCHORED', 'no-consistency-proof', message, 'proof.consistency');
}

/** The server takes an epoch that is not named for the newest. */
function sinceText(size: bigint, epoch: number): string {
  return `?since=${size}, and for an epoch that is not the newest &since_epoch=${epoch}`;
}

/** Whether one checkpoint goes on from the tree that is remembered of its log. */
export async function judgeRemembered(
  old: Remembered,
  checkpoint: SeenCheckpoint,
  consistency: ReadConsistency | null,
  findings: Findings,
): Promise<void> {
  const { origin, size, root, epoch, path } = checkpoint;
  const diverged = (code: string, what: string) => findings.add('DIVERGED', code, what, path);
  if (size < old.size) {
    diverged(
      'log-went-back',
      `${origin} had the size ${old.size} and now has ${size}: its end was deleted, or this is an older bundle: ask for a new one`,
    );
  } else if (size === old.size) {
    if (!equalBytes(root, old.root))
      diverged('split-view', `${origin} has two roots of the size ${size}: the one remembered is another than ${textOf(checkpoint)} has`);
  } else if (old.size > 0n && consistency?.oldSize !== old.size) {
    const message = `nothing shows that ${origin} only grew from the remembered size ${old.size} to ${size}: ask with ${sinceText(old.size, epoch)}`;
    findings.add('UNANCHORED', 'no-consistency-proof', message, 'proof.consistency');
  } else if (old.size > 0n && consistency) {
    const isGrown = await verifyConsistency({ oldSize: old.size, oldRoot: old.root, newSize: size, newRoot: root, proof: consistency.hashes });
    if (!isGrown)
      diverged('not-consistent', `${origin} did not just grow from the remembered size ${old.size} to ${size}: the proof of it does not hold`);
  }
}
