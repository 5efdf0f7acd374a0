import {
  change,
  create,
  defineAction,
  defineDashboard,
  defineEvent,
  defineEvidence,
  defineIndicator,
  defineJob,
  defineMeter,
  definePack,
  defineQuery,
  defineUsageType,
  Empty,
  edge,
  endEdge,
  field,
  governed,
  governedTable,
  listOf,
  many,
  migration,
  none,
  occurred,
  optional,
  Problem,
  Strict,
  statesOf,
  Type,
  valuesOf,
} from '@summit/sdk';
import { billing } from './bill.ts';

/** A pack whose actions do what a pack must not, to see that the kernel holds. */
const Probe = governed({
  type: 'probe.probe',
  table: 'probes',
  fields: { name: field.text(), size: optional(field.decimal()) },
  transitions: { open: ['open', 'closed'], closed: [] },
  label: (probe) => probe.name,
});

const reported = defineEvent({
  type: 'probe.reported',
  version: 2,
  title: 'A probe has reported',
  data: Strict({ reading: Type.Integer({ maximum: 100 }), unit: Type.String({ default: 'kelvin' }) }),
});
const closed = defineEvent({ type: 'probe.closed', version: 1, title: 'A probe was closed', data: Strict({}) });
const undeclared = defineEvent({ type: 'probe.undeclared', version: 1, title: 'Nobody was told of this', data: Strict({}) });

const nothing = { edges: none('a probe is alone'), usage: none('probes are free') };
const roles = ['engineer'];

const createProbe = defineAction({
  id: 'probe.create',
  title: 'Create a probe',
  route: { method: 'POST', path: '/probes' },
  roles,
  input: Strict({ name: Type.String(), size: Type.Optional(Type.String()) }),
  entity: Probe,
  from: [],
  success: 201,
  policy: none('probes are harmless'),
  load: async () => null,
  subject: () => null,
  apply(_, at) {
    const probe = create(Probe, at, { id: at.subjectId, status: 'open', name: at.input.name, size: at.input.size ?? null });
    const edges = [edge(at.subjectId, 'watched_by', at.actor.id)];
    return { subjects: [probe], ...nothing, edges, answer: { id: at.subjectId, status: 'open', version: 1 } };
  },
});

/** Judged by a policy that knows it not, with a fact to mask and one as large as the caller likes. */
const judgedProbe = defineAction({
  id: 'probe.judged',
  title: 'A probe that no policy allows',
  route: { method: 'POST', path: '/probes/judged' },
  roles,
  input: Strict({ note: Type.String(), size: Type.Integer() }),
  entity: Probe,
  from: [],
  policy: {
    entrypoint: 'high_risk/operations/decision',
    facts: (_, { input }) => ({ resource: {}, context: { note: input.note, padding: ' '.repeat(input.size) } }),
  },
  load: async () => null,
  subject: () => null,
  apply: () => {
    throw new Error('no policy allows this');
  },
});

/** An action on an open probe that goes wrong in its own way. */
function misbehaving(verb: string, apply: Parameters<typeof defineAction<typeof Empty, Probe, Probe>>[0]['apply'], lock = true) {
  return defineAction<typeof Empty, Probe, Probe>({
    id: `probe.${verb}`,
    title: `A probe's ${verb}`,
    route: { method: 'POST', path: `/probes/:id/${verb}` },
    roles,
    input: Empty,
    entity: Probe,
    from: ['open'],
    policy: none('it goes wrong anyway'),
    load: ({ db, params }) => (lock ? db.lock(Probe, params.id ?? '') : db.one(Probe, params.id ?? '')),
    subject: (probe) => probe,
    apply,
  });
}

type Probe = NonNullable<(typeof Probe)['label']> extends (row: infer R) => string ? R : never;

const close = misbehaving('close', (probe, at) => ({
  subjects: [change(Probe, at, probe, { status: 'closed' })],
  ...nothing,
  edges: [endEdge(probe.id, 'watched_by', at.actor.id)],
  events: [occurred(closed, probe.id, {})],
  answer: { id: probe.id, status: 'closed' },
}));
const explode = misbehaving('explode', () => {
  throw new Error('boom: password=hunter2');
});
const leap = misbehaving('leap', (probe, at) => ({ subjects: [change(Probe, at, probe, { status: 'nowhere' })], ...nothing, answer: {} }));
const unlocked = misbehaving('unlocked', (probe, at) => ({ subjects: [change(Probe, at, probe, {})], ...nothing, answer: {} }), false);
const skipVersion = misbehaving('skip-version', (probe, at) => {
  const changed = change(Probe, at, probe, {});
  const events = [occurred(reported, probe.id, { reading: 1, unit: 'kelvin' })];
  return { subjects: [{ ...changed, after: { ...changed.after, version: probe.version + 2 } }], ...nothing, events, answer: {} };
});
const tellUndeclared = misbehaving('tell-undeclared', (probe, at) => ({
  subjects: [change(Probe, at, probe, {})],
  ...nothing,
  events: [occurred(undeclared, probe.id, {})],
  answer: {},
}));
const tellOfAnother = misbehaving('tell-of-another', (probe, at) => ({
  subjects: [change(Probe, at, probe, {})],
  ...nothing,
  events: [occurred(closed, at.newId(), {})],
  answer: {},
}));

const relateUndeclared = misbehaving('relate-undeclared', (probe, at) => ({
  subjects: [change(Probe, at, probe, {})],
  ...nothing,
  edges: [edge(probe.id, 'probed_by', at.actor.id)],
  answer: {},
}));

const sendNowhere = misbehaving('send-nowhere', (probe, at) => ({
  subjects: [change(Probe, at, probe, {})],
  ...nothing,
  messages: [{ effect: 'probe.no-such-effect', subject: probe.id, payload: {} }],
  answer: {},
}));

/** Takes any reading; its event does not. */
const report = defineAction({
  id: 'probe.report',
  title: 'Report what a probe reads',
  route: { method: 'POST', path: '/probes/:id/report' },
  roles,
  input: Strict({ reading: Type.Integer() }),
  entity: Probe,
  from: ['open'],
  policy: none('probes are harmless'),
  load: ({ db, params }) => db.lock(Probe, params.id ?? ''),
  subject: (probe) => probe,
  apply(probe, at) {
    const { reading } = at.input;
    const events = [occurred(reported, probe.id, { reading, unit: 'kelvin' })];
    return { subjects: [change(Probe, at, probe, {})], ...nothing, events, answer: { id: probe.id, reading } };
  },
});

const probes = listOf(Probe, { sort: ['name', 'size', 'status', 'created_at', 'version'], search: ['name'] });

const listProbes = defineQuery({
  id: 'probe.list',
  title: 'Probes',
  route: { method: 'GET', path: '/probes' },
  query: Strict({ status: Type.Optional(statesOf(Probe)), ...probes.parameters }),
  run: ({ db, query: { status, ...asked } }) => db.page(probes, { where: { status: valuesOf(status) }, ...asked }),
});

const getProbe = defineQuery({
  id: 'probe.get',
  title: 'One probe',
  route: { method: 'GET', path: '/probes/:id' },
  query: Empty,
  run: ({ db, params }) => db.one(Probe, params.id ?? ''),
});

const closeAll = defineJob({
  id: 'probe.close-all',
  title: 'Close every probe',
  schedule: '0 0 1 1 *',
  action: close,
  due: async ({ db }) => (await db.find(Probe, { status: 'open' })).map(({ id }) => id),
});

/** Of several subjects, asked for by a name that they share: the oldest is what it is about. */
const probeEvidence = defineEvidence({
  id: 'probes',
  title: 'What proves the probes of a name',
  path: '/evidence/probes/:name',
  members: { namesakes: many(Probe), probe: Probe, none: Probe },
  async subject(db, { name = '' }) {
    const [oldest] = await db.find(Probe, { name });
    if (!oldest) throw new Problem('not-found', `No probe is called ${name}.`);
    return oldest.id;
  },
  async collect(db, id) {
    const probe = await db.one(Probe, id);
    const all = await db.find(Probe, { name: probe.name });
    return { namesakes: all.filter((other) => other.id !== id), probe, none: null };
  },
});

const SIZES = ['10', '20'];

/** Parts that work between parts that fail, in the database and before they get there. */
const probeDashboard = defineDashboard({
  id: 'probe.overview',
  title: 'Probes',
  roles,
  read({ db }) {
    const sizes = () => db.distribution(Probe, {}, 'size', { upTo: SIZES });
    const described = { definition: 'As the tests need it' };
    const percent = { ...described, unit: 'percent' as const };
    return {
      cards: [
        { ...percent, id: 'no-number', title: 'What is no number', value: async () => (await db.distribution(Probe, {}, 'name')).average },
        { ...described, id: 'probes', title: 'Probes', unit: 'count', list: '/probes', value: () => db.count(Probe, {}) },
        {
          ...percent,
          id: 'never-asked',
          title: 'What does not get as far as the database',
          value() {
            throw new Error('boom: password=hunter2');
          },
        },
        {
          ...percent,
          id: 'swallowed',
          title: 'What failed, and was not told',
          value: () =>
            db.distribution(Probe, {}, 'name').then(
              () => 1,
              () => 1,
            ),
        },
        { ...percent, id: 'p50', title: 'Median', value: async () => (await sizes()).p50 },
        { ...percent, id: 'p95', title: 'Nearly all', value: async () => (await sizes()).p95 },
        { ...percent, id: 'average', title: 'Average', value: async () => (await sizes()).average },
        {
          ...described,
          id: 'worth',
          title: 'Worth',
          unit: 'money',
          href: '/w/probes',
          value: async () => ({ amount: '12.50', currency: 'USD' }),
        },
      ],
      charts: [
        {
          ...{ id: 'broken', title: 'Broken', kind: 'line', axis: 'Size', unit: 'count' },
          data: () => db.countByDay(Probe, {}, { time: 'name', by: 'status' }).then(() => ({ labels: [], series: [] })),
        },
        {
          ...{ id: 'sizes', title: 'Sizes', kind: 'bar', axis: 'Size', unit: 'count' },
          async data() {
            const { histogram } = await sizes();
            const labels = [...SIZES.map((bound) => `up to ${bound}`), 'more'];
            return { labels, series: [{ name: 'Probes', values: histogram }], threshold: { title: 'Large', label: 'up to 20' } };
          },
        },
      ],
    };
  },
});

const indicators = [
  defineIndicator({
    id: 'probe.watched',
    title: 'Watched',
    definition: 'As the tests need it',
    unit: 'count',
    roles,
    read: async () => ({ value: 3, samples: 7 }),
  }),
  defineIndicator({
    id: 'probe.broken',
    title: 'Broken',
    definition: 'What is no number',
    unit: 'percent',
    target: 1,
    read: async ({ db }) => ({ value: (await db.distribution(Probe, {}, 'name')).average }),
  }),
];

/** Reported from outside alone: no action here emits it. */
const dataTransfer = defineUsageType({
  type: 'data_transfer',
  title: 'Gigabytes that a probe has sent',
  metadata: Strict({ region: Type.Optional(Type.String()) }),
});
const seatReport = defineUsageType({ type: 'seat_report', title: 'How many watch', metadata: Strict({}) });

const meters = [
  defineMeter({ id: 'gigabytes', title: 'Gigabytes', event_type: dataTransfer.type, aggregation: 'sum' }),
  defineMeter({ id: 'transfers', title: 'Transfers', event_type: dataTransfer.type, aggregation: 'count' }),
  defineMeter({ id: 'peak_seats', title: 'Most seats at once', event_type: seatReport.type, aggregation: 'max' }),
];

export default definePack({
  id: 'probe',
  title: 'Probe',
  version: '1.0.0',
  summit: '^0.1.0',
  requires: { 'high-risk-ops': '^0.1.0' },
  entities: [Probe, ...billing.entities],
  migrations: [migration('0001-probes', [governedTable('probes', 'name text NOT NULL, size numeric')]), ...billing.migrations],
  policies: [{ bundle: 'high_risk.operations', entrypoints: ['high_risk/operations/decision'], mask: ['/context/note', '/context/absent'] }],
  actions: [
    createProbe,
    judgedProbe,
    close,
    explode,
    leap,
    unlocked,
    skipVersion,
    report,
    tellUndeclared,
    tellOfAnother,
    relateUndeclared,
    sendNowhere,
    ...billing.actions,
  ],
  queries: [listProbes, getProbe],
  evidence: [probeEvidence, ...billing.evidence],
  events: [reported, closed],
  jobs: [closeAll],
  usage: [...billing.usage, dataTransfer, seatReport],
  meters,
  dashboards: [probeDashboard],
  indicators,
  relationships: { watched_by: 'watches' },
});
