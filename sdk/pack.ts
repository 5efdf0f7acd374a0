import type { Action } from './action.ts';
import type { Dashboard } from './dashboard.ts';
import type { Demo } from './demo.ts';
import type { Departure } from './departure.ts';
import type { Entity } from './entity.ts';
import type { EventType } from './event.ts';
import type { Evidence } from './evidence.ts';
import type { Indicator } from './indicator.ts';
import type { MigrationStep } from './migration.ts';
import { InvalidPack, packFaults } from './pack-faults.ts';
import type { Query } from './query.ts';
import { Empty, type TSchema } from './schema.ts';
import { type Sku, skuFaults } from './sku.ts';
import type { Meter, UsageType } from './usage.ts';
import type { Views } from './view.ts';
import type { Effect, Job } from './work.ts';

/** A policy bundle that decides for the pack. */
export interface PackPolicy {
  /** The bundle's id, which is its Rego package: `high_risk.operations`. */
  readonly bundle: string;
  /** The rules that its actions ask, as paths: `high_risk/operations/decision`. */
  readonly entrypoints: readonly string[];
  /** By type of resource, the entrypoint that answers when other applications ask about one (AuthZEN). */
  readonly answers?: Readonly<Record<string, string>>;
  /**
   * JSON pointers (RFC 6901, no wildcards) into the input, such as `/context/customer`, where this pack asks: what the policy
   * sees, and the stored decision holds only as a salted, erasable commitment. Such a decision cannot be replayed.
   */
  readonly mask?: readonly string[];
}

/** A pack: what it declares is what it is. The manifest served at `GET /packs` is the projection of this without code. */
export interface Pack {
  /** A slug: lowercase letters, digits and hyphens. */
  readonly id: string;
  readonly title: string;
  /** By semver: `1.2.0`. */
  readonly version: string;
  /** The semver range of kernels that it works with. */
  readonly summit: string;
  /** Other packs by id, each with a semver range. */
  readonly requires: Readonly<Record<string, string>>;
  readonly entities: readonly Entity<never>[];
  /** In their order. */
  readonly migrations: readonly MigrationStep[];
  readonly policies: readonly PackPolicy[];
  readonly actions: readonly Action[];
  readonly queries: readonly Query[];
  readonly evidence: readonly Evidence[];
  readonly effects: readonly Effect[];
  /** What its actions may tell others. */
  readonly events: readonly EventType[];
  readonly jobs: readonly Job[];
  /** What it meters beside the kernel's own: the types of events, and the meters that read them. */
  readonly usage: readonly UsageType[];
  readonly meters: readonly Meter[];
  readonly dashboards: readonly Dashboard[];
  /** How the Switchboard shows it, where that is not as its schemas say. */
  readonly views?: Views;
  /** The story that shows what it does, told where a tenant is there for demonstrations. */
  readonly demo?: Demo;
  /** How well it does what it is for: lines of `GET /slo`. */
  readonly indicators: readonly Indicator[];
  /** Each relationship of its edges, with the name it has from the other end: `{ owned_by: "owns" }`. The kernel has some of its own. */
  readonly relationships: Readonly<Record<string, string>>;
  /** What an operator may set for a tenant; nothing unless said. Its numbers are whole, any other is a decimal string. */
  readonly settings: TSchema;
  /** What a schema cannot say of settings that are valid by it: each error with the path of its field. */
  readonly settingsErrors?: (settings: Readonly<Record<string, unknown>>) => readonly { readonly path: string; readonly message: string }[];
  /** What is sold under its name; such a pack declares nothing else but what it requires. */
  readonly sku?: Sku;
}

type Naming = Pick<Pack, 'id' | 'title' | 'version' | 'summit'>;

/** What `definePack` takes: what a pack has none of, it leaves out. */
export interface DeclaredPack extends Naming, Partial<Omit<Pack, keyof Naming>> {
  /** What becomes of what people leave behind who leave: each is an action and a job more. */
  readonly departures?: readonly Departure[];
}

const NOTHING: Omit<Pack, keyof Naming> = {
  requires: {},
  entities: [],
  migrations: [],
  policies: [],
  actions: [],
  queries: [],
  evidence: [],
  effects: [],
  events: [],
  jobs: [],
  usage: [],
  meters: [],
  dashboards: [],
  indicators: [],
  relationships: {},
  settings: Empty,
};

/**
 * Declares a pack: the default export of its `manifest.ts`. What of it is data the kernel checks when it loads the pack, by
 * `manifest.schema.json`; a pack that is wrong is left out, with those that require it, and `/readyz` says why.
 *
 * @throws TypeError that lists all that is wrong, each with its path
 * @example
 * ```ts
 * const pack = definePack({
 *   id: 'vendors',
 *   title: 'Vendors',
 *   version: '1.0.0',
 *   summit: '^0.1.0',
 *   entities: [Vendor, Review],
 *   queries: [listVendors],
 *   relationships: { owned_by: 'owns' },
 *   settings: Strict({ lapse_days: Type.Optional(Type.Integer({ minimum: 1 })) }),
 * });
 * assert.deepEqual(pack.actions, [], 'what it has none of is empty');
 * const dashboards = [defineDashboard({ id: 'overview', title: 'Vendors', read: () => ({ cards: [] }) })];
 * assert.throws(() => definePack({ ...pack, dashboards }), { message: 'pack vendors: dashboards.0 (overview): it must be named vendors.<name>' });
 * ```
 */
export function definePack({ departures = [], ...declared }: DeclaredPack): Pack {
  const { actions = [], jobs = [] } = declared;
  const left = { actions: [...actions, ...departures.map(({ action }) => action)], jobs: [...jobs, ...departures.map(({ job }) => job)] };
  const pack: Pack = { ...NOTHING, ...declared, ...(departures.length > 0 ? left : {}) };
  const faults = [...packFaults(pack), ...skuFaults(declared)];
  if (faults.length > 0) throw new InvalidPack(pack.id, faults);
  return Object.freeze(pack);
}
