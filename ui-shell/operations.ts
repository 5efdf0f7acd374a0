import { type Resource, type Schema, useResource } from '../sdk/ui/index.ts';
import type { SkuCounts } from './sku-contents.ts';

/** Of a pack's manifest, what is shown of it. */
export interface Manifest {
  readonly id: string;
  readonly title: string;
  readonly version: string;
  readonly requires: Readonly<Record<string, string>>;
  readonly entities: readonly { readonly type: string; readonly transitions: object | null }[];
  readonly policies: readonly { readonly bundle: string; readonly entrypoints: readonly string[] }[];
  readonly actions: readonly Operation[];
  readonly queries: readonly { readonly id: string; readonly title: string }[];
  readonly evidence: readonly { readonly id: string; readonly title: string }[];
  readonly jobs: readonly { readonly id: string; readonly title: string; readonly schedule: string }[];
  readonly meters: readonly { readonly id: string; readonly title: string }[];
  readonly dashboards: readonly { readonly id: string; readonly title: string }[];
  readonly settings: Schema;
  /** Absent of all but a SKU. */
  readonly sku?: SkuCounts;
}

export interface Operation {
  readonly id: string;
  readonly title: string;
  readonly roles: readonly string[];
  /** Absent where only the server itself does it. */
  readonly route?: { readonly method: string; readonly path: string };
  readonly policy: { readonly none: string } | { readonly entrypoint: string };
}

export interface InstalledPack extends Manifest {
  readonly enabled: boolean;
  readonly tenant_settings: Readonly<Record<string, unknown>>;
}

/** As `GET /packs` answers it. */
export interface Installed {
  readonly items: readonly InstalledPack[];
  readonly failed: readonly { readonly id: string; readonly reason: string }[];
  readonly kernel: Manifest;
}

export function useInstalled(): Resource<Installed> {
  return useResource<Installed>('/packs');
}

/** Who may do it; null while that is not known. */
export function rolesFor(action: string, { value }: Resource<Installed>): readonly string[] | null {
  if (!value) return null;
  return manifestsOf(value).flatMap(({ actions }) => actions.filter(({ id }) => id === action))[0]?.roles ?? [];
}

/** Of all that is installed, the kernel's own last. */
export function manifestsOf({ items, kernel }: Installed): readonly Manifest[] {
  return [...items, kernel];
}
