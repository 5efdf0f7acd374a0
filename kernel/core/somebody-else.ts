import { type Actor, type LockingReader, Problem, type Row } from '../../sdk/index.ts';
import { Users } from '../database/tables.ts';

/**
 * A person, locked, for what nobody does to themselves. The caller is locked too: of two who do it to each other at once the second
 * finds that they may no more, and a tenant keeps an operator.
 * @param otherwise what a caller is told who tries it on themselves @throws Problem `separation-of-duties`, `not-found`
 */
export async function lockSomebodyElse(db: LockingReader, actor: Actor, id: string, otherwise: string): Promise<Row<typeof Users>> {
  // In the order of ids, as everybody locks people, so that none waits for another in a ring.
  const callerFirst = !actor.system && actor.id < id;
  if (callerFirst) await db.lock(Users, actor.id);
  const person = await db.lock(Users, id);
  if (person.id === actor.id) throw new Problem('separation-of-duties', otherwise);
  if (!actor.system && !callerFirst) await db.lock(Users, actor.id);
  return person;
}
