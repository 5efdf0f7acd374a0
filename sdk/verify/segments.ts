import { equalBytes, fromBase64, fromUtf8, toBase64 } from './bytes.ts';
import { parseHash, parseSize } from './checkpoint.ts';
import type { Findings } from './findings.ts';
import type { Entry } from './history.ts';
import { type CheckpointReader, epochOf, judgeCosignatureTimes, type SeenCheckpoint } from './log.ts';
import { CompactRange, leafHash } from './merkle.ts';
import type { Population, Segment } from './population.ts';
import { receiptOf } from './receipts.ts';
import type { State } from './state.ts';

/** What the segments of a population hold. */
export interface Leaves {
  readonly receipts: readonly Entry[];
  /** Leaf hashes in base64, of what a log of the policy has signed for. */
  readonly vouched: ReadonlySet<string>;
}

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
  readonly receipts: Entry[] = [];
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
    if (from !== null) assertTree(await this.#reader.read(from, path, true), segment.origin, segment.from_size, segment.from_root);
    const checkpoint = await this.#reader.read(to, path);
    assertTree(checkpoint, segment.origin, segment.to_size, segment.to_root);
    this.#assertNext(checkpoint, fromSize);
    const tree = CompactRange.of(fromSize, frontier.map(parseHash));
    if (toBase64(await tree.root()) !== segment.from_root) throw new TypeError('its frontier is not the tree before it');
    await this.#compare(tree, segment.origin, path);
    for (const [at, encoded] of entries.entries()) {
      await this.#read(fromBase64(encoded), tree, checkpoint, `entries[${index}][${at}]`);
      await this.#compare(tree, segment.origin, path);
    }
    if (`${tree.size}` !== `${segment.to_size}` || toBase64(await tree.root()) !== segment.to_root)
      throw new TypeError('its leaves are not all between its trees');
    this.#previous = checkpoint;
  }

  /** A later epoch goes on from where the one before it ended. */
  #assertNext({ epoch, origin }: SeenCheckpoint, fromSize: bigint): void {
    if (this.#previous && (epoch !== this.#previous.epoch + 1 || fromSize !== 0n))
      throw new TypeError(`${origin} does not go on after ${this.#previous.origin}`);
  }

  async #read(bytes: Uint8Array, tree: CompactRange, checkpoint: SeenCheckpoint, path: string): Promise<void> {
    const leaf = await leafHash(bytes);
    if (tree.size === 0n && checkpoint.epoch > 1) await this.#join(bytes, checkpoint, path);
    else {
      const content = receiptOf(bytes);
      if (content.origin !== this.#base) throw new TypeError(`receipt ${content.id} belongs to ${content.origin}`);
      this.receipts.push({ content, leafText: toBase64(leaf), path });
      judgeCosignatureTimes({ epoch: checkpoint.epoch, index: tree.size, checkpoint }, content.at, `receipt ${content.id}`, this.#findings);
    }
    if (checkpoint.isSigned) this.vouched.add(toBase64(leaf));
    await tree.append(leaf);
  }

  /** Leaf 0 of a later epoch is the last checkpoint of the one before. */
  async #join(bytes: Uint8Array, { epoch }: SeenCheckpoint, path: string): Promise<void> {
    const last = await this.#reader.read(fromUtf8(bytes), path, true);
    const isLast = !this.#previous || (last.size === this.#previous.size && equalBytes(last.root, this.#previous.root));
    if (epochOf(last.origin, this.#base) !== epoch - 1 || !isLast)
      throw new TypeError('its first leaf is not the last checkpoint of the log before it');
  }

  /** Where the remembered tree is one of those on the way, it is the same. */
  async #compare(tree: CompactRange, origin: string, path: string): Promise<void> {
    const remembered = this.#state.get(origin);
    if (remembered?.size !== tree.size || equalBytes(remembered.root, await tree.root())) return;
    this.#findings.add(
      'DIVERGED',
      'split-view',
      `${origin} has two roots of the size ${tree.size}: the one remembered, and that of these leaves`,
      path,
    );
  }
}

function assertTree(checkpoint: SeenCheckpoint, origin: string, size: number | string, root: string): void {
  if (checkpoint.origin !== origin || `${checkpoint.size}` !== `${size}` || toBase64(checkpoint.root) !== root) {
    throw new TypeError(`its checkpoint is not one of ${origin} at size ${size} with the root ${root}`);
  }
}
