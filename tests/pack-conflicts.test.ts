import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createApp } from '../kernel/http/app.ts';
import { OWN_SEGMENTS } from '../kernel/http/own-paths.ts';
import { loadPacks } from '../kernel/packs/loader.ts';
import { bySpecificity, overlap } from '../kernel/packs/paths.ts';
import { packFolder } from './support/pack-folder.ts';
import { testSummit } from './support/summit.ts';

const test = suite('What packs may not declare both');
let folder: ReturnType<typeof packFolder>;
test.before(() => {
  folder = packFolder();
});
test.after(() => folder.remove());

/** One of everything, in the words of the pack `name`. */
const declarations = (name: string) => `
  const Thing = sdk.governed({ type: '${name}.thing', table: '${name.replaceAll('-', '_')}_things', fields: {}, transitions: { open: [] } });
  const nothing = { edges: sdk.none('a thing is alone'), usage: sdk.none('things are free') };
  const act = (id, route) => sdk.defineAction({
    id, title: 'Act', route, roles: ['engineer'], input: sdk.Empty, entity: Thing, from: [], success: 201, policy: sdk.none('harmless'),
    load: async () => null, subject: () => null,
    apply: (_, at) => ({ subjects: [sdk.create(Thing, at, { id: at.subjectId, status: 'open' })], ...nothing, answer: { id: at.subjectId } }),
  });
  const ask = (id, path, answer = '${name}') => sdk.defineQuery({ id, title: 'Ask', route: { method: 'GET', path }, query: sdk.Empty, run: async () => ({ answer }) });
  const make = act('${name}.make', { method: 'POST', path: '/${name}/things' });
  const list = ask('${name}.list', '/${name}/things');
  const evidence = (id, path) => sdk.defineEvidence({ id, title: 'Proof', path, members: { thing: Thing }, collect: async (db, id) => ({ thing: await db.one(Thing, id) }) });
  const dashboard = (id) => sdk.defineDashboard({ id, title: 'Dashboard', read: () => ({ cards: [], charts: [] }) });
  const indicator = (id) => sdk.defineIndicator({ id, title: 'Indicator', definition: 'One', unit: 'count', read: async () => ({ value: 1 }) });
  const job = (id, more = {}) => sdk.defineJob({ id, title: 'Job', schedule: '0 0 1 1 *', action: make, due: async () => [], ...more });
  const effect = (id) => sdk.defineEffect({ id, outcome: sdk.none('nothing comes of it'), run: async () => ({}) });
  const event = (type) => sdk.defineEvent({ type, version: 1, title: 'Event', data: sdk.Empty });
  const command = (name) => ({ name, option: 'day', due: async () => [], report: async () => ({}) });
  const table = (type, table) => sdk.insertOnly({ type, table, fields: {} });
  const usage = (type) => sdk.defineUsageType({ type, title: 'Usage', metadata: sdk.Empty });
  const policy = (answers) => ({ bundle: 'high_risk.operations', entrypoints: ['high_risk/operations/decision'], answers });
`;

const FIRST = `
  entities: [Thing], actions: [make], queries: [list, ask('first.get', '/first/things/:id')], evidence: [evidence('first', '/evidence/first/:id')],
  dashboards: [dashboard('first.overview')], indicators: [indicator('first.lag')], jobs: [job('first.sweep', { command: command('sweep') })],
  effects: [effect('first.call')], events: [event('thing.made')], usage: [usage('first_call')], relationships: { likes: 'liked_by' },
  policies: [policy({ 'first.thing': 'high_risk/operations/decision' })], views: { pages: [{ path: '/first/map', title: 'Map', ui: 'map.ts' }] }`;

const pack = (id: string, declared: string) => folder.pack(id, declared, declarations(id));

async function reasonsOf(declared: Readonly<Record<string, string>>): Promise<ReadonlyMap<string, string>> {
  const registry = await loadPacks([pack('first', FIRST), ...Object.entries(declared).map(([id, source]) => pack(id, source))], '0.1.0');
  assert.is(registry.all[0]?.id, 'first', JSON.stringify(registry.failed));
  return new Map(registry.failed.map(({ id, reason }) => [id, reason]));
}

/** What a second pack declares, and what is said of it. */
const CLASHES: Readonly<Record<string, readonly [declared: string, reason: string]>> = {
  action: ["actions: [act('first.make')]", 'the action "first.make" is declared by the pack first already: call it otherwise, best after action'],
  query: ["queries: [ask('first.list', '/query')]", 'the query "first.list" is declared by the pack first already'],
  kinds: ["queries: [ask('first.make', '/kinds')]", 'the query "first.make" is declared by the pack first already as the action "first.make"'],
  evidence: ["evidence: [evidence('first', '/evidence/other/:id')]", 'the evidence "first" is declared by the pack first already'],
  proof: ["queries: [ask('evidence.first', '/proof')]", 'the query "evidence.first" is declared by the pack first already as the evidence "first"'],
  effect: ["effects: [effect('first.call')]", 'the effect "first.call" is declared by the pack first already'],
  job: ["entities: [Thing], actions: [make], jobs: [job('first.sweep')]", 'the job "first.sweep" is declared by the pack first already'],
  command: [
    "entities: [Thing], actions: [make], jobs: [job('command.sweep', { command: command('sweep') })]",
    'the command of a job "sweep" is declared by the pack first already',
  ],
  event: ["events: [event('thing.made')]", 'the event "thing.made" is declared by the pack first already'],
  entity: ["entities: [table('first.thing', 'entity_things')]", 'the entity "first.thing" is declared by the pack first already'],
  table: ["entities: [table('table.thing', 'first_things')]", 'the table "first_things" is declared by the pack first already'],
  usage: ["usage: [usage('first_call')]", 'the usage type "first_call" is declared by the pack first already'],
  inverse: [
    "relationships: { likes: 'fond_of' }",
    'the relationship "likes" is "fond_of" from the other end, and "liked_by" in the pack first: call it otherwise, or both ends the same',
  ],
  answer: [
    "policies: [policy({ 'first.thing': 'high_risk/operations/decision' })]",
    'the AuthZEN answer for "first.thing" is declared by the pack first already',
  ],
  path: [
    "queries: [ask('path.list', '/first/things')]",
    'GET /first/things (the query "path.list") would answer what GET /first/things (the query "first.list") of the pack first does: begin its path with /path',
  ],
  parameter: [
    "queries: [ask('parameter.get', '/first/things/:name')]",
    'GET /first/things/:name (the query "parameter.get") would answer what GET /first/things/:id (the query "first.get") of the pack first does',
  ],
  literal: [
    "queries: [ask('literal.new', '/first/things/new')]",
    'GET /first/things/new (the query "literal.new") would answer what GET /first/things/:id (the query "first.get") of the pack first does',
  ],
  proven: [
    "evidence: [evidence('proven', '/evidence/:kind/:id')]",
    'GET /evidence/:kind/:id (the evidence "proven") would answer what GET /evidence/first/:id (the evidence "first") of the pack first does',
  ],
  page: [
    "views: { pages: [{ path: '/first/map', title: 'Map', ui: 'map.ts' }] }",
    'the page /first/map would answer what the page /first/map of the pack first does',
  ],
  covered: [
    "views: { pages: [{ path: '/first/things', title: 'Things', ui: 'things.ts' }] }",
    'the page /first/things would answer what GET /first/things (the query "first.list") of the pack first does',
  ],
  'kernels-table': ["entities: [table('x.receipt', 'receipts')]", 'the table "receipts" is declared by the kernel already'],
  'hidden-table': ["entities: [table('x.session', 'sessions')]", 'the table "sessions" is declared by the kernel already'],
  'kernels-entity': ["entities: [table('user', 'x_users')]", 'the entity "user" is declared by the kernel already'],
  'kernels-job': ["entities: [Thing], actions: [make], jobs: [job('config')]", 'the job "config" is declared by the kernel already'],
  'kernels-actor': ["effects: [effect('config')]", 'the effect "config" is declared by the kernel already as the job "config"'],
  'jobs-actor': ["effects: [effect('first.sweep')]", 'the effect "first.sweep" is declared by the pack first already as the job "first.sweep"'],
  'kernels-edge': ["relationships: { belongs_to: 'has' }", `the relationship "belongs_to" is the kernel's own: call it otherwise`],
  'kernels-path': [
    "queries: [ask('kernels-path.x', '/docs/x')]",
    `GET /docs/x (the query "kernels-path.x") is below /docs, which is the kernel's own: begin its path with /kernels-path`,
  ],
  everything: ["queries: [ask('everything.x', '/:x')]", 'GET /:x (the query "everything.x") would answer for everybody, the kernel too'],
  summit: ['', '"summit" is what the kernel itself is called: give it another id'],
  kernel: ['', '"kernel" is what the kernel itself is called: give it another id'],
  twice: ["actions: [act('twice.do'), act('twice.do')]", 'the action "twice.do" is declared twice: call one of them otherwise'],
  shapes: [
    "queries: [ask('shapes.a', '/shapes/:a'), ask('shapes.b', '/shapes/:b')]",
    'GET /shapes/:b (the query "shapes.b") and GET /shapes/:a (the query "shapes.a") answer the same requests: give one of them another path',
  ],
};

test('what two packs declare, or a pack and the kernel, or one pack twice, is named with both and what to do', async () => {
  const reasons = await reasonsOf(Object.fromEntries(Object.entries(CLASHES).map(([id, [declared]]) => [id, declared])));
  for (const [id, [, reason]] of Object.entries(CLASHES)) assert.match(reasons.get(id) ?? `${id} did not fail`, reason);
  assert.is(reasons.size, Object.keys(CLASHES).length);
});

test('what two packs may both declare hinders neither', async () => {
  const reasons = await reasonsOf({
    same: "relationships: { likes: 'liked_by' }, policies: [policy({})]",
    verbs: "entities: [Thing], actions: [act('verbs.make', { method: 'PUT', path: '/first/things' })]",
    below: "queries: [ask('below.parts', '/first/things/:id/parts')]",
    own: "queries: [ask('own.get', '/own/:id'), ask('own.new', '/own/new')]",
  });
  assert.equal([...reasons], []);
});

test('a pack that fails for what it declares takes along those that require it, and no other', async () => {
  const reasons = await reasonsOf({
    clashing: "events: [event('thing.made')]",
    dependent: "requires: { clashing: '^1.0.0' }",
    'dependent-of-that': "requires: { dependent: '^1.0.0' }",
    healthy: "requires: { first: '^1.0.0' }",
  });
  assert.equal([...reasons.keys()], ['clashing', 'dependent', 'dependent-of-that']);
  assert.match(reasons.get('dependent') ?? '', 'requires clashing, which failed');
  assert.match(reasons.get('dependent-of-that') ?? '', 'requires dependent, which failed');
});

test('what a pack masks of what it asks is masked for no other', async () => {
  const registry = await loadPacks([pack('first', FIRST), pack('masking', "policies: [{ ...policy({}), mask: ['/context/reason'] }]")], '0.1.0');
  const entrypoint = 'high_risk/operations/decision';
  assert.equal([registry.maskOf('first', entrypoint), registry.maskOf('masking', entrypoint)], [[], ['/context/reason']]);
});

test('of two packs of one id the first is used, and the other is told where that is', async () => {
  const [first, second] = [pack('double', ''), packFolder()];
  try {
    const other = second.pack('double');
    const registry = await loadPacks([first, other], '0.1.0');
    assert.is(registry.folderOf('double'), first);
    assert.equal(registry.failed, [
      {
        id: 'double',
        reason: `${other}: the pack at ${first} is called "double" too, and is used: take one of the two out of packs in the configuration`,
      },
    ]);
  } finally {
    second.remove();
  }
});

test('paths overlap where one request could be meant for both, and the one that says more comes first', () => {
  const overlapping: [string, string][] = [
    ['/a', '/a'],
    ['/a/:id', '/a/:name'],
    ['/a/:id', '/a/new'],
    ['/a/:id/x', '/a/new/:y'],
    ['/log/*path', '/log/a/b'],
  ];
  const apart: [string, string][] = [
    ['/a', '/b'],
    ['/a', '/a/:id'],
    ['/a/:id', '/b/:id'],
    ['/a/:id/x', '/a/:id/y'],
    ['/log/*path', '/log'],
  ];
  for (const [one, other] of overlapping) assert.ok(overlap(one, other) && overlap(other, one), `${one} ${other}`);
  for (const [one, other] of apart) assert.not(overlap(one, other) || overlap(other, one), `${one} ${other}`);
  assert.equal(['/a/*rest', '/a/:id', '/a/new', '/a/:id/x', '/a/new/:y'].toSorted(bySpecificity), [
    '/a/new',
    '/a/new/:y',
    '/a/:id',
    '/a/:id/x',
    '/a/*rest',
  ]);
});

test('what a pack and the kernel would both answer disables the pack, and everything else is up', async () => {
  const s = await testSummit((config) => ({
    ...config,
    packPaths: [
      ...config.packPaths,
      pack('listing', "queries: [ask('listing.packs', '/packs')]"),
      // Every object has one of that name.
      pack('constructor', "queries: [ask('pack.list', '/constructor')]"),
      pack('named', "queries: [ask('receipt.list', '/named')]"),
      pack('walled', "queries: [ask('walled.log', '/log/tile/x/y')]"),
      pack('shown', "views: { pages: [{ path: '/users', title: 'Users', ui: 'users.ts' }] }"),
      pack('ordered', "queries: [ask('ordered.one', '/ordered/:id', 'one'), ask('ordered.new', '/ordered/new', 'new')]"),
    ],
    tenants: config.tenants.map((tenant) => ({ ...tenant, packs: { ...tenant.packs, ordered: { enabled: true }, listing: { enabled: true } } })),
  }));
  try {
    const { status, packs, failed_packs } = (await s.send('GET', '/readyz')).body;
    const reasons = new Map<string, string>(failed_packs.map(({ id, reason }: { id: string; reason: string }) => [id, reason]));
    assert.is(status, 'ok');
    assert.equal([...reasons.keys()], ['listing', 'constructor', 'named', 'walled', 'shown']);
    assert.match(
      reasons.get('listing') ?? '',
      'GET /packs (the query "listing.packs") would answer what GET /packs (the query "pack.list") of the kernel does',
    );
    assert.match(reasons.get('named') ?? '', 'the query "receipt.list" is declared by the kernel already');
    assert.match(reasons.get('walled') ?? '', 'of the kernel does: begin its path with /walled');
    assert.match(reasons.get('shown') ?? '', 'the page /users would answer what');
    assert.ok(packs.some(({ id }: { id: string }) => id === 'high-risk-ops'));
    assert.is((await s.get('engineer', '/packs')).body.kernel.id, 'summit');

    assert.equal((await s.get('engineer', '/ordered/new')).body, { answer: 'new' }, 'whichever is declared first, what says more is found first');
    assert.equal((await s.get('engineer', '/ordered/4711')).body, { answer: 'one' });

    const declared = new Set(s.summit.services.packs.operations.flatMap(({ operation: { route } }) => (route ? [route.path] : [])));
    const mounted = createApp(s.summit.services).middleware.flatMap((middleware) =>
      'router' in middleware ? (middleware.router as { stack: { path: string | RegExp }[] }).stack.map(({ path }) => String(path)) : [],
    );
    const own = mounted.filter((path) => !declared.has(path));
    assert.ok(own.includes('/livez') && own.includes('/access/v1/evaluation') && own.includes('/-/control/:command'), JSON.stringify(own));
    assert.equal(
      own.filter((path) => !OWN_SEGMENTS.has(path.split('/')[1] ?? '')),
      [],
      'what the kernel answers beside its pack is reserved',
    );
  } finally {
    await s.close();
  }
});

test.run();
