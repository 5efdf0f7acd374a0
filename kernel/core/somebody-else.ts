import { type Actor, type LockingReader, Problem, type Row } from '../../sdk/index.ts';
import { Users } from '../database/tables.ts';

/**
 * A person, locked, for what nobody does to themselves.
 * @param otherwise what a caller is told who tries @throws Problem `separation-of-duties`, `not-found`
 */
export async function lockSomebodyElse(db: LockingReader, actor: Actor, id: string, otherwise: string): Promise<Row<typeof Users>> {
  const person = await db.lock(Users, id);
  if (person.id === actor.id) throw new Problem('separation-of-duties', otherwise);
  return person;
}
