import { html, signedIn, useEffect } from '../sdk/ui/index.ts';
import { useArrival } from './arrival.ts';
import { Boundary } from './boundary.ts';
import { Lazy, moduleLoader } from './lazy.ts';
import { usePlace } from './location.ts';
import { say } from './messages.ts';
import { NotFound, OtherTenant } from './pages/not-found.ts';
import { type Place, placeAt } from './routes.ts';

const pages = {
  home: () => import('./pages/home.ts'),
  dashboard: () => import('./pages/dashboard.ts'),
  list: () => import('./pages/list.ts'),
  create: () => import('./pages/create.ts'),
  record: () => import('./pages/record.ts'),
};

/** The page that the address names. */
export function Outlet() {
  const { path, query, change } = usePlace();
  const { tenant } = signedIn();
  const asked = new URLSearchParams(location.search).get('tenant');
  const place = placeAt(path, signedIn());
  const page = place.kind === 'record' ? place.path : path;
  const title = titleOf(place);
  // The next page of a list begins at its top too.
  useArrival(query.cursor === undefined ? page : `${page}?${query.cursor}`);
  useEffect(() => {
    // Those of a record and of a form know better what they are called.
    if (place.kind !== 'record' && place.kind !== 'create') document.title = title === null ? say('summit') : `${title} · ${say('summit')}`;
  }, [path, title]);
  useEffect(() => {
    if (asked === null) change({}, { replace: true });
  }, [asked]);
  if (asked !== null && asked !== tenant.id) return html`<${OtherTenant} other=${asked} />`;
  return html`<${Boundary} key=${page}>${pageOf(place)}<//>`;
}

function pageOf(place: Place) {
  switch (place.kind) {
    case 'unknown':
      return html`<${NotFound} />`;
    case 'page':
      return place.page.module === null ? html`<${NotFound} />` : html`<${Lazy} load=${moduleLoader(place.page.module)} />`;
    case 'record':
      return html`<${Lazy} load=${pages.record} ...${place} />`;
    default:
      return html`<${Lazy} load=${pages[place.kind]} ...${place} />`;
  }
}

function titleOf(place: Place): string | null {
  if (place.kind === 'page') return place.page.title;
  if (place.kind === 'dashboard') return place.pack.dashboards.find(({ id }) => id === place.id)?.title ?? null;
  return 'list' in place ? place.list.title : null;
}
