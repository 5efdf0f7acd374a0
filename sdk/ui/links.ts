import { type ListEntry, listOfEntity, signedIn } from './catalog.ts';

/** Parameters of an address, by name. */
export type Parameters = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** A path of the API with its parameters, each in place of one of its name that the path has. Those that are null or empty are left out. */
export function apiPath(path: string, parameters: Parameters = {}): string {
  const [bare = '', query = ''] = path.split('?');
  const all = new URLSearchParams(query);
  for (const [name, value] of Object.entries(parameters)) {
    if (value === undefined || value === null || value === '') all.delete(name);
    else all.set(name, String(value));
  }
  return all.size === 0 ? bare : `${bare}?${all}`;
}

/** Where the Switchboard shows what the API has at a path. The tenant stands in it, so that a pasted link opens the same view. */
export function pageAt(path: string, parameters: Parameters = {}): string {
  const [bare = '', query = ''] = apiPath(path, parameters).split('?');
  const all = new URLSearchParams(query);
  all.set('tenant', signedIn().tenant.id);
  return `/w${bare}?${all}`;
}

/** Where somebody signs in who then comes back to what the address names. */
export function signInPath(): string {
  const tenant = new URLSearchParams(location.search).get('tenant');
  return `/sign-in?${new URLSearchParams({ return_to: location.pathname + location.search, ...(tenant === null ? {} : { tenant }) })}`;
}

/** A link that the API gave, such as a card's `href`. */
export function pageFor(href: string): string {
  return href.startsWith('/w/') ? pageAt(href.slice(2)) : href;
}

/** The path of one item by a pattern such as `/x/:tenant_id/:period`: the names are fields of the item. */
export function fillPath(pattern: string, item: Readonly<Record<string, unknown>>): string {
  return pattern.replaceAll(/:([a-z_]+)/g, (_, name: string) => encodeURIComponent(String(item[name] ?? item.id)));
}

/** The page of a record; null where its list has none. */
export function pageOfItem(list: ListEntry, item: Readonly<Record<string, unknown>>, tab?: string): string | null {
  return list.detail === null ? null : pageAt(`${fillPath(list.detail, item)}${tab === undefined ? '' : `/${tab}`}`);
}

/** The page of a record of which only type and id are known; null where there is none, or not for this person. */
export function pageOfSubject({ type, id }: { readonly type: string; readonly id: string }): string | null {
  const list = listOfEntity(type);
  // What is found by other names than its id cannot be linked to by it.
  return list && /\/:[a-z_]+$/.test(list.detail ?? '') && !/:[a-z_]+\/:/.test(list.detail ?? '') ? pageOfItem(list, { id }) : null;
}
