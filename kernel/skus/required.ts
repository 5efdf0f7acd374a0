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

/** Of what a tenant has, each pack with those that it requires and the tenant has not got, as where a newer version has come to require them. */
export function unmetIn(
  enabled: ReadonlySet<string>,
  packs: Pick<PackRegistry, 'all' | 'declared'>,
): readonly { readonly pack: string; readonly missing: readonly string[] }[] {
  return packs.all.flatMap((pack) => {
    const missing = enabled.has(pack.id) ? [...requiredBy(pack, packs)].filter((id) => !enabled.has(id)) : [];
    return missing.length > 0 ? [{ pack: pack.id, missing }] : [];
  });
}
