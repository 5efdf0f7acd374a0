import type { RiggedPack } from '../kit.ts';
import { rowOf } from './history.ts';
import type { Place } from './walk.ts';

/** What stands for a subject in a path: its id, and whatever its actions call it. */
export async function paramsOf(kit: RiggedPack, { type, example: id }: Pick<Place, 'type' | 'example'>): Promise<Readonly<Record<string, string>>> {
  const action = kit.pack.actions.find(({ entity, params }) => entity.type === type && params !== undefined);
  return { id, ...action?.params?.(await rowOf(kit, action, id)) };
}
