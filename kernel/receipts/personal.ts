import type { Entity } from '../../sdk/index.ts';
import { type Commitment, commit } from './commitment.ts';

/** Collects, while an action is recorded, what must stay erasable, and hands out the commitments that stand for it. */
export class PersonalValues {
  readonly #disclosed: (Commitment & { subject_id: string })[] = [];

  commit(name: string, value: string, subjectId: string): string {
    const commitment = commit(name, value);
    this.#disclosed.push({ ...commitment, subject_id: subjectId });
    return commitment.commitment;
  }

  /** The named columns of a row, its personal values replaced by their commitments, which are added to `into`. */
  conceal(entity: Entity<never>, row: object, columns: readonly string[], subjectId: string, into: string[]): Readonly<Record<string, unknown>> {
    const values = new Map(Object.entries(row));
    return Object.fromEntries(
      columns.map((name) => {
        const value = values.get(name) ?? null;
        if (typeof value !== 'string' || !entity.personal.includes(name)) return [name, value];
        const commitment = this.commit(name, value, subjectId);
        into.push(commitment);
        return [name, commitment];
      }),
    );
  }

  /** Rows of the table `disclosures`. */
  get rows(): readonly object[] {
    return this.#disclosed;
  }
}
