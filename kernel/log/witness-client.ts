import { formatConsistency } from '../../sdk/verify/checkpoint.ts';
import { type NoteKey, verifyNote } from '../../sdk/verify/note.ts';

/** A witness that cosigns (C2SP tlog-witness). */
export interface Witness {
  /** As the policy file names it. */
  readonly name: string;
  readonly key: NoteKey;
  /** Submission prefix. */
  readonly url: string;
}

/** What a witness makes of a checkpoint: it cosigns it, knows the log at another size, or will not have it. */
export type WitnessAnswer =
  | { readonly kind: 'cosigned'; readonly line: string }
  | { readonly kind: 'elsewhere'; readonly size: number }
  | { readonly kind: 'refused'; readonly reason: string };

const TIMEOUT_MS = 5_000;
const MAX_ANSWER_BYTES = 65_536;

/**
 * Shows a checkpoint to a witness, with the proof that the log only grew since it had `oldSize` leaves.
 * @throws Error where the witness does not answer, or not as a witness does
 */
export async function addCheckpoint(witness: Witness, note: string, oldSize: number, hashes: readonly Uint8Array[]): Promise<WitnessAnswer> {
  const response = await fetch(`${witness.url.replace(/\/$/, '')}/add-checkpoint`, {
    method: 'POST',
    body: formatConsistency({ oldSize: BigInt(oldSize), hashes, checkpoint: note }),
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const text = await response.text();
  if (text.length > MAX_ANSWER_BYTES) throw new Error(`the witness ${witness.name} answers with ${text.length} characters`);
  if (response.status === 200) return { kind: 'cosigned', line: await cosignatureIn(witness, note, text) };
  if (response.status === 409 && /^(0|[1-9]\d{0,15})\n$/.test(text)) return { kind: 'elsewhere', size: Number(text) };
  if (response.status >= 400 && response.status < 500) return { kind: 'refused', reason: `${response.status} ${text.trim().slice(0, 200)}` };
  throw new Error(`the witness ${witness.name} answers ${response.status}`);
}

/** The line by the witness's own key; it may send others. @throws Error where there is none that verifies */
async function cosignatureIn({ name, key }: Witness, note: string, lines: string): Promise<string> {
  for (const line of lines.split(/(?<=\n)/).filter((each) => each.startsWith(`— ${key.name} `))) {
    const { verified } = await verifyNote(withLine(note, line), [key]);
    if (verified.length > 0) return line;
  }
  throw new Error(`the witness ${name} has not cosigned by the key that is configured for it`);
}

function withLine(note: string, line: string): string {
  return `${note.slice(0, note.lastIndexOf('\n\n') + 2)}${line}`;
}
