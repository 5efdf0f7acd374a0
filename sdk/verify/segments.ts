import { equalBytes, fromBase64, fromUtf8, toBase64 } from './bytes.ts';
import { parseHash, parseSize } from './checkpoint.ts';
import type { Findings } from './findings.ts';
import type { Entry } from './history.ts';
import { type CheckpointReader, epochOf, judgeCosignatureTimes, type Position, type SeenCheckpoint } from './log.ts';
import { CompactRange, leafHash } from './merkle.ts';
import type { Population, Segment } from './population.ts';
import { receiptOf } from './receipts.ts';
import type { State } from './state.ts';

/** A receipt, and where it is. */
export interface LoggedEntry extends Entry, Position {}

/** What the segments of a population hold. */
export interface Leaves {
  readonly receipts: readonly LoggedEntry[];
  /** Leaf hashes in base64, of what a log of the policy has signed for. */
  readonly vouched: ReadonlySet<string>;
}

/** So many entries are hashed together. */
const TOGETHER = 1_024;

/** One segment with its part of the proof. */
interface Stretch {
  readonly segment: Segment;
  readonly entries: readonly string[];
  readonly frontier: readonly string[];
  readonly from: string | null;
  readonly to: string;
  readonly index: number;
}

/** Folds the leaves of each segment from the tree before them to the tree after them, and reads them. */
export async function judgeSegments(population: Population, reader: CheckpointReader, state: State, findings: Findings): Promise<Leaves> {
  const judge = new SegmentJudge(population.manifest.origin, reader, state, findings);
  for (const [index, segment] of population.manifest.segments.entries()) {
    const { frontier = [], from_checkpoint: from = null, to_checkpoint: to = '' } = population.proof.segments[index] ?? {};
    const stretch = { segment, entries: population.entries[index] ?? [], frontier, from, to, index };
    await findings.attempt('malformed-segment', `manifest.segments[${index}]`, () => judge.judge(stretch));
  }
  return judge;
}

class SegmentJudge implements Leaves {
  readonly receipts: LoggedEntry[] = [];
  readonly vouched = new Set<string>();
  readonly #base: string;
  readonly #reader: CheckpointReader;
  readonly #state: State;
  readonly #findings: Findings;
  #previous: SeenCheckpoint | null = null;

  constructor(base: string, reader: CheckpointReader, state: State, findings: Findings) {
    this.#base = base;
    this.#reader = reader;
    this.#state = state;
    this.#findings = findings;
  }

  /** @throws TypeError for what is malformed */
  async judge({ segment, entries, frontier, from, to, index }: Stretch): Promise<void> {
    const path = `manifest.segments[${index}]`;
    const fromSize = parseSize(`${segment.from_size}`);
    if ((from === null) !== (fromSize === 0n)) throw new TypeError('it has a checkpoint before it where the log was not empty, and only there');
    const checkpoint = await this.#reader.readProven(to, path);
    assertTree(checkpoint, segment.origin, segment.to_size, segment.to_root);
    if (from !== null) assertTree(await this.#reader.readCovered(from, path), segment.origin, segment.from_size, segment.from_root);
    this.#assertNext(checkpoint, fromSize);
    const tree = CompactRange.of(fromSize, frontier.map(parseHash));
    if (toBase64(await tree.root()) !== segment.from_root) throw new TypeError('its frontier is not the tree before it');
    await this.#fold(tree, entries, checkpoint, index);
    if (`${tree.size}` !== `${segment.to_size}` || toBase64(await tree.root()) !== segment.to_root) {
      throw new TypeError('its leaves are not all between its trees');
    }
    this.#previous = checkpoint;
  }

  async #fold(tree: CompactRange, entries: readonly string[], checkpoint: SeenCheckpoint, index: number): Promise<void> {
    await this.#compare(tree, checkpoint);
    // Where a tree on the way is the remembered one, the fold stops to compare.
    const stop = Number((this.#state.get(checkpoint.origin)?.size ?? tree.size) - tree.size);
    for (let start = 0, end = 0; start < entries.length; start = end) {
      end = start < stop ? Math.min(start + TOGETHER, stop) : start + TOGETHER;
      const bytes = entries.slice(start, end).map((encoded) => fromBase64(encoded));
      const leaves = await Promise.all(bytes.map(leafHash));
      for (const [at, leaf] of leaves.entries()) {
        await this.#take(bytes[at] ?? leaf, toBase64(leaf), checkpoint, { index: tree.size + BigInt(at), path: `entries[${index}][${start + at}]` });
      }
      await tree.extend(leaves);
      await this.#compare(tree, checkpoint);
    }
  }

  /** A later epoch goes on from where the one before it ended. */
  #assertNext({ epoch, origin }: SeenCheckpoint, fromSize: bigint): void {
    if (this.#previous && (epoch <= this.#previous.epoch || fromSize !== 0n)) {
      throw new TypeError(`${origin} does not go on after ${this.#previous.origin}`);
    }
  }

  async #take(bytes: Uint8Array, leafText: string, checkpoint: SeenCheckpoint, { index, path }: { index: bigint; path: string }): Promise<void> {
    if (checkpoint.isSigned) this.vouched.add(leafText);
    if (index === 0n && checkpoint.epoch > 1) return this.#join(bytes, checkpoint, path);
    const content = receiptOf(bytes);
    const { id, seq, outcome, origin, at } = content;
    if (seq !== null && outcome !== 'allowed') throw new TypeError(`receipt ${id} is ${outcome} and has a seq`);
    if (origin !== this.#base) throw new TypeError(`receipt ${id} belongs to ${origin}`);
    this.receipts.push({ content, leafText, path, epoch: checkpoint.epoch, index });
    judgeCosignatureTimes(checkpoint, at, `receipt ${id}`, this.#findings);
  }

  /** Leaf 0 of a later epoch is the last checkpoint of the one before. */
  async #join(bytes: Uint8Array, { epoch }: SeenCheckpoint, path: string): Promise<void> {
    const last = await this.#reader.readCovered(fromUtf8(bytes), path);
    const before = epochOf(last.origin, this.#base) ?? epoch;
    const isLast =
      !this.#previous || (last.origin === this.#previous.origin && last.size === this.#previous.size && equalBytes(last.root, this.#previous.root));
    if (before >= epoch || !isLast) {
      throw new TypeError('its first leaf is not the last checkpoint of the log before it');
    }
  }

  /** Where the remembered tree is one of those on the way, it is the same. */
  async #compare(tree: CompactRange, { origin, path }: SeenCheckpoint): Promise<void> {
    const remembered = this.#state.get(origin);
    if (remembered?.size !== tree.size || equalBytes(remembered.root, await tree.root())) return;
    const message = `${origin} has two roots of the size ${tree.size}: the one remembered, and that of these leaves`;
    this.#findings.add('DIVERGED', 'split-view', message, path);
  }
}

function assertTree(checkpoint: SeenCheckpoint, origin: string, size: number | string, root: string): void {
  if (checkpoint.origin !== origin || `${checkpoint.size}` !== `${size}` || toBase64(checkpoint.root) !== root) {
    throw new TypeError(`its checkpoint is not one of ${origin} at size ${size} with the root ${root}`);
  }
}
