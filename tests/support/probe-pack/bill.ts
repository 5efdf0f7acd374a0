import {
  create,
  defineAction,
  defineEvidence,
  defineUsageType,
  field,
  governed,
  governedTable,
  insert,
  insertOnly,
  insertOnlyTable,
  many,
  migration,
  none,
  Strict,
  Type,
} from '@summit/sdk';

/** What is metered by runs, and billed: a bundle whose rows and usage stand in receipts of others than its subject. */
const Run = governed({ type: 'probe.run', table: 'probe_runs', fields: {}, transitions: { done: [] } });

const Reading = insertOnly({
  type: 'probe.reading',
  table: 'probe_readings',
  fields: { run_id: field.uuid(), event_type: field.text(), quantity: field.decimal() },
});

const Bill = governed({
  type: 'probe.bill',
  table: 'probe_bills',
  fields: {
    types: field.texts(),
    from_day: field.text(),
    to_day: field.text(),
    time_zone: field.text(),
    size: field.integer(),
    event_ids: field.uuids(),
    run_ids: field.uuids(),
  },
  transitions: { issued: [] },
});

const probeReading = defineUsageType({
  type: 'probe_reading',
  title: 'What a probe has read',
  metadata: Type.Object({ sensor: Type.Optional(Type.String()) }),
});

const Measured = Strict({ type: Type.String(), quantity: Type.String(), sensor: Type.Optional(Type.String()) });

const run = defineAction({
  id: 'probe.run.record',
  title: 'Record what probes have read',
  route: { method: 'POST', path: '/probe-runs' },
  roles: ['engineer'],
  input: Strict({ measured: Type.Array(Measured) }),
  entity: Run,
  from: [],
  success: 201,
  policy: none('probes are harmless'),
  load: async () => null,
  subject: () => null,
  apply(_, at) {
    const id = at.subjectId;
    const { measured } = at.input;
    return {
      subjects: [create(Run, at, { id, status: 'done' })],
      rows: measured.map(({ type, quantity }) => insert(Reading, at, { id: at.newId(), run_id: id, event_type: type, quantity })),
      edges: none('a run is alone'),
      usage: measured.map(({ type, quantity, sensor }) => ({ type, subject: id, quantity, ...(sensor ? { metadata: { sensor } } : {}) })),
      answer: { id },
    };
  },
});

const bill = defineAction({
  id: 'probe.bill.issue',
  title: 'Bill what probes have read',
  route: { method: 'POST', path: '/probe-bills' },
  roles: ['engineer'],
  input: Strict({
    types: Type.Array(Type.String()),
    from_day: Type.String(),
    to_day: Type.String(),
    time_zone: Type.String(),
    size: Type.Integer(),
    event_ids: Type.Array(Type.String()),
    run_ids: Type.Array(Type.String()),
  }),
  entity: Bill,
  from: [],
  success: 201,
  policy: none('probes are harmless'),
  load: async () => null,
  subject: () => null,
  apply: (_, at) => ({
    subjects: [create(Bill, at, { id: at.subjectId, status: 'issued', ...at.input })],
    edges: none('a bill is alone'),
    usage: [{ type: 'workflow_run', subject: at.subjectId }],
    answer: { id: at.subjectId },
  }),
});

/** Each type of usage is linked to its readings, to the receipts that these were made by, and to its events. */
const evidence = defineEvidence({
  id: 'probe-bills',
  title: 'What proves a bill',
  path: '/evidence/probe-bills/:id',
  members: { bill: Bill, readings: many(Reading) },
  async collect(db, id) {
    const found = await db.one(Bill, id);
    return { bill: found, readings: await db.find(Reading, { run_id: found.run_ids }) };
  },
  cites: ({ bill: of }) => (of?.run_ids ?? []).map((subject) => ({ subject, version: 1 })),
  usage({ bill: of }) {
    if (!of) return null;
    const { types: event_types, from_day, to_day, time_zone, size, event_ids: also } = of;
    return { selection: { event_types, from_day, to_day, time_zone, before: { epoch: 1, size } }, also };
  },
  links: ({ bill: of, readings }, { cited, events }) =>
    (of?.types ?? []).map((type, index) => {
      const own = readings.filter(({ event_type }) => event_type === type);
      const runs = cited.filter(({ subject }) => own.some(({ run_id }) => run_id === subject));
      const shown = events.filter((event) => event.type === type);
      return {
        from: `/bill/types/${index}`,
        to: [...own.map(({ id }) => id), ...runs.map(({ receipt_id }) => receipt_id), ...shown.map(({ id }) => id)],
      };
    }),
});

export const billing = {
  entities: [Run, Reading, Bill],
  migrations: [
    migration('0002-bills', [
      governedTable('probe_runs', "note text NOT NULL DEFAULT ''"),
      insertOnlyTable('probe_readings', 'run_id uuid NOT NULL, event_type text NOT NULL, quantity numeric NOT NULL'),
      governedTable(
        'probe_bills',
        `types text[] NOT NULL, from_day text NOT NULL, to_day text NOT NULL, time_zone text NOT NULL, size integer NOT NULL,
         event_ids uuid[] NOT NULL, run_ids uuid[] NOT NULL`,
      ),
    ]),
  ],
  actions: [run, bill],
  evidence: [evidence],
  usage: [probeReading],
};
