import { membersOf } from '../../sdk/evidence.ts';
import type { Action, Evidence, ListView, Pack, Query, TSchema } from '../../sdk/index.ts';

/** A list as the Switchboard shows it: what its query, the query of one item and the actions on it say, and what the pack refines. */
export interface List {
  readonly view: Partial<ListView>;
  readonly list: Query;
  /** Answers one item; null where the list is all there is. */
  readonly detail: Query | null;
  readonly creating: readonly Action[];
  /** The actions on one item. */
  readonly changing: readonly Action[];
  readonly entity: Exclude<ListView['entity'], undefined>;
  readonly evidence: Evidence | null;
}

/** Those that the pack names in its order, then the rest. By the paths that they have: `GET /x` lists, `GET /x/:id` answers one, `POST /x` makes one, and what begins with `/x/:id` changes it. */
export function listsOf(pack: Pack): readonly List[] {
  const { lists: views = [] } = pack.views ?? {};
  const named = views.map(({ list }) => list);
  const ordered = [...named, ...pack.queries.filter((query) => !named.includes(query))];
  return ordered.filter(isList).map((list) => {
    const { path } = list.route;
    const view: Partial<ListView> = views.find((candidate) => candidate.list === list) ?? {};
    const detail = pack.queries.find(({ route }) => route.method === 'GET' && isItemOf(path, route.path)) ?? null;
    const actions = view.entity === null ? [] : pack.actions;
    const creating = actions.filter(({ route }) => route?.method === 'POST' && route.path === path);
    const changing = detail ? actions.filter(({ route }) => route && isUnder(detail.route.path, route.path)) : [];
    const entity = view.entity ?? [...changing, ...creating][0]?.entity ?? null;
    const evidence = view.evidence ?? pack.evidence.find((declared) => membersOf(declared)[0]?.entity.type === entity?.type) ?? null;
    return { view, list, detail, creating, changing, entity, evidence: entity ? evidence : null };
  });
}

/** Of a page's items; null where the query does not say. */
export function itemSchemaOf({ answer }: Query): TSchema | null {
  const { items } = ((answer as { properties?: Readonly<Record<string, unknown>> })?.properties ?? {}) as { items?: { items?: TSchema } };
  return items?.items ?? null;
}

function isList(query: Query): boolean {
  const { route, query: parameters } = query;
  if (route.method !== 'GET' || route.path.includes(':') || route.path.includes('*')) return false;
  const { properties = {} } = parameters as { properties?: Readonly<Record<string, unknown>> };
  return itemSchemaOf(query) !== null || 'cursor' in properties;
}

/** `/x/:id`, or with several names where an item has no id of its own: `/x/:tenant_id/:period`. */
function isItemOf(list: string, path: string): boolean {
  return path.startsWith(`${list}/`) && /^(\/:[a-z_]+)+$/.test(path.slice(list.length));
}

function isUnder(item: string, path: string): boolean {
  return path === item || path.startsWith(`${item}/`);
}
