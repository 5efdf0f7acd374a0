import { verifyPromise } from '../../../sdk/verify/promise.ts';
import type { Auditor } from '../auditor.ts';
import type { Acknowledged, Ledger } from '../ledger.ts';
import type { Site } from '../site.ts';

/** What a promise says, and how long after it a client may come to look. */
const PROMISED_MS = 60_000;
const LOOK_MS = 5_000;
/** Of so many the log's own proof is asked for; the others are proven by the tree that is made of all entries. */
const PROVEN = 40;

interface State {
  readonly leaf: string;
  readonly subject_id: string;
  readonly version: number;
}

/** Nothing that was acknowledged is lost: the state, its receipt as it was answered, and its place in the log in time. */
export async function assertKept(site: Site, { acknowledged }: Ledger, auditor: Auditor, leaves: readonly string[]): Promise<readonly string[]> {
  const places = new Map(leaves.map((leaf, index) => [leaf, BigInt(index)]));
  const rows = await site.query<State & { receipt_id: string }>(
    "SELECT encode(leaf_hash, 'base64') AS leaf, receipt_id, subject_id, version FROM subject_states",
  );
  const states = new Map<string, State>(rows.map((row) => [row.receipt_id, row]));
  const findings: string[] = [];
  for (const entry of acknowledged) {
    const promised = await verifyPromise(entry.receipt.promise, auditor.policy);
    const place = places.get(entry.receipt.leaf_hash);
    const lost = [
      ...(promised.leafHash === entry.receipt.leaf_hash ? [] : ['what was promised is another leaf']),
      ...lossOf(entry, states.get(entry.receipt.id)),
      ...(place === undefined ? ['it is not in the log'] : latenessOf(entry, auditor.seenAt(place))),
    ];
    findings.push(...lost.map((what) => `LOST: ${entry.path}, acknowledged as version ${entry.version} of ${entry.id}: ${what}`));
  }
  return [...findings, ...(await unproven(acknowledged, auditor)), ...twice(acknowledged)];
}

function lossOf(entry: Acknowledged, state: State | undefined): readonly string[] {
  const { id, receipt } = entry;
  if (state?.subject_id !== id || !isOf(entry, state)) return [`its receipt ${receipt.id} is ${state ? `of ${JSON.stringify(state)}` : 'gone'}`];
  return state.leaf === receipt.leaf_hash ? [] : ['its receipt is another than was answered'];
}

/** @param seen when an auditor first saw it in the log */
function latenessOf({ at }: Acknowledged, seen: number | null): readonly string[] {
  const ms = seen === null ? Number.POSITIVE_INFINITY : seen - at;
  return ms > PROMISED_MS + LOOK_MS ? [`its receipt was in the log after ${Math.round(ms / 1_000)} s, where 60 were promised`] : [];
}

async function unproven(acknowledged: readonly Acknowledged[], auditor: Auditor): Promise<readonly string[]> {
  const step = Math.max(1, Math.ceil(acknowledged.length / PROVEN));
  const findings: string[] = [];
  for (const { receipt } of acknowledged.filter((_, index) => index % step === 0)) {
    if (!(await auditor.proves(receipt.id, receipt.leaf_hash))) findings.push(`the log's proof of the receipt ${receipt.id} does not hold`);
  }
  return findings;
}

/** An answer that waited for the outcome of an effect shows that, and has the receipt of what it decided. */
function isOf(entry: Acknowledged, state: { version: number }): boolean {
  return entry.path.endsWith('/execute') ? state.version <= entry.version : state.version === entry.version;
}

/** What was asked for once must not have been done twice, nor one receipt answer for two. */
function twice(acknowledged: readonly Acknowledged[]): readonly string[] {
  const byReceipt = Map.groupBy(acknowledged, ({ receipt }) => receipt.id);
  return [...byReceipt].flatMap(([id, entries]) => (entries.length > 1 ? [`the receipt ${id} was the answer to ${entries.length} requests`] : []));
}
