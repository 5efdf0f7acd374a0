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

export interface ListEntry {
  readonly id: string;
  readonly path: string;
  readonly title: string;
  readonly empty: string | null;
  readonly columns: readonly string[] | null;
  readonly filters: readonly string[] | null;
  readonly section: string | null;
  readonly unlisted: boolean;
  readonly module: string | null;
  readonly detail: string | null;
  readonly entity: string | null;
  readonly transitions: Readonly<Record<string, readonly string[]>> | null;
  readonly evidence: string | null;
  readonly query: Schema;
  readonly item: Schema | null;
  readonly creating: readonly ActionEntry[];
  readonly changing: readonly ActionEntry[];
}

export interface PageEntry {
  readonly path: string;
  readonly title: string;
  readonly section: string | null;
  readonly unlisted: boolean;
  readonly module: string | null;
}

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

export const catalog = signal<Catalog | null>(null);

/** @throws TypeError before anybody is signed in: nothing that asks is shown before */
export function signedIn(): Catalog {
  if (!catalog.value) throw new TypeError('nobody is signed in yet');
  return catalog.value;
}

export function holds(roles: readonly string[] | undefined): boolean {
  return !roles || roles.some((role) => signedIn().user.roles.includes(role));
}

/** The list that has the records of an entity, such as `revops.quote`. */
export function listOfEntity(entity: string): ListEntry | undefined {
  return signedIn()
    .packs.flatMap(({ lists }) => lists)
    .find((list) => list.entity === entity && list.detail !== null);
}

export function listAt(path: string): ListEntry | undefined {
  return signedIn()
    .packs.flatMap(({ lists }) => lists)
    .find((list) => list.path === path);
}
