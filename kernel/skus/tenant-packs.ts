import type { TenantFile } from '../config/tenant.ts';
import type { PackRegistry } from '../packs/registry.ts';
import { requiredBy } from './required.ts';

/** What a tenant's file says of packs, once its SKUs have enabled what they require. */
export interface TenantPacks {
  readonly packs: TenantFile['packs'];
  /** What the file does not decide, or decides twice: each error with the path of its field. */
  readonly errors: readonly { readonly path: string; readonly message: string }[];
  /** Packs that are enabled and whose manifests could not be read: they may be SKUs, and decide of what the file leaves open or does not name. */
  readonly unread: readonly string[];
}

/** Adds what the SKUs that are enabled require. One that failed enables it all the same, as a pack that failed stays enabled: for when they are mended. */
export function expandSkus({ packs }: Pick<TenantFile, 'packs'>, registry: Pick<PackRegistry, 'declared' | 'failed'>): TenantPacks {
  const enabled = Object.keys(packs).filter((id) => packs[id]?.enabled);
  const bySku = enabled.flatMap((sku) => {
    const pack = registry.declared(sku);
    return pack?.sku ? [...requiredBy(pack, registry)].map((id) => ({ id, sku })) : [];
  });
  const given = new Set(bySku.map(({ id }) => id));
  const contradictions = bySku
    .filter(({ id }) => packs[id]?.enabled === false)
    .map(({ id, sku }) => ({ path: `${id}.enabled`, message: `is false, and ${sku}, which is enabled, requires it: disable both, or neither` }));
  const open = Object.keys(packs)
    .filter((id) => packs[id]?.enabled === undefined && !given.has(id))
    .map((id) => ({ path: `${id}.enabled`, message: 'is required, since no SKU that is enabled requires the pack' }));
  // A pack that failed before it could say its id may be any of them.
  const unread = enabled.filter((id) => !registry.declared(id) && registry.failed.some((failed) => failed.id === id || failed.guessed));
  return {
    packs: { ...packs, ...Object.fromEntries([...given].map((id) => [id, { enabled: true, ...packs[id] }])) },
    errors: [...contradictions, ...(unread.length > 0 ? [] : open)],
    unread,
  };
}
