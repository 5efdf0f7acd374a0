import { signal } from '@preact/signals';

/** JSON Schema, as far as the kit reads it. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly title?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly (string | number | boolean | null)[];
  readonly const?: string | number | boolean | null;
  readonly format?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly default?: unknown;
  /** Of a text that takes several of a closed set: `a,b`. */
  readonly 'x-summit-values'?: readonly string[];
}

/** An action as the Switchboard knows it. */
export interface ActionEntry {
  readonly id: string;
  readonly title: string;
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly roles: readonly string[];
  readonly input: Schema;
  /** Whether a policy decides. */
  readonly judged: boolean;
  /** Whether it takes `expected_version`. */
  readonly versioned: boolean;
}

/** A list as the Switchboard knows it: what its query declares, and what the pack's `views` say of it. */
export interface ListEntry {
  readonly id: string;
  readonly path: string;
  readonly title: string;
  readonly empty: string | null;
  readonly columns: readonly string[] | null;
  readonly filters: readonly string[] | null;
  readonly section: string | null;
  readonly unlisted: boolean;
  /** The address of its browser module, where it has one. */
  readonly module: string | null;
  /** The path of one of its records, `/vendors/:id`; null where they have no page. */
  readonly detail: string | null;
  readonly entity: string | null;
  readonly transitions: Readonly<Record<string, readonly string[]>> | null;
  readonly evidence: string | null;
  readonly query: Schema;
  /** The schema of one item, where the query says what it answers. */
  readonly item: Schema | null;
  /** The actions that make one. */
  readonly creating: readonly ActionEntry[];
  /** The actions that change one. */
  readonly changing: readonly ActionEntry[];
}

/** A page of a pack, as the Switchboard knows it. */
export interface PageEntry {
  readonly path: string;
  readonly title: string;
  readonly section: string | null;
  readonly unlisted: boolean;
  readonly module: string | null;
}

/** A pack with what it has for the person who asks. */
export interface PackEntry {
  readonly id: string;
  readonly title: string;
  readonly icon: string | null;
  readonly dashboards: readonly { readonly id: string; readonly title: string }[];
  readonly lists: readonly ListEntry[];
  readonly pages: readonly PageEntry[];
  readonly commands: readonly { readonly title: string; readonly path: string }[];
}

/** What `GET /switchboard` answers: what there is for the person who asks. */
export interface Catalog {
  readonly tenant: { readonly id: string; readonly title: string; readonly time_zone: string };
  readonly user: { readonly id: string; readonly handle: string; readonly roles: readonly string[] };
  readonly packs: readonly PackEntry[];
}

/**
 * null until somebody is signed in: the shell fills it, and views ask `signedIn`.
 *
 * @internal
 */
export const catalog = signal<Catalog | null>(null);

/**
 * What there is for the person who is signed in, tenant and person among it.
 *
 * @throws TypeError before anybody is signed in: nothing that asks is shown before
 */
export function signedIn(): Catalog {
  if (!catalog.value) throw new TypeError('nobody is signed in yet');
  return catalog.value;
}

/** Whether the person holds one of the roles; everybody does where none are named. For what is worth showing: what they may do, the API says. */
export function holds(roles: readonly string[] | undefined): boolean {
  return !roles || roles.some((role) => signedIn().user.roles.includes(role));
}

/** The list that has the records of an entity, such as `revops.quote`. */
export function listOfEntity(entity: string): ListEntry | undefined {
  return signedIn()
    .packs.flatMap(({ lists }) => lists)
    .find((list) => list.entity === entity && list.detail !== null);
}

/** The list that the API has at this path; undefined where it has none, or not for this person. */
export function listAt(path: string): ListEntry | undefined {
  return signedIn()
    .packs.flatMap(({ lists }) => lists)
    .find((list) => list.path === path);
}
