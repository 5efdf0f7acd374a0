import type { Pack } from '../../sdk/index.ts';
import type { PackRegistry } from '../packs/registry.ts';

/** The ids of all packs that a pack requires, of those that these require, and so on, as far as their declarations are known. */
export function requiredBy({ requires }: Pick<Pack, 'requires'>, packs: Pick<PackRegistry, 'declared'>): ReadonlySet<string> {
  const found = new Set<string>();
  const waiting = Object.keys(requires);
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    waiting.push(...Object.keys(packs.declared(id)?.requires ?? {}));
  }
  return found;
}
