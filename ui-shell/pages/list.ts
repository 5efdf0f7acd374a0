import {
  ApiError,
  apiPath,
  type Column,
  columnsOf,
  Empty,
  Filters,
  holds,
  html,
  Icon,
  type Item,
  isNumeric,
  kitText,
  type ListEntry,
  type ListPage,
  Loaded,
  number,
  Pager,
  pageAt,
  pageOfItem,
  type RecordView,
  Skeleton,
  shownValue,
  Table,
  Time,
  useEffect,
  useHappenings,
  useResource,
  useState,
  words,
} from '../../sdk/ui/index.ts';
import { Boundary } from '../boundary.ts';
import { exportCsv } from '../export.ts';
import { useExport } from '../lazy.ts';
import { usePlace } from '../location.ts';

/** Of what was told to have changed, by its id: the version that it has since; 0 for what never changes. */
type News = ReadonlyMap<string, number>;

/** Among what is new: that nobody knows what else is. */
const UNTOLD = 'untold';

/** A list: its filters, its rows, and what can be made new. */
export default function List({ list }: { readonly list: ListEntry }) {
  const { query, change } = usePlace();
  const view = useExport<RecordView>(list.module);
  const asked = apiPath(list.path, query);
  const page = useResource<ListPage<Item>>(asked, { keep: true });
  const [news, setNews] = useState<News>(new Map());
  useHappenings((happening) => {
    // A list never moves under the hand: what is new is said, and shown when it is asked for. Several may come at once.
    const tell = (id: string, version: number) => setNews((told) => new Map([...told, [id, version]]));
    if (happening === null) tell(UNTOLD, Number.POSITIVE_INFINITY);
    else if (view?.rowOf) tell(view.rowOf(happening), 0);
    else if (happening.subject.type === list.entity && happening.seq !== null) tell(happening.subject.id, happening.seq);
  });
  // What is asked for anew is all there is.
  useEffect(() => setNews(new Map()), [asked]);
  const unseen = unseenOf(news, page.value?.items ?? []);
  const showNews = () => {
    setNews(new Map());
    page.reload();
  };
  const creating = list.creating.filter(({ roles }) => holds(roles));
  const titles = view?.titles ?? {};
  return html`<header class="page-head">
      <h1>${list.title}</h1>
      <div class="actions">
        <div role="status">${unseen > 0 && html`<button type="button" class="pill" onClick=${showNews}>${news.has(UNTOLD) ? kitText('list.news') : kitText('list.new', { count: unseen })}</button>`}</div>
        ${creating.map(
          (
            { id, title },
            index,
          ) => html`<a key=${id} class=${index === 0 ? 'button primary' : 'button'} href=${pageAt(`${list.path}/new`, { action: id })} data-create=${index === 0}>
            <${Icon} name="plus" /> ${title}</a>`,
        )}
      </div>
    </header>
    <${Filters} list=${list} values=${query} titles=${titles} onChange=${(changed: Readonly<Record<string, string | null>>) => change({ ...changed, cursor: null })} />
    ${
      view === undefined
        ? html`<${Skeleton} />`
        : html`<div aria-busy=${page.loading}><${Loaded} of=${page}>${(value: ListPage<Item>) => {
            const rows = { list, page: value, at: page.at, query };
            return html`<${Boundary} instead=${html`<${Rows} ...${rows} view=${null} />`}><${Rows} ...${rows} view=${view} /><//>`;
          }}<//></div>`
    }`;
}

/** How many are not shown as they are now: the log tells of a change a moment after the list could have shown it. */
function unseenOf(news: News, shown: readonly Item[]): number {
  return [...news].filter(([id, version]) => !shown.some((item) => item.id === id && Number(item.version ?? 0) >= version)).length;
}

interface RowsProps {
  readonly list: ListEntry;
  readonly view: RecordView | null;
  readonly page: ListPage<Item>;
  readonly at: number;
  readonly query: Readonly<Record<string, string>>;
}

function Rows({ list, view, page, at, query }: RowsProps) {
  const { change } = usePlace();
  const { items, next_cursor: next, total } = page;
  if (items.length === 0) return html`<${Nothing} list=${list} query=${query} />`;
  const columns = columnsFor(list, view, items);
  return html`<${Table}
      caption=${list.title}
      columns=${columns}
      rows=${items}
      keyOf=${(item: Item) => String(item.id ?? item.digest ?? JSON.stringify(item))}
      hrefOf=${(item: Item) => pageOfItem(list, view?.path?.(item) ?? item)}
      sort=${query.sort ?? null}
      onSort=${(sort: string) => change({ sort, cursor: null })}
    />
    <footer class="list-foot">
      <p class="quiet" data-total=${total}>
        ${total === undefined ? '' : `${total === 1 ? kitText('list.count-one') : kitText('list.count', { count: number(total) })} · `}<${Time} at=${new Date(at).toISOString()} prefix=${`${kitText('list.updated')} `} />
      </p>
      <div class="actions">
        <${Export} list=${list} columns=${columns.map(({ id }) => id)} path=${apiPath(list.path, { ...query, cursor: null })} />
        <${Pager} cursor=${query.cursor} next=${next} parameters=${query} />
      </div>
    </footer>`;
}

function columnsFor(list: ListEntry, view: RecordView | null, items: readonly Item[]): readonly Column<Item>[] {
  const sorts = (list.query.properties?.sort?.enum ?? []).map(String);
  return columnsOf(list, items[0]).map((id) => {
    const schema = list.item?.properties?.[id];
    return {
      id,
      title: view?.titles?.[id] ?? words(id),
      numeric: isNumeric(id, schema),
      ...(sorts.includes(id) ? { sort: id } : {}),
      cell: (item) => view?.cells?.[id]?.(item) ?? shownValue(item[id], id, schema),
    };
  });
}

/** At first run what this is; after a filter how to be rid of it. */
function Nothing({ list, query }: { readonly list: ListEntry; readonly query: Readonly<Record<string, string>> }) {
  const { go } = usePlace();
  const { sort: _, cursor: __, ...filters } = query;
  if (Object.keys(filters).length > 0) {
    return html`<${Empty} title=${kitText('empty.filtered')}><button type="button" class="button" onClick=${() => go(pageAt(list.path))}>${kitText('empty.clear')}</button><//>`;
  }
  return html`<${Empty}>
    ${list.empty && html`<p>${list.empty}</p>`}
    ${list.creating.filter(({ roles }) => holds(roles)).map(({ id, title }) => html`<a key=${id} class="button primary" href=${pageAt(`${list.path}/new`, { action: id })}>${title}</a>`)}
  <//>`;
}

function Export({ list, columns, path }: { readonly list: ListEntry; readonly columns: readonly string[]; readonly path: string }) {
  const [progress, setProgress] = useState<number | null>(null);
  const [failure, setFailure] = useState<ApiError | null>(null);
  const run = async () => {
    setProgress(0);
    setFailure(null);
    try {
      await exportCsv({ name: list.path, columns, path, onProgress: setProgress });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setFailure(error);
    } finally {
      setProgress(null);
    }
  };
  return html`${failure && html`<span role="alert">${kitText('list.export-failed')} ${failure.message}</span>`}
    <button type="button" class="button" disabled=${progress !== null} onClick=${run}>
      <${Icon} name="download" /> ${progress === null ? kitText('list.export') : kitText('list.exporting', { count: progress })}
    </button>`;
}
