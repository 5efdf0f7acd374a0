import type { Catalog, ListEntry, PackEntry, PageEntry } from '../sdk/ui/catalog.ts';
import { fillPath } from '../sdk/ui/links.ts';

/** What an address of the shell shows. */
export type Place =
  | { readonly kind: 'home' }
  | { readonly kind: 'dashboard'; readonly id: string; readonly pack: PackEntry }
  | { readonly kind: 'page'; readonly page: PageEntry; readonly pack: PackEntry }
  | { readonly kind: 'list'; readonly list: ListEntry; readonly pack: PackEntry }
  | { readonly kind: 'create'; readonly list: ListEntry; readonly pack: PackEntry }
  | { readonly kind: 'record'; readonly list: ListEntry; readonly pack: PackEntry; readonly path: string; readonly tab: string }
  | { readonly kind: 'unknown' };

/** The last part of the address of a form that makes a new one. */
const NEW = 'new';

/** Below `/w` stand the API's own paths; a record's tabs stand below its own. */
export function placeAt(path: string, { packs }: Catalog): Place {
  if (!isWellFormed(path)) return { kind: 'unknown' };
  const apiPath = path.replace(/^\/w(?=\/|$)/, '').replace(/\/$/, '');
  if (apiPath === '') return { kind: 'home' };
  for (const pack of packs) {
    const place = placeIn(pack, apiPath);
    if (place) return place;
  }
  return { kind: 'unknown' };
}

/** Of percent signs that stand for nothing no text can be made. */
function isWellFormed(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

function placeIn(pack: PackEntry, apiPath: string): Place | null {
  const dashboard = pack.dashboards.find(({ id }) => apiPath === `/dashboards/${id}`);
  if (dashboard) return { kind: 'dashboard', id: dashboard.id, pack };
  const page = pack.pages.find(({ path }) => path === apiPath);
  if (page) return { kind: 'page', page, pack };
  for (const list of pack.lists) {
    if (list.path === apiPath) return { kind: 'list', list, pack };
    if (apiPath === `${list.path}/${NEW}` && list.creating.length > 0) return { kind: 'create', list, pack };
    const record = recordAt(list, apiPath);
    if (record) return { kind: 'record', list, pack, ...record };
  }
  return null;
}

function recordAt({ detail }: ListEntry, apiPath: string): { path: string; tab: string } | null {
  if (detail === null) return null;
  const names: string[] = [];
  const pattern = detail.replaceAll(/:([a-z_]+)/g, (_, name: string) => {
    names.push(name);
    return '([^/]+)';
  });
  const found = new RegExp(`^${pattern}(?:/([a-z][a-z-]*))?$`).exec(apiPath);
  if (!found) return null;
  const values = names.map((name, index) => [name, decodeURIComponent(found[index + 1] ?? '')]);
  return { path: fillPath(detail, Object.fromEntries(values)), tab: found[names.length + 1] ?? 'overview' };
}
