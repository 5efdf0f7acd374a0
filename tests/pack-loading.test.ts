import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ConfigError, loadConfig } from '../kernel/config/config.ts';
import { isSchedule } from '../kernel/jobs/schedule.ts';
import { createLog } from '../kernel/log.ts';
import { loadPacks } from '../kernel/packs/loader.ts';
import { folderOf } from '../kernel/packs/locate.ts';
import { failThoseThatThrow } from '../kernel/packs/settings.ts';
import { errorsIn } from '../kernel/validation.ts';
import { governed, insertOnly, listOf, Strict, Type } from '../sdk/index.ts';
import { didYouMean } from '../sdk/known-keys.ts';
import { packFolder } from './support/pack-folder.ts';
import { testSummit } from './support/summit.ts';

const test = suite('Loading packs');
let folder: ReturnType<typeof packFolder>;
test.before(() => {
  folder = packFolder();
});
test.after(() => folder.remove());

async function failureOf(path: string): Promise<{ id: string; reason: string }> {
  const { failed, all } = await loadPacks([path], '0.1.0');
  assert.equal(
    all.map(({ id }) => id),
    [],
  );
  const [failure] = failed;
  if (!failure) throw new Error('no pack failed');
  return failure;
}

test('a key that nobody knows is refused with the one that was meant, and every other error with it', async () => {
  const query = (keys: string) =>
    `{ id: 'typos.q', title: 'Q', route: { method: 'GET', path: '/typos' }, query: sdk.Empty, run: async () => ({}), ${keys} }`;
  const { id, reason } = await failureOf(
    folder.pack(
      'typos',
      `polices: [], colour: 'red',
       actions: [{ id: 'typos.act', titel: 'Act', roles: [], input: sdk.Empty, entity: null, from: [], policy: { entrypoint: 'x/y', fact: 1 } }],
       queries: [${query("role: ['ae']")}, ${query("route: { method: 'GET', pth: '/typos' }")}],
       evidence: [{ id: 'e', title: 'E', path: '/evidence/e/:id', members: {}, collect: 0, summry: {} }],
       effects: [{ id: 'f', outcome: sdk.none('no'), run: 0, retries: 3 }],
       events: [{ type: 'e', versoin: 1, title: 'E', data: sdk.Empty }],
       jobs: [{ id: 'j', title: 'J', shedule: '* * * * *', action: null, due: 0 }, { id: 'k', title: 'K', schedule: '', action: 0, due: 0, command: { nam: 'x' } }],
       policies: [{ bundle: 'x.y', entrypoint: ['x/y/z'] }],
       dashboards: [{ id: 'typos.d', title: 'D', read: 0, own_time: true }],
       indicators: [{ id: 'typos.i', title: 'I', definition: 'I', unit: 'count', read: 0, rolls: [] }],
       usage: [{ type: 'u', title: 'U', metdata: {} }], meters: [{ id: 'm', title: 'M', eventType: 'u', aggregation: 'sum' }],
       migrations: [{ name: '0001-x', statement: [] }],
       views: { list: [], workspace: { ikon: 'x' }, lists: [{ list: 0, colums: [] }], pages: [{ path: '/x', title: 'X', module: 'x.ts' }], commands: [{ titel: 'X', path: '/x' }] }`,
    ),
  );
  assert.is(id, 'typos');
  for (const expected of [
    '"polices" is not a key of a pack: did you mean "policies"?',
    '"colour" is not a key of a pack;',
    'actions.0 (typos.act): "titel" is not a key of an action: did you mean "title"?',
    'actions.0 (typos.act): "load" is missing, and an action needs it',
    'queries.0 (typos.q): "role" is not a key of a query: did you mean "roles"?',
    'queries.1 (typos.q).route: "pth" is not a key of a route: did you mean "path"?',
    'evidence.0 (e): "summry" is not a key of a declaration of evidence: did you mean "summary"?',
    'effects.0 (f): "retries" is not a key of an effect;',
    'events.0: "versoin" is not a key of an event: did you mean "version"?',
    'jobs.0 (j): "shedule" is not a key of a job: did you mean "schedule"?',
    'jobs.1 (k).command: "nam" is not a key of the command of a job: did you mean "name"?',
    'policies.0: "entrypoint" is not a key of a policy of a pack: did you mean "entrypoints"?',
    'dashboards.0 (typos.d): "own_time" is not a key of a dashboard: did you mean "ownTime"?',
    'indicators.0 (typos.i): "rolls" is not a key of an indicator: did you mean "roles"?',
    'usage.0: "metdata" is not a key of a usage type: did you mean "metadata"?',
    'meters.0 (m): "eventType" is not a key of a meter: did you mean "event_type"?',
    'migrations.0: "statement" is not a key of a migration: did you mean "statements"?',
    'views: "list" is not a key of the views of a pack: did you mean "lists"?',
    'views.workspace: "ikon" is not a key of a workspace: did you mean "icon"?',
    'views.lists.0: "colums" is not a key of the view of a list: did you mean "columns"?',
    'views.pages.0: "module" is not a key of a page;',
    'views.commands.0: "titel" is not a key of a command of the palette: did you mean "title"?',
  ])
    assert.match(`${reason};`, expected);

  const act = `{ id: 'deeper.act', title: 'Act', roles: [], input: sdk.Empty, entity: {}, from: [], load: 0, subject: 0, apply: 0,
    policy: { entrypoint: 'x/y', fact: 1 }, approval: { state: 'approved' }, settles: { query: 'q', until: [] } }`;
  const deeper = await failureOf(folder.pack('deeper', `actions: [${act}], events: 'none'`));
  for (const expected of [
    'actions.0 (deeper.act).policy: "fact" is not a key of the policy of an action, which is none(why) where it has none: did you mean "facts"?',
    'actions.0 (deeper.act).approval: "state" is not a key of an approval: did you mean "status"?',
    'actions.0 (deeper.act).settles: "until" is not a key of what an action settles by',
    'events: is not a list',
  ])
    assert.match(deeper.reason, expected);
});

test('what is no pack, or was not made by definePack, is looked at in the same way', async () => {
  folder.write('raw/manifest.js', "export default { id: 'acme', titel: 'Acme' };");
  const raw = await failureOf(join(folder.path, 'raw'));
  assert.is(raw.id, 'acme', 'its own id, where it says one');
  assert.match(raw.reason, '"titel" is not a key of a pack: did you mean "title"?; "title" is missing, and a pack needs it');

  folder.write('nothing/manifest.js', 'export const pack = 1;');
  assert.match((await failureOf(join(folder.path, 'nothing'))).reason, 'manifest.js has no default export made by definePack');
  folder.write('odd/manifest.ts', "import { definePack } from '@summit/sdk';\nthrow new Error('on purpose');");
  const odd = await failureOf(join(folder.path, 'odd'));
  assert.equal([odd.id, odd.reason], ['odd', `${join(folder.path, 'odd')}: it does not load: on purpose`]);
  assert.match((await failureOf(join(folder.path, 'nowhere'))).reason, 'there is no such folder: mend `packs` in the configuration');
  folder.write('empty/README.md', '');
  assert.match((await failureOf(join(folder.path, 'empty'))).reason, 'it has no manifest.ts and no manifest.js');
  const unreadable = await failureOf(folder.pack('unreadable', "evidence: [{ id: 'e', title: 'E', path: '/', members: { x: null }, collect: 0 }]"));
  assert.match(unreadable.reason, 'it cannot be read: ');
});

test('an entity and a list know their keys too', () => {
  const typo = { type: 'x.y', table: 'ys', fields: {}, transitions: {}, labl: () => 'y' };
  assert.throws(() => governed(typo), /entity x\.y: "labl" is not a key of a governed entity: did you mean "label"\?/);
  assert.throws(() => insertOnly(typo), /"transitions" is not a key of an insert-only entity; "labl" is not a key/);
  const rows = insertOnly({ type: 'x.z', table: 'zs', fields: {} });
  const offer = { sort: ['id'], search: [], persons: [] } as const;
  assert.throws(() => listOf(rows, { ...offer, sort: ['id'] }), /list of x\.z: "persons" is not a key of a list/);
});

test('a word is taken for another only where it is like it', () => {
  const known = ['policies', 'id', 'maxBodyBytes', 'title'];
  assert.equal(
    ['polices', 'max_body_bytes', 'titel', 'colour', 'xyz', 'ids', ''].map((word) => didYouMean(word, known)),
    [': did you mean "policies"?', ': did you mean "maxBodyBytes"?', ': did you mean "title"?', '', '', ': did you mean "id"?', ''],
  );
});

test('what an API or a file does not know is answered with what was meant', () => {
  const schema = Strict({ duration_minutes: Type.Integer(), tiers: Type.Array(Strict({ up_to: Type.String() })) });
  assert.equal(errorsIn(schema, { durationMinutes: 1, duration_minutes: 1, tiers: [{ upto: '1', up_to: '1' }], colour: 1 }), [
    { path: 'durationMinutes', message: 'is not a known field: did you mean "duration_minutes"?' },
    { path: 'colour', message: 'is not a known field' },
    { path: 'tiers.0.upto', message: 'is not a known field: did you mean "up_to"?' },
  ]);
});

test('what would end the boot, or stop what all packs share, is found when a pack is loaded', async () => {
  const action = `sdk.defineAction({ id: 'unsound.act', title: 'Act', roles: [], input: sdk.Empty, entity: Thing, from: [],
    policy: sdk.none('harmless'), load: async () => null, subject: () => null, apply: () => sdk.unchanged({}) })`;
  const { reason } = await failureOf(
    folder.pack(
      'unsound',
      `jobs: [sdk.defineJob({ id: 'unsound.j', title: 'J', schedule: '61 * * * *', action: act, due: async () => [] })],
       effects: [sdk.defineEffect({ id: 'unsound.e', outcome: sdk.none('x'), run: async () => ({}), givesUp: { afterAttempts: 2, action: act } })],
       settings: { type: 'objekt' }, actions: [judged],
       policies: [{ bundle: 'unsound.things', entrypoints: ['unsound/things/decision'], mask: ['/context/name'] }],
       views: { workspace: { icon: 'no-such-icon' }, lists: [{ list: ask }] }`,
      `const Thing = sdk.governed({ type: 'unsound.thing', table: 'unsound_things', fields: {}, transitions: { open: [] } });
       const act = ${action};
       const judged = { ...act, id: 'unsound.judged', policy: { entrypoint: 'unsound/others/decision', facts: () => ({ resource: {}, context: {} }) } };
       const ask = sdk.defineQuery({ id: 'unsound.ask', title: 'Ask', route: { method: 'GET', path: '/unsound' }, query: sdk.Empty, run: async () => ({}) });`,
    ),
  );
  for (const expected of [
    'the job "unsound.j" never runs: "61 * * * *" is no cron expression',
    'the job "unsound.j" names the action "unsound.act", which is not among its actions',
    'the effect "unsound.e" names the action "unsound.act"',
    'a view shows the list "unsound.ask", which is not among its queries',
    'the action "unsound.judged" asks unsound/others/decision, which is not among the entrypoints of its pack\'s policies',
    'its settings are no JSON Schema: ',
    'its workspace has the icon "no-such-icon", which lucide does not have',
  ])
    assert.match(reason, expected);
});

test('the schedule of a job is a cron expression that means any time, and no day', () => {
  for (const schedule of ['*/5 * * * *', '17 3 * * *', '*/2 * * * * *', '0 0 1 1 *', '0 4 * * 1-5']) assert.ok(isSchedule(schedule), schedule);
  for (const schedule of ['61 * * * *', '0 0 31 2 *', 'often', '2099-01-01', '* * * * * * *']) assert.not(isSchedule(schedule), schedule);
});

test('what is null where something must be, and an entity that nothing has made, are told', async () => {
  const raw = "{ type: 'loose.thing', kind: 'governed', table: 'things', transitions: { open: [] } }";
  const query = "{ id: 'loose.ask', title: 'Ask', route: { method: 'GET', path: '/loose' }, query: null, run: async () => ({}) }";
  const { reason } = await failureOf(folder.pack('loose', `entities: [${raw}, null], queries: [${query}]`));
  for (const expected of [
    'entities.0: is no entity: make it with governed or insertOnly',
    'entities.1: is no entity',
    'queries.0 (loose.ask): "query" is missing, and a query needs it',
  ])
    assert.match(reason, expected);
});

test('what stands for a part of a path is a name of letters and low lines: the router reads no more of it', async () => {
  const ask = (path: string) =>
    `sdk.defineQuery({ id: 'paths.ask', title: 'Ask', route: { method: 'GET', path: '${path}' }, query: sdk.Empty, run: async () => ({}) })`;
  const reasonOf = async (path: string) => {
    const id = `paths-${Buffer.from(path).toString('hex')}`;
    const { failed } = await loadPacks([folder.pack(id, `queries: [${ask(path)}]`)], '0.1.0');
    return failed[0]?.reason ?? 'it loads';
  };
  for (const path of ['/paths/:id2', '/paths/:vendor-id', '/paths/:_id', '/paths/x:id'])
    assert.match(await reasonOf(path), /its manifest is not valid: queries\.0\.route\.path/, path);
  for (const path of ['/paths/:vendor_id', '/paths2/a-b/:id/c_d']) assert.is(await reasonOf(path), 'it loads', path);
});

test('whatever is wrong with one pack, the boot goes on', async () => {
  const manifest = (naming: string) =>
    `import { definePack } from '@summit/sdk';\nexport default definePack({ ${naming} title: 'X', version: '1.0.0', summit: '^0.1.0' });`;
  folder.write('unnamed/manifest.ts', manifest(''));
  folder.write('empty-named/manifest.ts', manifest("id: '',"));
  const throwing = folder.pack('throwing', "settingsErrors: () => { throw new Error('on purpose'); }");
  const needing = folder.pack('needing', "requires: { throwing: '*' }");
  const broken = ['unnamed', 'empty-named', 'throwing', 'needing'];
  const s = await testSummit((config) => ({
    ...config,
    packPaths: [...config.packPaths, join(folder.path, 'unnamed'), join(folder.path, 'empty-named'), throwing, needing],
    tenants: config.tenants.map((tenant) => ({
      ...tenant,
      packs: { ...tenant.packs, ...Object.fromEntries(broken.map((id) => [id, { enabled: true }])) },
    })),
  }));
  try {
    const { status, failed_packs } = (await s.send('GET', '/readyz')).body;
    assert.is(status, 'ok');
    const reasons = new Map<string, string>(failed_packs.map(({ id, reason }: { id: string; reason: string }) => [id, reason]));
    assert.equal([...reasons.keys()], broken);
    assert.match(reasons.get('unnamed') ?? '', 'it does not load: ');
    assert.match(reasons.get('empty-named') ?? '', 'has no default export made by definePack, with an id');
    assert.is(reasons.get('throwing'), 'its settingsErrors throws: the log says on what');
  } finally {
    await s.close();
  }
});

test('on whose settings a pack throws, and with what, is for the log alone: whoever asks what failed is told neither', async () => {
  const judging = "settingsErrors: ({ key }) => { throw new Error('no such key: ' + key); }, settings: sdk.Type.Object({ key: sdk.Type.String() })";
  const registry = await loadPacks([folder.pack('telling', judging)], '0.1.0');
  const users = { users: [], teams: [], time_zone: 'Europe/Berlin' };
  const lines: string[] = [];
  const file = { id: 'acme', title: 'Acme', ...users, packs: { telling: { enabled: true, settings: { key: 'hunter2' } } } };
  failThoseThatThrow(registry, [file], createLog('error', { write: (line) => void lines.push(line) }));
  assert.equal(registry.failed, [{ id: 'telling', reason: 'its settingsErrors throws: the log says on what' }]);
  const [{ pack, tenant, err } = {}] = lines.map((line) => JSON.parse(line));
  assert.equal([pack, tenant, err.message], ['telling', 'acme', 'no such key: hunter2']);
});

test('an npm package is found from the configuration upwards, built, and under its own id', async () => {
  const config = join(folder.path, 'site/config');
  folder.write(
    'site/node_modules/@acme/summit-pack-risk/package.json',
    '{"name": "@acme/summit-pack-risk", "version": "1.2.0", "type": "module", "exports": "./manifest.js"}',
  );
  const manifest = (version: string) =>
    `import { definePack } from '@summit/sdk';\nexport default definePack({ id: 'vendor-risk', title: 'Risk', version: '${version}', summit: '^0.1.0' });`;
  folder.write('site/node_modules/@acme/summit-pack-risk/manifest.js', manifest('1.2.0'));
  folder.write('site/config/summit.json', '{}');
  const path = folderOf('@acme/summit-pack-risk', config);
  assert.is(path, join(folder.path, 'site/node_modules/@acme/summit-pack-risk'));
  const registry = await loadPacks([path], '0.1.0');
  assert.equal([registry.failed, registry.all.map(({ id, version }) => [id, version])], [[], [['vendor-risk', '1.2.0']]]);

  const absent = await failureOf(folderOf('@acme/absent', config));
  assert.is(absent.id, 'absent');
  assert.match(absent.reason, `the package @acme/absent is not installed: run npm install @acme/absent in ${config}, or begin the entry with ./`);

  folder.write('site/node_modules/older/package.json', '{"name": "older", "version": "1.0.0", "type": "module"}');
  folder.write('site/node_modules/older/manifest.js', manifest('1.2.0'));
  const older = await failureOf(folderOf('older', config));
  assert.equal(
    [older.id, /its manifest says version 1\.2\.0, and its package\.json 1\.0\.0: they must be the same/.test(older.reason)],
    ['vendor-risk', true],
  );

  folder.write('site/node_modules/unbuilt/package.json', '{"name": "unbuilt", "type": "module"}');
  folder.write('site/node_modules/unbuilt/manifest.ts', manifest('1.2.0'));
  assert.match(
    (await failureOf(folderOf('unbuilt', config))).reason,
    'an installed package must be JavaScript: its author makes it with summit pack build',
  );
});

test('a folder may be anywhere, also behind a link, and is where it really is', async () => {
  const real = folder.pack('linked');
  symlinkSync(real, join(folder.path, 'link'));
  const registry = await loadPacks([folderOf('./link', folder.path)], '0.1.0');
  assert.is(registry.folderOf('linked'), real);
  assert.equal([folderOf('../packs/x', '/a/config'), folderOf('/srv/x', '/a/config')], ['/a/packs/x', '/srv/x']);
});

test('an entry that is neither a folder nor the name of a package stops the start, as every mistake in the configuration does', () => {
  const entriesOf = (packs: readonly unknown[]): string => {
    folder.write(
      'summit.json',
      JSON.stringify({
        ...{ log: { origin: 'x' }, packs, policies: { folder: '.' }, tenants: './tenants' },
        http: { body_limit_bytes: 2048, outcome_wait_ms: 1, requests_per_minute: 1 },
      }),
    );
    folder.write('tenants/README.md', '');
    try {
      return loadConfig({ SUMMIT_CONFIG: 'summit.json' }, folder.path).packPaths.join();
    } catch (error) {
      assert.instance(error, ConfigError);
      return (error as Error).message;
    }
  };
  assert.is(entriesOf(['./a', '/b', '../c']), [join(folder.path, 'a'), '/b', join(folder.path, '../c')].join());
  for (const entry of ['packs/a', '@acme', 'Acme', ''])
    assert.match(entriesOf([entry]), 'packs.0 is not valid: a folder from this file, beginning with ./');
});

test.run();
