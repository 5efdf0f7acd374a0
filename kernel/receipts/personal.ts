import type { Entity } from '../../sdk/index.ts';
import type { Row } from '../write.ts';
import { type Commitment, commit } from './commitment.ts';

/** Collects, while an action is recorded, what must stay erasable, and hands out the commitments that stand for it. */
export class PersonalValues {
  readonly #disclosed: (Commitment & Row & { subject_id: string })[] = [];

  commit(name: string, value: string, subjectId: string): string {
    const commitment = commit(name, value);
    this.#disclosed.push({ ...commitment, subject_id: subjectId });
    return commitment.commitment;
  }

  /** The named columns of a row, its personal values replaced by their commitments, which are added to `into`. */
  conceal(entity: Entity<never>, row: Row, columns: readonly string[], subjectId: string, into: string[]): Row {
    const concealed: Record<string, unknown> = {};
    for (const name of columns) {
      const value = row[name] ?? null;
      concealed[name] = value;
      if (typeof value !== 'string' || !entity.personal.includes(name)) continue;
      const commitment = this.commit(name, value, subjectId);
      into.push(commitment);
      concealed[name] = commitment;
    }
    return concealed;
  }

  /** Rows of the table `disclosures`. */
  get rows(): readonly Row[] {
    return this.#disclosed;
  }
}
