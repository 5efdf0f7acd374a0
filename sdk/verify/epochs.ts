import type { Proof } from './bundle.ts';
import { fromBase64, fromUtf8 } from './bytes.ts';
import type { Findings } from './findings.ts';
import { type CheckpointReader, epochOf, provePlace, type SeenCheckpoint } from './log.ts';
import { leafHash } from './merkle.ts';

/**
 * When a log's key changes, a new log begins: its leaf 0 is the old log's last checkpoint, verbatim. Whether each later
 * epoch that has a receipt here is joined to the one before it in that way.
 * @param used the epochs that have a receipt here, by the log's origin
 */
export async function judgeEpochs(
  epochs: Proof['epochs'],
  used: ReadonlyMap<string, number>,
  base: string,
  reader: CheckpointReader,
  findings: Findings,
): Promise<void> {
  const linked = new Set<string>();
  for (const [index, { origin, entry, proof }] of epochs.entries()) {
    const path = `proof.epochs[${index}]`;
    const epoch = used.get(origin);
    if (epoch === undefined || epoch < 2 || linked.has(origin)) {
      findings.add('INVALID', 'stray-epoch', `${path}: ${origin} has no receipt here, is the first of its logs, or is joined twice`, path);
      continue;
    }
    linked.add(origin);
    const bytes = await findings.attempt('malformed-epoch', `${path}.entry`, () => fromBase64(entry));
    if (!bytes) continue;
    const place = await provePlace(
      proof,
      await leafHash(bytes),
      `the last checkpoint of the log before ${origin}`,
      `${path}.proof`,
      reader,
      findings,
    );
    if (place && (place.index !== 0n || place.checkpoint.origin !== origin)) {
      findings.add('INVALID', 'malformed-epoch', `${path}: the log before ${origin} is joined by leaf 0 of ${origin}, and by nothing else`, path);
    }
    await findings.attempt('malformed-epoch', `${path}.entry`, async () =>
      assertBefore(await reader.readCovered(fromUtf8(bytes), path), epoch, base),
    );
  }
  for (const [origin, epoch] of used) {
    if (epoch > 1 && !linked.has(origin)) {
      findings.add('UNANCHORED', 'epoch-not-linked', `nothing joins ${origin} to the log before it`, 'proof.epochs');
    }
  }
}

/** A number may have been left out: one that was signed under, and then lost with its database. */
function assertBefore({ origin }: SeenCheckpoint, epoch: number, base: string): void {
  const before = epochOf(origin, base);
  if (before === null || before >= epoch) throw new TypeError(`it is a checkpoint of ${origin}, not of an epoch before ${epoch}`);
}
