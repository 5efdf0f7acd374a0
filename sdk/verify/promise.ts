import { toBase64 } from './bytes.ts';
import { parseHash, parseSize } from './checkpoint.ts';
import { verifyNote } from './note.ts';
import type { Policy } from './policy.ts';

/** What the answer to a write promises: that the receipt will be in the log by then. */
export interface LogPromise {
  /** The log's. */
  readonly origin: string;
  /** Base64. */
  readonly leafHash: string;
  /** POSIX seconds. */
  readonly integrateBy: bigint;
}

/** The text that the promise key signs. */
export function promiseText({ origin, leafHash, integrateBy }: LogPromise): string {
  return `summit-promise/v1\n${origin}\n${leafHash}\n${integrateBy}\n`;
}

/** @param note signed by the promise key of the log @throws TypeError for what is none, or is not signed by a key of the policy */
export async function verifyPromise(note: string, policy: Pick<Policy, 'promises'>): Promise<LogPromise> {
  const { text, verified } = await verifyNote(note, policy.promises);
  const [typ, origin = '', leaf = '', seconds = '', end, ...others] = text.split('\n');
  if (typ !== 'summit-promise/v1' || end !== '' || others.length > 0) throw new TypeError('it is no promise of a log');
  const promise = { origin, leafHash: toBase64(parseHash(leaf)), integrateBy: parseSize(seconds) };
  if (!verified.some(({ name }) => name === `${origin}/promise`)) {
    throw new TypeError(`no promise key that the policy has for ${origin} has signed it`);
  }
  return promise;
}
