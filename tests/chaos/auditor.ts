import { setTimeout as sleep } from 'node:timers/promises';
import { equalBytes, fromBase64, toBase64 } from '../../sdk/verify/bytes.ts';
import { type Checkpoint, parseCheckpoint, parseConsistency, parseProof } from '../../sdk/verify/checkpoint.ts';
import { CompactRange, leafHash, verifyConsistency, verifyInclusion } from '../../sdk/verify/merkle.ts';
import { verifyNote } from '../../sdk/verify/note.ts';
import { type Policy, parsePolicy } from '../../sdk/verify/policy.ts';
import type { Random } from './random.ts';
import type { Site } from './site.ts';

const LOOK_EVERY_MS = 500;
const PAGE = 256;
const ASK_MS = 20_000;

/** A tree that the log has shown, and when that was seen first, by the monotonic clock of this process in milliseconds. */
interface Seen extends Checkpoint {
  readonly at: number;
}

/**
 * One who pinned the log's keys before anything went wrong, and keeps looking: each checkpoint must be signed, and go on from the
 * one seen before, whichever replica shows it.
 */
export class Auditor {
  /** What contradicts what was seen before, in words. */
  readonly findings: string[] = [];
  readonly #site: Site;
  readonly #random: Random;
  readonly #policy: Policy;
  readonly #seen: Seen[] = [];
  #watching: Promise<void> = Promise.resolve();
  #isStopping = false;

  private constructor(site: Site, random: Random, policy: Policy) {
    this.#site = site;
    this.#random = random;
    this.#policy = policy;
  }

  static async pin(site: Site, random: Random): Promise<Auditor> {
    const response = await ask(site, random, '/log/policy');
    return new Auditor(site, random, await parsePolicy(await response.text()));
  }

  watch(): void {
    this.#watching = (async () => {
      while (!this.#isStopping) {
        // Who gets no answer while something is broken looks again later.
        await this.look().catch(() => undefined);
        await sleep(LOOK_EVERY_MS);
      }
    })();
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#watching;
  }

  /** The size that was seen last; 0 before the first. */
  get size(): bigint {
    return this.#seen.at(-1)?.size ?? 0n;
  }

  /** @throws Error where nobody answers */
  async look(): Promise<Checkpoint> {
    const before = this.#seen.at(-1);
    const response = await ask(this.#site, this.#random, before ? `/log/checkpoint?since=${before.size}` : '/log/checkpoint');
    const text = await response.text();
    if (response.status === 400 && before) this.findings.push(`the log went back: it had ${before.size} leaves, and now ${text}`);
    if (!response.ok) throw new Error(`the checkpoint was answered ${response.status} ${text}`);
    const { checkpoint: note, hashes } = before ? parseConsistency(text) : { checkpoint: text, hashes: [] };
    const seen = await this.#signed(note);
    if (before && !(await continues(before, seen, hashes)))
      this.findings.push(
        `the log was forked: ${before.size} leaves with the root ${toBase64(before.root)} are not the beginning of its ${seen.size}`,
      );
    if (seen.size > (before?.size ?? 0n)) this.#seen.push({ ...seen, at: performance.now() });
    return seen;
  }

  /** When this leaf was first seen to be in the log; null where it never was. */
  seenAt(index: bigint): number | null {
    return this.#seen.find(({ size }) => size > index)?.at ?? null;
  }

  /** Reads every entry, and makes the root of them. @returns the leaves' hashes, base64, in their order */
  async readAll(): Promise<readonly string[]> {
    const { size, root } = await this.look();
    const tree = CompactRange.of();
    const leaves: string[] = [];
    while (BigInt(leaves.length) < size) {
      const limit = Math.min(PAGE, Number(size) - leaves.length);
      const response = await ask(this.#site, this.#random, `/log/entries?start=${leaves.length}&limit=${limit}`);
      if (!response.ok) throw new Error(`the entries from ${leaves.length} were answered ${response.status} ${await response.text()}`);
      const { items } = (await response.json()) as { items: readonly { index: number; entry: string }[] };
      if (items.length !== limit || items.some(({ index }, place) => index !== leaves.length + place))
        throw new Error(`of the ${limit} entries from ${leaves.length} came ${items.length}, and not one after the other`);
      const hashes = await Promise.all(items.map(({ entry }) => leafHash(fromBase64(entry))));
      await tree.extend(hashes);
      leaves.push(...hashes.map(toBase64));
    }
    if (!equalBytes(await tree.root(), root)) this.findings.push(`the ${size} entries of the log do not make the root that was signed`);
    return leaves;
  }

  /** Whether the log proves that this receipt is in it, as it was promised. */
  async proves(receiptId: string, leaf: string): Promise<boolean> {
    const response = await ask(this.#site, this.#random, `/receipts/${receiptId}/proof`);
    const { index, hashes, checkpoint } = parseProof(await response.text());
    const { size, root } = await this.#signed(checkpoint);
    return verifyInclusion({ index, size, leaf: fromBase64(leaf), proof: [...hashes], root });
  }

  get policy(): Policy {
    return this.#policy;
  }

  /** @throws TypeError for a note that no log of the policy has signed */
  async #signed(note: string): Promise<Checkpoint> {
    const { text, verified } = await verifyNote(note, this.#policy.logs);
    const checkpoint = parseCheckpoint(text);
    if (!verified.some(({ name }) => name === checkpoint.origin)) {
      this.findings.push(`the checkpoint of ${checkpoint.size} leaves is not signed by the pinned key of ${checkpoint.origin}`);
    }
    return checkpoint;
  }
}

function continues(old: Checkpoint, { size, root }: Checkpoint, proof: readonly Uint8Array[]): Promise<boolean> {
  return verifyConsistency({ oldSize: old.size, oldRoot: old.root, newSize: size, newRoot: root, proof: [...proof] });
}

function ask(site: Site, random: Random, path: string): Promise<Response> {
  const ready = site.replicas.filter(({ isReady }) => isReady);
  if (ready.length === 0) throw new Error('no replica is up');
  const headers = { authorization: `Bearer ${site.tokenOf('auditor')}` };
  return fetch(random.pick(ready).url + path, { headers, signal: AbortSignal.timeout(ASK_MS) });
}
