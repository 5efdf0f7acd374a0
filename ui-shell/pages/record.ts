import {
  Badge,
  bare,
  type ComponentType,
  Copyable,
  type Fact,
  Facts,
  html,
  type Item,
  type ListEntry,
  Loaded,
  nameOfItem,
  pageAt,
  type RecordProps,
  type RecordView,
  Skeleton,
  shortId,
  shownValue,
  Tabs,
  useEffect,
  useHappenings,
  useResource,
  words,
} from '../../sdk/ui/index.ts';
import { Actions } from '../actions.ts';
import { Boundary } from '../boundary.ts';
import { Lazy, useExport } from '../lazy.ts';
import { say } from '../messages.ts';
import { visited } from '../recent.ts';
import { NotFound } from './not-found.ts';

interface RecordPage {
  readonly list: ListEntry;
  /** Of the API. */
  readonly path: string;
  readonly tab: string;
}

/** One record: what it is, what may be done, and a tab for each way to look at it. */
export default function Record({ list, path, tab }: RecordPage) {
  const view = useExport<RecordView>(list.module);
  const found = useResource<Item>(path);
  const id = found.value?.id;
  useHappenings((happening) => {
    if (happening === null || happening.subject.id === id) found.reload();
  });
  if (view === undefined) return html`<${Skeleton} />`;
  return html`${found.error && !found.value && html`<header class="page-head"><h1>${list.title}</h1></header>`}
    <${Loaded} of=${found}>${(record: Item) => {
      const shown = { list, record, path, tab, reload: found.reload };
      return html`<${Boundary} instead=${html`<${Shown} ...${shown} view=${null} />`}><${Shown} ...${shown} view=${view} /><//>`;
    }}<//>`;
}

interface ShownProps extends RecordPage {
  readonly view: RecordView | null;
  readonly record: Item;
  readonly reload: () => void;
}

function Shown({ list, view, record, path, tab, reload }: ShownProps) {
  const tabs = tabsOf(list, view, record);
  const open = tabs.find(({ id }) => id === tab);
  const name = view?.name?.(record) ?? nameOfItem(record);
  useEffect(() => {
    document.title = `${name} · ${list.title} · ${say('summit')}`;
    visited({ title: `${name} · ${shortId(String(record.id ?? ''))}`, href: pageAt(path) });
  }, [name, path]);
  return html`<header class="page-head record-head">
      <div>
        <p class="crumb"><a href=${pageAt(list.path)}>${list.title}</a></p>
        <h1>${name} ${typeof record.status === 'string' && html`<${Badge} status=${record.status} />`}</h1>
        <p class="quiet headline">
          ${typeof record.id === 'string' && html`<${Copyable} text=${record.id} shown=${shortId(record.id)} />`}
          ${view?.headline?.(record)}
        </p>
      </div>
    </header>
    <${Actions} list=${list} view=${view} record=${record} path=${path} reload=${reload} />
    <${Tabs} label=${name} open=${tab} tabs=${tabs.map(({ id, title }) => ({ id, title, href: pageAt(id === 'overview' ? path : `${path}/${id}`) }))} />
    <section class="tab" aria-label=${open?.title}>
      ${open ? html`<${Boundary} key=${open.id}><${open.component} record=${record} reload=${reload} list=${list} view=${view} names=${view?.path?.(record) ?? record} /><//>` : html`<${NotFound} />`}
    </section>`;
}

interface Tab {
  readonly id: string;
  readonly title: string;
  readonly component: ComponentType<RecordProps>;
}

const loads = {
  approvals: () => import('../tabs/approvals.ts'),
  evidence: () => import('../tabs/evidence.ts'),
  graph: () => import('../tabs/graph.ts'),
  history: () => import('../tabs/history.ts'),
};

/** The kernel's own for all that has approvals, evidence, a place in the graph and receipts; the pack's beside them or instead. */
function tabsOf(list: ListEntry, view: RecordView | null, record: Item): readonly Tab[] {
  // What has no id yet has left no trace: nothing proves it, and nothing has happened to it.
  const isKept = record.id !== null;
  const own = (view?.tabs ?? []).filter(({ when }) => when?.(record) ?? true);
  const kernel: readonly (readonly [keyof typeof loads, boolean])[] = [
    ['approvals', Array.isArray(record.approvals) && Array.isArray(record.required_approvals)],
    ['evidence', list.evidence !== null && isKept],
    ['graph', list.entity !== null && isKept],
    ['history', list.transitions !== null && isKept],
  ];
  // One component for all renders: another would take its state along.
  const overview: Tab = { id: 'overview', title: say('records.tab.overview'), component: Overview as Tab['component'] };
  const standard = kernel.flatMap(([id, there]) =>
    there && !view?.without?.includes(id) && !own.some((tab) => tab.id === id) ? [{ id, title: say(`records.tab.${id}`), component: LAZY[id] }] : [],
  );
  return [overview, ...own.map(({ id, title, component }) => ({ id, title, component })), ...standard];
}

const LAZY = Object.fromEntries(
  Object.entries(loads).map(([id, load]) => [id, (props: object) => html`<${Lazy} load=${load} ...${props} />`]),
) as Readonly<Record<keyof typeof loads, Tab['component']>>;

/** Shown in the head, or of no interest to people. */
const ELSEWHERE: ReadonlySet<string> = new Set(['id', 'status', 'tenant_id', 'version', 'approvals', 'required_approvals', 'decision_ids']);

function Overview({ list, view, record, reload, names }: RecordProps & { readonly view: RecordView | null }) {
  const facts = view?.overview?.(record) ?? factsOf(list, view, record);
  return html`<${Facts} facts=${facts} />${view?.more && html`<${Boundary}><${view.more} record=${record} list=${list} reload=${reload} names=${names} /><//>`}`;
}

function factsOf({ item }: ListEntry, view: RecordView | null, record: Item): readonly Fact[] {
  return Object.entries(record)
    .filter(([name]) => !ELSEWHERE.has(name))
    .map(([name, value]) => {
      const schema = item?.properties?.[name];
      const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
      return {
        term: view?.titles?.[name] ?? words(name),
        wide: typeof value === 'object' && value !== null,
        value: isObject
          ? html`<${Facts} facts=${factsOf({ item: bare(schema) ?? null } as ListEntry, null, value as Item)} />`
          : shownValue(value, name, schema),
      };
    });
}
