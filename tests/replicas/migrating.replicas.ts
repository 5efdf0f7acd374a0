import pg from 'pg';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { KERNEL_PACK } from '../../kernel/admission.ts';
import { type Database, openDatabase } from '../../kernel/database/database.ts';
import type { MigrationOwner } from '../../kernel/database/migrate.ts';
import { kernelEntities } from '../../kernel/database/tables.ts';
import { migration } from '../../sdk/index.ts';
import { type FreshDatabase, freshDatabase } from '../../sdk/testing/fresh-database.ts';

const test = suite('Migrating while others work');
const KERNEL = { id: KERNEL_PACK, entities: kernelEntities, migrations: [] };
const SHELVES: MigrationOwner = {
  id: 'shelves',
  migrations: [
    migration('0001-shelves', ['CREATE TABLE shelves (id integer)']),
    migration('0002-of-people', ['ALTER TABLE users ADD COLUMN shelf integer']),
  ],
};

let fresh: FreshDatabase;
const open: (Database | pg.Client)[] = [];

test.before(async () => {
  const made = await freshDatabase();
  assert.ok(made);
  fresh = made;
  await (await database()).migrate();
});
test.after(async () => {
  await Promise.all(open.map((one) => (one instanceof pg.Client ? one.end() : one.close())));
  await fresh?.drop();
});

async function database(...packs: readonly MigrationOwner[]): Promise<Database> {
  const engine = { url: fresh.url, isPooled: false, directUrl: fresh.url };
  const opened = await openDatabase({ engine, packs: [KERNEL, ...packs.map((pack) => ({ ...pack, entities: [] }))] });
  open.push(opened);
  return opened;
}

async function client(): Promise<pg.Client> {
  const connected = new pg.Client({ connectionString: fresh.url });
  await connected.connect();
  open.push(connected);
  return connected;
}

test('one that cannot have a table holds up nobody else for long, and is done once it can', async () => {
  const [holder, reader] = [await client(), await client()];
  await holder.query('BEGIN; SELECT FROM users');
  const migrated = (await database(SHELVES)).migrate();
  try {
    const waits = "SELECT FROM pg_locks WHERE NOT granted AND relation = 'users'::regclass";
    while ((await reader.query(waits)).rowCount === 0);
    // Behind it in line. What came before it has been done.
    await reader.query("SET statement_timeout = '5s'");
    await reader.query('SELECT FROM users');
    assert.equal((await reader.query('SELECT FROM shelves')).rows, []);
  } finally {
    await holder.query('COMMIT');
  }
  assert.equal(await migrated, { applied: ['shelves/0001-shelves', 'shelves/0002-of-people'], failed: [] });
});

test('what fails in the middle leaves what came before, and the next start goes on with it', async () => {
  const boxes = (...statements: readonly string[]): MigrationOwner => ({
    id: 'boxes',
    migrations: [migration('0001-boxes', ['CREATE TABLE boxes (id integer)']), migration('0002-lids', statements)],
  });
  const { applied, failed } = await (await database(boxes('ALTER TABLE boxes ADD COLUMN lid nonsense'))).migrate();
  assert.equal([applied, failed.map(({ id }) => id)], [[], ['boxes']]);
  const mended = await (await database(boxes('ALTER TABLE boxes ADD COLUMN lid text'))).migrate();
  assert.equal(mended, { applied: ['boxes/0002-lids'], failed: [] });
});

test.run();
