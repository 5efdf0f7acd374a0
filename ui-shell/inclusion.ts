import { fromBase64, toBase64 } from '../sdk/verify/bytes.ts';
import { parseCheckpoint, parseProof } from '../sdk/verify/checkpoint.ts';
import { verifyInclusion } from '../sdk/verify/merkle.ts';
import { parseNote } from '../sdk/verify/note.ts';

export interface ShownCheckpoint {
  readonly origin: string;
  readonly size: string;
  /** Base64. */
  readonly root: string;
  readonly signers: readonly string[];
}

export interface ShownProof {
  readonly index: string;
  /** Base64, from the leaf's sibling up. */
  readonly hashes: readonly string[];
  readonly checkpoint: ShownCheckpoint;
  /** Whether the hashes lead from the leaf to the root of the checkpoint. Its signatures are not looked at. */
  readonly holds: boolean;
}

/** @param note a signed checkpoint @throws TypeError */
export function shownCheckpoint(note: string): ShownCheckpoint {
  const { text, signatures } = parseNote(note);
  const { origin, size, root } = parseCheckpoint(text);
  return { origin, size: String(size), root: toBase64(root), signers: signatures.map(({ name }) => name) };
}

/** Checks a proof of inclusion (C2SP tlog-proof). @param leafHash base64 @throws TypeError for what is no proof */
export async function checkedProof(text: string, leafHash: string): Promise<ShownProof> {
  const { index, hashes, checkpoint } = parseProof(text);
  const { size, root } = parseCheckpoint(parseNote(checkpoint).text);
  const holds = await verifyInclusion({ index, size, leaf: fromBase64(leafHash), proof: hashes, root });
  return { index: String(index), hashes: hashes.map(toBase64), checkpoint: shownCheckpoint(checkpoint), holds };
}
