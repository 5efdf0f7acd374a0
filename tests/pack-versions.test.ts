import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { loadConfig } from '../kernel/config/config.ts';
import { digestOfStep } from '../kernel/database/migration-record.ts';
import { createLog } from '../kernel/log.ts';
import { type Summit, startSummit } from '../kernel/main.ts';
import { governedTable, insertOnlyTable, migration } from '../sdk/index.ts';
import { type Hands, handsOn } from '../sdk/testing/hands.ts';
import { migratedDataDir } from './support/migrated-data-dir.ts';
import { packFolder } from './support/pack-folder.ts';
import { accessRequest, freshDatabase } from './support/summit.ts';

const test = suite('Packs that come, go and change between starts');
const root = new URL('..', import.meta.url).pathname;
let folder: ReturnType<typeof packFolder>;
let dataDir: string;
let database: Awaited<ReturnType<typeof freshDatabase>>;

test.before(async () => {
  folder = packFolder();
  database = await freshDatabase();
  dataDir = database ? mkdtempSync(join(tmpdir(), 'summit-versions-')) : await migratedDataDir();
});
test.after(async () => {
  folder.remove();
  await database?.drop();
  rmSync(dataDir, { recursive: true, force: true });
});

const FIRST = "sdk.migration('0001-jars', [sdk.governedTable('jars', 'name text NOT NULL')])";
const SECOND = "sdk.migration('0002-lids', [\"ALTER TABLE jars ADD COLUMN lid text NOT NULL DEFAULT 'none'\"])";

/** A version of one pack, in a folder of its own: Node imports each file once. */
function jars(version: string, migrations: readonly string[], fields: string): string {
  const source = `const Jar = sdk.governed({ type: 'jars.jar', table: 'jars', fields: { name: sdk.field.text(), ${fields} }, transitions: { open: ['open'] } });
    const common = { title: 'Jar', roles: ['engineer'], entity: Jar, policy: sdk.none('jars are harmless') };
    const nothing = { edges: sdk.none('a jar is alone'), usage: sdk.none('jars are free') };
    const shown = ({ id, name, status, version }) => ({ id, name, status, version });
    const make = sdk.defineAction({ ...common, id: 'jars.make', route: { method: 'POST', path: '/jars' }, input: sdk.Strict({ name: sdk.Type.String() }), from: [], success: 201,
      load: async () => null, subject: () => null, apply(_, at) { const jar = sdk.create(Jar, at, { id: at.subjectId, status: 'open', name: at.input.name, ${fields && "lid: 'cork'"} });
        return { ...nothing, subjects: [jar], answer: shown(jar.after) }; } });
    const label = sdk.defineAction({ ...common, id: 'jars.label', route: { method: 'POST', path: '/jars/:id/label' }, input: sdk.Strict({ name: sdk.Type.String() }), from: ['open'],
      load: ({ db, params }) => db.lock(Jar, params.id), subject: (jar) => jar,
      apply(jar, at) { const changed = sdk.change(Jar, at, jar, { name: at.input.name }); return { ...nothing, subjects: [changed], answer: shown(changed.after) }; } });
    const get = sdk.defineQuery({ id: 'jars.get', title: 'Jar', route: { method: 'GET', path: '/jars/:id' }, query: sdk.Empty, run: async ({ db, params }) => shown(await db.one(Jar, params.id)) });`;
  const path = folder.pack(
    `jars-${version}`,
    `id: 'jars', version: '${version}', entities: [Jar], migrations: [${migrations.join()}], actions: [make, label], queries: [get]`,
    source,
  );
  return path;
}

interface Running {
  readonly summit: Summit;
  readonly failed: ReadonlyMap<string, string>;
  readonly call: Hands['call'];
}

/** Starts on the same data each time. @param own the ids of the packs beside the shipped ones, by path */
async function running(own: Readonly<Record<string, string>>, use: (running: Running) => Promise<void>): Promise<void> {
  const config = loadConfig({ PORT: '0', NODE_ENV: 'test', SUMMIT_DATA_DIR: dataDir, DATABASE_URL: database?.url }, root);
  const enabled = Object.fromEntries(Object.values(own).map((id) => [id, { enabled: true }]));
  const summit = await startSummit(
    {
      ...config,
      packPaths: [...config.packPaths, ...Object.keys(own)],
      tenants: config.tenants.map((tenant) => ({ ...tenant, packs: { ...tenant.packs, ...enabled } })),
    },
    { log: createLog('silent') },
  );
  try {
    await use({
      summit,
      failed: new Map(summit.services.packs.failed.map(({ id, reason }) => [id, reason])),
      call: handsOn(summit, 'demo-external').call,
    });
  } finally {
    await summit.close();
  }
}

test('an older version is refused with its dependents, a pack may be away for a while, and nothing is lost', async () => {
  const [older, newer] = [jars('1.0.0', [FIRST], ''), jars('2.0.0', [FIRST, SECOND], 'lid: sdk.field.text()')];
  const shelf = folder.pack('shelf', "requires: { jars: '*' }, migrations: [sdk.migration('0001-shelves', ['CREATE TABLE shelves (id text)'])]");
  let id: unknown;
  await running({ [older]: 'jars' }, async ({ failed, call }) => {
    assert.equal([...failed], []);
    const made = await call('POST', 'engineer', '/jars', { name: 'plum' });
    assert.is(made.status, 201, JSON.stringify(made.body));
    id = made.body.id;
  });

  await running({ [newer]: 'jars' }, async ({ failed, call }) => {
    assert.equal([...failed], []);
    assert.equal((await call('GET', 'engineer', `/jars/${id}`)).body, { id, name: 'plum', status: 'open', version: 1 });
    assert.is((await call('POST', 'engineer', `/jars/${id}/label`, { name: 'quince' })).status, 200);
  });

  await running({ [older]: 'jars', [shelf]: 'shelf' }, async ({ summit, failed, call }) => {
    assert.equal([...failed.keys()], ['jars', 'shelf']);
    assert.match(
      failed.get('jars') ?? '',
      'the database is newer than this code, it has jars/0002-lids: start the version that made them, or a later one',
    );
    assert.match(failed.get('shelf') ?? '', 'it requires jars, which failed');
    const [shelves] = await summit.services.database.orm.em.getConnection().execute("SELECT to_regclass('shelves') IS NULL AS absent");
    assert.is(shelves?.absent, true, 'what builds on the tables of a pack that failed is not built');
    assert.is((await call('GET', 'engineer', `/jars/${id}`)).status, 404);
    assert.is((await call('POST', 'engineer', '/high-risk-ops/requests', accessRequest())).status, 201, 'everything else works');
  });

  await running({}, async ({ failed, call }) => {
    assert.equal([...failed], []);
    assert.is((await call('GET', 'engineer', `/jars/${id}`)).status, 404);
    const { body } = await call('GET', 'auditor', `/receipts?subject_id=${id}`);
    assert.is(body.total, 2, 'what happened stays on record');
  });

  await running({ [newer]: 'jars', [shelf]: 'shelf' }, async ({ failed, call }) => {
    assert.equal([...failed], []);
    assert.equal((await call('GET', 'engineer', `/jars/${id}`)).body, { id, name: 'quince', status: 'open', version: 2 });
    const labelled = await call('POST', 'engineer', `/jars/${id}/label`, { name: 'damson' });
    assert.equal([labelled.status, labelled.body.version], [200, 3]);
  });
});

test('a migration that has run is never changed: the pack is disabled and the migration named, also where it ran before digests were kept', async () => {
  const crate = (folderName: string, migration: string) =>
    folder.pack(folderName, `id: 'crates', migrations: [sdk.migration('0001-crates', ['${migration}'])]`);
  const made = crate('crates-made', 'CREATE TABLE crates (id text, size text)');
  const laidOut = crate('crates-laid-out', 'CREATE  TABLE crates (id text, size  text)');
  const changed = crate('crates-changed', 'CREATE TABLE crates (id text, size integer)');
  const reasonOf = (failed: ReadonlyMap<string, string>) => failed.get('crates') ?? '';

  await running({ [made]: 'crates' }, async ({ summit, failed }) => {
    assert.equal([...failed], []);
    await summit.services.database.orm.em.getConnection().execute('DROP TABLE summit_migration_digests');
  });
  await running({ [made]: 'crates' }, async ({ failed }) => assert.equal([...failed], [], 'its digest is recorded now'));
  await running({ [changed]: 'crates' }, async ({ failed, call }) => {
    assert.equal([...failed.keys()], ['crates']);
    assert.match(reasonOf(failed), 'its migrations failed: crates/0001-crates has run in this database and was changed since: put it back as it was');
    assert.is((await call('POST', 'engineer', '/high-risk-ops/requests', accessRequest())).status, 201, 'everything else works');
  });
  await running({ [laidOut]: 'crates' }, async ({ failed }) => assert.equal([...failed], [], 'how it is laid out does not count'));
});

test('the tables of the SDK are made by the same statements for good: others would disable every pack that has run them', () => {
  const step = migration('0001-initial', [governedTable('jars', 'name text NOT NULL'), insertOnlyTable('lids', 'jar_id uuid NOT NULL')]);
  assert.is(digestOfStep(step), '0725552f05667ab642d0679e32982c3583023f4f171255dfa43576cfac4f19cb');
});

test('a pack that fails before it can say what it is called does not stop the start of tenants that have it', async () => {
  folder.write('summit-pack-crates/manifest.ts', "throw new Error('broken on purpose');");
  await running({ [join(folder.path, 'summit-pack-crates')]: 'crates' }, async ({ failed, call }) => {
    assert.equal([...failed.keys()], ['summit-pack-crates']);
    assert.is((await call('GET', 'engineer', '/me')).status, 200);
  });
});

test('a migration of the kernel that has changed since it ran ends the start', async () => {
  await running({}, async ({ summit }) => {
    await summit.services.database.orm.em
      .getConnection()
      .execute("UPDATE summit_migration_digests SET digest = 'other' WHERE name = 'kernel/0001-kernel'");
  });
  const started = running({}, async () => {}).then(() => 'started', String);
  assert.match(await started, 'kernel/0001-kernel has run in this database and was changed since');
});

test.run();
