import { Problem } from '../../sdk/index.ts';
import type { Transaction } from '../database/database.ts';
import { type Place, proofsOf, Unproven } from '../log/leaves.ts';
import { logOrigin } from '../log/names.ts';
import { consistencyProof, inclusionProofs } from '../log/proofs.ts';
import { type Checkpoint, latestCheckpoint } from '../log/store.ts';

/** What proves that the receipts of a bundle are in the log. */
export interface Proof {
  /** C2SP tlog-proofs, by receipt. */
  readonly receipts: Readonly<Record<string, string>>;
  /** From the size that was asked about, as C2SP tlog-witness has it. */
  readonly consistency: string | null;
  /** How each later epoch goes on after the one before it. */
  readonly epochs: readonly EpochLink[];
}

interface EpochLink {
  readonly origin: string;
  /** Leaf 0, base64: the last checkpoint of the epoch before. */
  readonly entry: string;
  /** Of that leaf. */
  readonly proof: string;
}

interface Proven {
  readonly proof: Proof;
  readonly places: ReadonlyMap<string, Place>;
  /** One of each epoch, in their order; all proofs of an epoch lead to its one. */
  readonly checkpoints: readonly Checkpoint[];
}

/** What somebody remembers of the log, from which it is to be proven that it only grew. */
export interface Remembered {
  readonly size: number;
  /** The newest that the bundle has a receipt in, unless said. */
  readonly epoch: number | undefined;
}

/**
 * @param origin of the tenant
 * @throws Unproven while the log has not come so far; Problem `invalid-input` where it never was as it is remembered
 */
export async function prove(
  tx: Transaction,
  { tenant, origin, quorum }: { tenant: string; origin: string; quorum: number },
  receiptIds: readonly string[],
  since: Remembered | null,
): Promise<Proven> {
  const { proofs, places, checkpoints } = await proofsOf(tx, tenant, receiptIds, quorum);
  const unproven = receiptIds.filter((id) => !proofs.has(id));
  if (unproven.length > 0) throw new Unproven(unproven);
  const grown = since && (await grownSince(tx, tenant, since, checkpoints));
  const epochs = await linksOf(tx, tenant, origin, checkpoints);
  const isListed = !grown || checkpoints.includes(grown.checkpoint);
  return {
    proof: { receipts: Object.fromEntries(proofs), consistency: grown?.proof ?? null, epochs },
    places,
    checkpoints: isListed ? checkpoints : [...checkpoints, grown.checkpoint].toSorted((a, b) => a.epoch - b.epoch),
  };
}

/** An epoch that has ended is compared as it ended, also where no receipt of the bundle is in it. */
async function grownSince(tx: Transaction, tenant: string, { size, epoch }: Remembered, checkpoints: readonly Checkpoint[]) {
  const own = epoch === undefined ? checkpoints.at(-1) : checkpoints.find((checkpoint) => checkpoint.epoch === epoch);
  const checkpoint = own ?? (epoch === undefined ? null : await latestCheckpoint(tx, tenant, epoch));
  if (!checkpoint) throw notRemembered('since_epoch', `the log has no epoch ${epoch} with a checkpoint`);
  if (size > checkpoint.size) throw notRemembered('since', `must be at most ${checkpoint.size}, the size that the proof is against`);
  return { checkpoint, proof: await consistencyProof(tx, tenant, size, checkpoint) };
}

async function linksOf(tx: Transaction, tenant: string, origin: string, checkpoints: readonly Checkpoint[]): Promise<readonly EpochLink[]> {
  const later = new Map(checkpoints.filter(({ epoch }) => epoch > 1).map((checkpoint) => [checkpoint.epoch, checkpoint]));
  if (later.size === 0) return [];
  const rows = await tx.query<{ epoch: number; entry: string }>(
    'SELECT epoch, entry FROM log_epochs WHERE tenant_id = $1 AND epoch = ANY($2::integer[]) ORDER BY epoch',
    [tenant, [...later.keys()]],
  );
  const links: EpochLink[] = [];
  for (const { epoch, entry } of rows) {
    const checkpoint = later.get(epoch);
    const proof = checkpoint && (await inclusionProofs(tx, tenant, checkpoint, [0])).get(0);
    if (proof !== undefined) links.push({ origin: logOrigin(origin, epoch), entry: Buffer.from(entry).toString('base64'), proof });
  }
  return links;
}

function notRemembered(path: string, message: string): Problem {
  return new Problem('invalid-input', `${path}: ${message}`, { errors: [{ path, message }] });
}
