import type { Governed, GovernedRow } from './entity.ts';
import type { Reader } from './reader.ts';

/**
 * What a pack adds to the evidence of a subject. The kernel adds the rest: receipts, policy decisions, the policy
 * bundles that made them, the graph around the subject, and the manifest.
 */
export interface Evidence<R extends GovernedRow = GovernedRow> {
  readonly id: string;
  readonly title: string;
  /** Has one parameter, `:id`. */
  readonly path: string;
  readonly entity: Governed<R>;
  members(db: Reader, id: string): Promise<Readonly<Record<string, unknown>>>;
}

export function defineEvidence<R extends GovernedRow>(evidence: Evidence<R>): Evidence<R> {
  return Object.freeze(evidence);
}
