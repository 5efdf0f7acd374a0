import fs, { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Finding } from '../kernel/doctor/finding.ts';
import { examineSurroundings } from '../kernel/doctor/surroundings.ts';
import { type TestSummit, testSummit } from './support/summit.ts';

const test = suite('What summit doctor finds of a server that runs');
const TENANT = 'demo-external';
let s: TestSummit;

test.before(async () => {
  s = await testSummit();
});
test.after(() => s?.close());

/** Those of its findings that are not ok. */
async function amiss(): Promise<readonly Finding[]> {
  const { findings } = await s.summit.services.commands.doctor({});
  return findings.filter(({ status }) => status !== 'ok');
}

test('a sound one has nothing amiss', async () => {
  assert.equal(await amiss(), []);
  assert.equal(
    (await examineSurroundings(s.config)).filter(({ status }) => status !== 'ok'),
    [],
  );
});

test('clocks that are more than two seconds apart, and which way', async () => {
  const { now } = Date;
  const found = async (aheadMs: number) => {
    Date.now = () => now() + aheadMs;
    try {
      return (await amiss()).map(({ check, status, detail }) => [check, status, detail.replace(/\d\.\d{3} s/, '… s')]);
    } finally {
      Date.now = now;
    }
  };
  assert.equal(await found(5_000), [['clock', 'failed', 'the database is … s behind this machine']]);
  assert.equal(await found(-5_000), [['clock', 'failed', 'the database is … s ahead of this machine']]);
});

test('a PostgreSQL that is too old, and of its logs nothing then', async () => {
  const connection = s.summit.services.database.orm.em.getConnection();
  const { execute } = connection;
  Object.assign(connection, {
    execute: async (sql: string) => (sql.includes('server_version_num') ? [{ version: 140_019 }] : execute.call(connection, sql)),
  });
  try {
    const { findings } = await s.summit.services.commands.doctor({});
    const { status, detail, mend } = findings.find(({ check }) => check === 'database') ?? {};
    assert.equal([status, detail, mend], ['failed', 'it is PostgreSQL 14', 'Summit needs PostgreSQL 15 or later: upgrade it.']);
    assert.not.ok(findings.some(({ check }) => check === 'log'));
  } finally {
    connection.execute = execute;
  }
});

test('too little room for the data', async () => {
  const { statfsSync } = fs;
  const found = async (freeBytes: number) => {
    Object.assign(fs, { statfsSync: () => ({ bsize: 4_096, bavail: freeBytes / 4_096 }) });
    syncBuiltinESMExports();
    try {
      const [finding] = await examineSurroundings(s.config);
      return [finding?.check, finding?.status, finding?.detail.replace(s.config.dataDir, '…')];
    } finally {
      fs.statfsSync = statfsSync;
      syncBuiltinESMExports();
    }
  };
  const MIB = 1024 * 1024;
  const needed = s.config.environment.DATABASE_URL === undefined ? 1_024 : 64;
  assert.equal(await found(needed * MIB - 4_096), ['data-directory', 'failed', `… has ${needed - 1} MiB free, of at least ${needed}`]);
  assert.equal(await found(needed * MIB), ['data-directory', 'ok', `…, ${needed} MiB free`]);
});

test('a log that was set back, by what its guard knows', async () => {
  await s.summit.services.transparencyLog.advance(TENANT);
  const { guard } = s.config.log;
  if (!('folder' in guard)) throw new Error('a folder was meant');
  const folder = readdirSync(guard.folder).find((name) => name.includes(TENANT));
  assert.ok(folder);
  const last = readdirSync(join(guard.folder, folder)).toSorted().at(-1) ?? '';
  const known = JSON.parse(readFileSync(join(guard.folder, folder, last), 'utf8'));
  const ahead = join(guard.folder, folder, '000000999999.json');
  writeFileSync(ahead, JSON.stringify({ ...known, size: known.size + 3 }));
  try {
    const [{ check, status, detail } = {}, ...rest] = await amiss();
    assert.equal([check, status, rest], ['log', 'failed', []]);
    assert.is(
      detail,
      `the log of ${TENANT} was set back: ${known.size + 3} leaves were signed, and ${known.size} are in the database. See summit log recover`,
    );
  } finally {
    rmSync(ahead);
  }
});

test.run();
