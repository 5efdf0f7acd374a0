import { Problem } from '../../sdk/index.ts';

/** Each has its inclusion proof, and all of these are in memory. */
export const MOST_CITED = 20_000;

/** So long a list the verifier reads, and no longer one. */
const MOST_EVENTS = 200_000;

/** @throws Problem `too-large` that names the mend */
export function assertShowable({ receipts, events }: { readonly receipts: number; readonly events: number }): void {
  if (receipts > MOST_CITED) throw tooMany('cite', MOST_CITED, 'receipts');
  if (events > MOST_EVENTS) throw tooMany('show', MOST_EVENTS, 'usage events');
}

function tooMany(verb: 'cite' | 'show', most: number, what: string): Problem {
  const mend = 'ask for a sample of its usage (events=sample, and how many by sample=), and prove the others by populations (/evidence/populations)';
  return new Problem('too-large', `The bundle would ${verb} more than ${most.toLocaleString('en')} ${what}: ${mend}.`);
}
