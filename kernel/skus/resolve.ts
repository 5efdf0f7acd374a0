import { closestMatch } from 'leven';
import { isSku, type Pack, type PackPolicy, type Route, type SkuFeature, type SkuPack } from '../../sdk/index.ts';
import { KERNEL_PACK } from '../admission.ts';
import { ConfigError } from '../config/config-error.ts';
import type { PackRegistry } from '../packs/registry.ts';
import { requiredBy } from './required.ts';

export type ProvisionKind = 'action' | 'query' | 'job' | 'event' | 'meter' | 'indicator' | 'dashboard' | 'evidence';

/** What stands behind a name in a SKU. */
export interface Provision {
  readonly kind: ProvisionKind;
  readonly id: string;
  readonly title: string;
  readonly pack: Pack;
  /** null where nobody calls it by itself. */
  readonly route: Route | null;
}

export interface ResolvedPolicy {
  readonly policy: PackPolicy;
  readonly pack: Pack;
}

/** A SKU with what each of its names stands for, in its order. */
export interface ResolvedSku {
  readonly pack: SkuPack;
  /** That it requires, also by way of others, in the order of their dependencies. */
  readonly packs: readonly Pack[];
  readonly features: readonly { readonly feature: SkuFeature; readonly providers: readonly Provision[] }[];
  readonly policies: readonly ResolvedPolicy[];
  readonly dashboards: readonly Provision[];
  readonly evidence: readonly Provision[];
}

/** Every SKU that loaded, resolved. @throws ConfigError naming each name that nothing provides, with the nearest known one */
export function resolveSkus(packs: Pick<PackRegistry, 'all' | 'declared'>): readonly ResolvedSku[] {
  const errors: string[] = [];
  const resolved = packs.all.filter(isSku).map((pack) => resolve(pack, packs, errors));
  if (errors.length > 0) throw new ConfigError(errors);
  return resolved;
}

function resolve(pack: SkuPack, packs: Pick<PackRegistry, 'all' | 'declared'>, errors: string[]): ResolvedSku {
  const ids = requiredBy(pack, packs);
  const required = packs.all.filter(({ id }) => ids.has(id));
  const sources = packs.all.filter(({ id }) => id === KERNEL_PACK || ids.has(id));
  const { features, policies, dashboards, evidence } = pack.sku;
  const known = {
    provisions: byId(sources.flatMap(provisionsOf)),
    policies: new Map(sources.flatMap((source) => source.policies.map((policy) => [policy.bundle, { policy, pack: source }] as const))),
    dashboards: byId(sources.flatMap(dashboardsOf)),
    evidence: byId(sources.flatMap(evidenceOf)),
  };
  const all = <T>(names: readonly string[], among: ReadonlyMap<string, T>, where: string): readonly T[] =>
    names.flatMap((name) => {
      const found = among.get(name);
      if (!found) errors.push(`the SKU ${pack.id}: ${where}: ${unknown(name, [...among.keys()])}`);
      return found ? [found] : [];
    });
  return {
    pack,
    packs: required,
    features: features.map((feature) => ({ feature, providers: all(feature.provided_by, known.provisions, `features.${feature.id}.provided_by`) })),
    policies: all(policies, known.policies, 'policies'),
    dashboards: all(dashboards, known.dashboards, 'dashboards'),
    evidence: all(evidence, known.evidence, 'evidence'),
  };
}

function unknown(name: string, known: readonly string[]): string {
  const nearest = closestMatch(name, known);
  const hint = nearest === undefined ? 'they provide none' : `the nearest known one is "${nearest}"`;
  return `neither the kernel nor a pack that it requires provides "${name}"; ${hint}`;
}

function provisionsOf(pack: Pack): readonly Provision[] {
  return [
    ...pack.actions.map(({ id, title, route = null }) => ({ kind: 'action' as const, id, title, pack, route })),
    ...pack.queries.map(({ id, title, route }) => ({ kind: 'query' as const, id, title, pack, route })),
    ...pack.jobs.map(({ id, title }) => ({ kind: 'job' as const, id, title, pack, route: null })),
    ...pack.events.map(({ type, title }) => ({ kind: 'event' as const, id: type, title, pack, route: null })),
    ...pack.meters.map(({ id, title }) => ({ kind: 'meter' as const, id, title, pack, route: null })),
    ...pack.indicators.map(({ id, title }) => ({ kind: 'indicator' as const, id, title, pack, route: null })),
  ];
}

function dashboardsOf(pack: Pack): readonly Provision[] {
  return pack.dashboards.map(({ id, title }) => ({ kind: 'dashboard', id, title, pack, route: { method: 'GET', path: `/dashboards/${id}` } }));
}

function evidenceOf(pack: Pack): readonly Provision[] {
  const declared = pack.evidence.map(({ id, title, path }): Provision => ({ kind: 'evidence', id, title, pack, route: { method: 'GET', path } }));
  // What the kernel proves across subjects, no pack declares.
  return pack.id === KERNEL_PACK ? [...declared, ...provisionsOf(pack).filter(({ kind }) => kind === 'query')] : declared;
}

function byId(provisions: readonly Provision[]): ReadonlyMap<string, Provision> {
  return new Map(provisions.map((provision) => [provision.id, provision]));
}
