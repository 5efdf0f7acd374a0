import { Problem } from '../../sdk/index.ts';
import type { Transaction } from '../database/database.ts';
import { type Place, proofsOf, Unproven } from '../log/leaves.ts';
import { logOrigin } from '../log/names.ts';
import { consistencyProof, inclusionProofs } from '../log/proofs.ts';
import type { Checkpoint } from '../log/store.ts';

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

/**
 * @param origin of the tenant
 * @param since a size of the newest epoch, from which it is to be proven that the log only grew
 * @throws Unproven while the log has not come so far; Problem `invalid-input` where it never had that size
 */
export async function prove(
  tx: Transaction,
  { tenant, origin, quorum }: { tenant: string; origin: string; quorum: number },
  receiptIds: readonly string[],
  since: number | undefined,
): Promise<Proven> {
  const { proofs, places, checkpoints } = await proofsOf(tx, tenant, receiptIds, quorum);
  const unproven = receiptIds.filter((id) => !proofs.has(id));
  if (unproven.length > 0) throw new Unproven(unproven);
  const newest = checkpoints.at(-1);
  const [consistency, epochs] = await Promise.all([
    since === undefined || !newest ? null : consistencyProof(tx, tenant, atMost(since, newest), newest),
    linksOf(tx, tenant, origin, checkpoints),
  ]);
  return { proof: { receipts: Object.fromEntries(proofs), consistency, epochs }, places, checkpoints };
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

function atMost(since: number, { size }: Checkpoint): number {
  if (since <= size) return since;
  throw new Problem('invalid-input', `The proof is against a log of ${size} leaves, so there is none from ${since}.`, {
    errors: [{ path: 'since', message: `must be at most ${size}` }],
  });
}
