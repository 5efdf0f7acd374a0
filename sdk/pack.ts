import type { Action } from './action.ts';
import type { Dashboard } from './dashboard.ts';
import type { Entity } from './entity.ts';
import type { EventType } from './event.ts';
import type { Evidence } from './evidence.ts';
import type { Indicator } from './indicator.ts';
import type { MigrationStep } from './migration.ts';
import type { Query } from './query.ts';
import { Empty, type TSchema } from './schema.ts';
import { SKU_KEYS, type Sku } from './sku.ts';
import type { Meter, UsageType } from './usage.ts';
import type { Views } from './view.ts';
import type { Effect, Job } from './work.ts';

export interface PackPolicy {
  /** The bundle's id, which is its Rego package: `high_risk.operations`. */
  readonly bundle: string;
  readonly entrypoints: readonly string[];
  /** By type of resource, the entrypoint that answers when other applications ask about one (AuthZEN). */
  readonly answers?: Readonly<Record<string, string>>;
  /**
   * JSON pointers (RFC 6901, no wildcards) into the input, such as `/context/customer`: what the policy sees, and the stored
   * decision holds only as a salted, erasable commitment. Such a decision cannot be replayed.
   */
  readonly mask?: readonly string[];
}

/** A pack: what it declares is what it is. The manifest served at `GET /packs` is the projection of this without code. */
export interface Pack {
  readonly id: string;
  readonly title: string;
  readonly version: string;
  /** The semver range of kernels that it works with. */
  readonly summit: string;
  /** Other packs by id, each with a semver range. */
  readonly requires: Readonly<Record<string, string>>;
  readonly entities: readonly Entity<never>[];
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
  /** How well it does what it is for: lines of `GET /slo`. */
  readonly indicators: readonly Indicator[];
  /** Each relationship of its edges, with the name it has from the other end. */
  readonly relationships: Readonly<Record<string, string>>;
  readonly settings: TSchema;
  /** What a schema cannot say of settings that are valid by it: each error with the path of its field. */
  readonly settingsErrors?: (settings: Readonly<Record<string, unknown>>) => readonly { readonly path: string; readonly message: string }[];
  /** What is sold under its name; such a pack declares nothing else but what it requires. */
  readonly sku?: Sku;
}

type Naming = Pick<Pack, 'id' | 'title' | 'version' | 'summit'>;

/** What a pack has none of it leaves out. */
export type DeclaredPack = Naming & Partial<Omit<Pack, keyof Naming>>;

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

const keys: ReadonlySet<string> = new Set([...Object.keys(NOTHING), 'id', 'title', 'version', 'summit', 'views', 'settingsErrors', 'sku']);

/** @throws TypeError naming a key that a pack does not have, or what of a policy, a dashboard or an indicator it declares cannot be */
export function definePack(declared: DeclaredPack): Pack {
  const pack: Pack = { ...NOTHING, ...declared };
  const unknown = Object.keys(pack).find((key) => !keys.has(key));
  if (unknown !== undefined) throw new TypeError(`pack ${pack.id}: "${unknown}" is not a key of a pack`);
  const own = declared.sku && Object.keys(declared).find((key) => !SKU_KEYS.has(key));
  if (own !== undefined) throw new TypeError(`pack ${pack.id}: a SKU has no "${own}" of its own: declare it in a pack that it requires`);
  for (const { bundle, entrypoints, answers = {}, mask = [] } of pack.policies) {
    const stray = Object.values(answers).find((entrypoint) => !entrypoints.includes(entrypoint));
    if (stray !== undefined) throw new TypeError(`pack ${pack.id}: ${bundle} answers by ${stray}, which is not one of its entrypoints`);
    const odd = mask.find((pointer) => !/^(\/[^/*]+)+$/.test(pointer));
    if (odd !== undefined) throw new TypeError(`pack ${pack.id}: "${odd}" is no JSON pointer such as /context/customer`);
  }
  const foreign = pack.dashboards.find(({ id }) => !id.startsWith(`${pack.id}.`));
  if (foreign) throw new TypeError(`pack ${pack.id}: the dashboard "${foreign.id}" must be named ${pack.id}.<name>`);
  const stray = pack.indicators.find(({ id }) => !id.startsWith(`${pack.id}.`));
  if (stray) throw new TypeError(`pack ${pack.id}: the indicator "${stray.id}" must be named ${pack.id}.<name>`);
  return Object.freeze(pack);
}
