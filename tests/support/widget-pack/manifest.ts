import {
  change,
  create,
  defineAction,
  defineDashboard,
  defineEvidence,
  defineJob,
  definePack,
  defineQuery,
  Empty,
  edge,
  field,
  governed,
  governedTable,
  Id,
  insert,
  insertOnly,
  insertOnlyTable,
  listOf,
  many,
  migration,
  none,
  pageOf,
  type Row,
  Strict,
  statesOf,
  Timestamp,
  Type,
  valuesOf,
} from '@summit/sdk';

const Widget = governed({
  type: 'widgets.widget',
  table: 'widgets',
  fields: { name: field.text(), owner_id: field.uuid() },
  transitions: { open: ['open', 'closed'], closed: [] },
  label: (widget) => widget.name,
});

const Note = insertOnly({ type: 'widgets.note', table: 'widget_notes', fields: { widget_id: field.uuid(), text: field.personal() } });

type WidgetRow = Row<typeof Widget>;

const roles = ['maker'];
const free = { usage: none('widgets are free') };

const WidgetAnswer = Strict({
  id: Id,
  name: Type.String(),
  status: Type.Enum(['open', 'closed']),
  created_at: Timestamp,
  version: Type.Integer({ minimum: 1 }),
});

function shown({ id, name, status, created_at, version }: WidgetRow) {
  return { id, name, status, created_at, version };
}

const make = defineAction({
  id: 'widgets.widget.make',
  title: 'Make a widget',
  route: { method: 'POST', path: '/widgets' },
  roles,
  input: Strict({ name: Type.String({ minLength: 1, maxLength: 80 }) }),
  answer: WidgetAnswer,
  entity: Widget,
  from: [],
  success: 201,
  policy: none('anybody who makes widgets may'),
  load: async () => null,
  subject: () => null,
  apply(_, at) {
    const widget = create(Widget, at, { id: at.subjectId, status: 'open', name: at.input.name, owner_id: at.actor.id });
    return { subjects: [widget], ...free, edges: [edge(at.subjectId, 'made_by', at.actor.id)], answer: shown(widget.after) };
  },
});

const note = defineAction({
  id: 'widgets.widget.note',
  title: 'Note something on a widget',
  route: { method: 'POST', path: '/widgets/:id/notes' },
  roles,
  input: Strict({ text: Type.String({ minLength: 1, maxLength: 200 }) }),
  answer: WidgetAnswer,
  entity: Widget,
  from: ['open'],
  policy: none('a note changes nothing'),
  load: ({ db, params }) => db.lock(Widget, params.id ?? ''),
  subject: (widget) => widget,
  apply(widget, at) {
    const noted = change(Widget, at, widget, {});
    const row = insert(Note, at, { id: at.newId(), widget_id: widget.id, text: at.input.text });
    return { subjects: [noted], rows: [row], ...free, edges: none('a note is no node'), answer: shown(noted.after) };
  },
});

const close = defineAction({
  id: 'widgets.widget.close',
  title: 'Close a widget',
  roles: [],
  input: Empty,
  entity: Widget,
  from: ['open'],
  policy: none('time closes it'),
  load: ({ db, params }) => db.lock(Widget, params.id ?? ''),
  subject: (widget) => widget,
  apply: (widget, at) => ({ subjects: [change(Widget, at, widget, { status: 'closed' })], ...free, edges: none('nobody did it'), answer: {} }),
});

const widgets = listOf(Widget, { sort: ['created_at', 'name'], search: ['name'] });

const listWidgets = defineQuery({
  id: 'widgets.widget.list',
  title: 'Widgets',
  route: { method: 'GET', path: '/widgets' },
  query: Strict({ status: Type.Optional(statesOf(Widget)), ...widgets.parameters }),
  answer: pageOf(WidgetAnswer),
  async run({ db, query: { status, ...asked } }) {
    const page = await db.page(widgets, { where: { status: valuesOf(status) }, ...asked });
    return { ...page, items: page.items.map(shown) };
  },
});

const getWidget = defineQuery({
  id: 'widgets.widget.get',
  title: 'One widget',
  route: { method: 'GET', path: '/widgets/:id' },
  query: Empty,
  answer: WidgetAnswer,
  run: async ({ db, params }) => shown(await db.one(Widget, params.id ?? '')),
});

const widgetEvidence = defineEvidence({
  id: 'widgets',
  title: 'What proves a widget',
  path: '/evidence/widgets/:id',
  members: { widget: Widget, notes: many(Note) },
  async collect(db, id) {
    const widget = await db.one(Widget, id);
    return { widget, notes: await db.find(Note, { widget_id: id }) };
  },
});

const DAY_MS = 86_400_000;

const closeOld = defineJob({
  id: 'widgets.close-old',
  title: 'Close widgets that are a week old',
  schedule: '0 3 * * *',
  action: close,
  async due({ db, now }) {
    const before = new Date(Date.parse(now) - 7 * DAY_MS).toISOString();
    return (await db.find(Widget, { status: 'open', created_at: { before } })).map(({ id }) => id);
  },
});

const overview = defineDashboard({
  id: 'widgets.overview',
  title: 'Widgets',
  read: ({ db }) => ({
    cards: [
      {
        id: 'open',
        title: 'Open widgets',
        definition: 'Widgets that nothing has closed yet.',
        unit: 'count',
        list: '/widgets?status=open',
        value: () => db.count(Widget, { status: 'open' }),
      },
    ],
    charts: [],
  }),
});

export default definePack({
  id: 'widgets',
  title: 'Widgets',
  version: '1.0.0',
  summit: '^0.1.0',
  entities: [Widget, Note],
  migrations: [
    migration('0001-initial', [
      governedTable('widgets', 'name text NOT NULL, owner_id uuid NOT NULL'),
      insertOnlyTable('widget_notes', 'widget_id uuid NOT NULL, text text NOT NULL'),
    ]),
  ],
  actions: [make, note, close],
  queries: [listWidgets, getWidget],
  evidence: [widgetEvidence],
  jobs: [closeOld],
  dashboards: [overview],
  relationships: { made_by: 'made' },
});
