import {
  apiPath,
  Countdown,
  html,
  type Item,
  type ListPage,
  Loaded,
  listAt,
  messagesOf,
  pageFor,
  pageOfItem,
  type Schema,
  shownValue,
  Table,
  useResource,
} from '../sdk/ui/index.ts';
import { useReloading } from './reloading.ts';

const say = messagesOf({ all: 'All {total}', 'all-of': 'All {total}: {title}' });

/** As many as fit beside a chart. */
const MOST = 5;

/** As a dashboard names it. */
export interface GlanceOf {
  readonly id: string;
  readonly title: string;
  readonly list: string;
  readonly href: string;
  readonly empty: string;
  readonly columns: readonly { readonly field: string; readonly title: string; readonly countdown: boolean }[];
}

/** The newest few of a list, and a way to all of them. */
export function Glance({ glance: { title, list, href, empty, columns } }: { readonly glance: GlanceOf }) {
  const page = useResource<ListPage<Item>>(apiPath(list, { limit: MOST }));
  useReloading(page.reload);
  const entry = listAt(list.split('?')[0] ?? list);
  const total = page.value?.total ?? 0;
  const table = columns.map(({ field, title, countdown }) => ({
    id: field,
    title,
    cell: (item: Item) => cellOf(item, field, entry?.item ?? undefined, countdown),
  }));
  return html`<section class="glance">
    <header>
      <h3>${title}</h3>
      ${entry && total > 0 && html`<a href=${pageFor(href)} aria-label=${say('all-of', { total, title })}>${say('all', { total })}</a>`}
    </header>
    <${Loaded} of=${page}>
      ${({ items }: ListPage<Item>) =>
        items.length === 0
          ? html`<p class="quiet">${empty}</p>`
          : html`<${Table}
              caption=${title}
              columns=${table}
              rows=${items}
              keyOf=${(item: Item) => String(item.id)}
              hrefOf=${(item: Item) => (entry ? pageOfItem(entry, item) : null)}
            />`}
    <//>
  </section>`;
}

/** Of a field, or of a field within a field. */
function cellOf(item: Item, path: string, schema: Schema | undefined, countdown: boolean) {
  let value: unknown = item;
  for (const name of path.split('.'))
    value = typeof value === 'object' && value !== null ? Object.entries(value).find(([key]) => key === name)?.[1] : undefined;
  if (countdown && typeof value === 'string') return html`<${Countdown} to=${value} />`;
  return shownValue(value, path, schema?.properties?.[path]);
}
