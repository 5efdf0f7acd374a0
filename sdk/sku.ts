import type { Pack } from './pack.ts';

/** One thing that a buyer gets, in words, and what gives it. */
export interface SkuFeature {
  /** Lower case, with hyphens: `offline-verification`. */
  readonly id: string;
  readonly title: string;
  /** One sentence: what it does for whoever has it. */
  readonly description: string;
  /** Ids of actions, queries, jobs, events, meters and indicators. */
  readonly provided_by: readonly string[];
}

/**
 * What is sold under one name: a selection of what the kernel and the packs that it requires provide. It provides nothing by
 * itself, so each of its names must be one of theirs, or the server does not start.
 */
export interface Sku {
  readonly features: readonly SkuFeature[];
  /** Ids of policy bundles. */
  readonly policies: readonly string[];
  readonly dashboards: readonly string[];
  /** Ids of evidence, and of queries of the kernel that prove what the evidence of one subject cannot, such as `evidence.population`. */
  readonly evidence: readonly string[];
}

/** A pack that is a SKU. Where it is enabled, so is what it requires. @internal The kernel's alone. */
export type SkuPack = Pack & { readonly sku: Sku };

/** @internal The kernel's alone. */
export function isSku(pack: Pack): pack is SkuPack {
  return pack.sku !== undefined;
}

/** What the manifest of a SKU may say. */
const SKU_KEYS: ReadonlySet<string> = new Set(['id', 'title', 'version', 'summit', 'requires', 'sku']);

/** What a SKU declares that is not for it to declare, in words. @internal `definePack` asks. */
export function skuFaults(declared: Partial<Pack>): readonly string[] {
  if (declared.sku === undefined) return [];
  const own = Object.keys(declared).filter((key) => !SKU_KEYS.has(key));
  return own.map((key) => `a SKU has no "${key}" of its own: declare it in a pack that it requires`);
}
