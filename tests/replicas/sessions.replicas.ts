import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { loadConfig } from '../../kernel/config/config.ts';
import { postgresDriver } from '../../kernel/database/postgres.ts';
import { sessionFault } from '../../kernel/database/session-check.ts';
import { root } from '../support/process.ts';

const test = suite('Sessions of PostgreSQL');
/** Where PostgreSQL itself is, though the suite runs behind a pooler. */
const direct = process.env.SUMMIT_DIRECT_DATABASE_URL ?? process.env.DATABASE_URL ?? '';
const pooled = process.env.SUMMIT_POOLER === undefined ? null : process.env.DATABASE_URL;
const OWN = ['?options=-c%20statement_timeout%3D5s', '?statement_timeout=10000', '?application_name=mine&options=-c+search_path%3Dpublic'];

const faultOf = (env: NodeJS.ProcessEnv) => sessionFault(loadConfig({ NODE_ENV: 'test', ...env }, root).environment);

test('settings in a URL are no fault, and do not take the place of ours', async () => {
  for (const own of OWN) assert.is(await faultOf({ DATABASE_URL: direct + own }), null, own);
  const driver = postgresDriver({ url: `${direct}?options=-c+timezone%3DAsia/Tokyo+-c+work_mem%3D7MB`, isPooled: false, poolSize: 1 });
  const settings = driver.transaction('', (tx) => tx.query("SELECT current_setting('timezone') AS zone, current_setting('work_mem') AS memory"));
  assert.equal(await settings.finally(() => driver.close()), [{ zone: 'UTC', memory: '7MB' }]);
});

if (pooled) {
  test('a pooler that nobody has told of is a fault, and so is one that is said to be gone round', async () => {
    for (const own of ['', ...OWN]) assert.match((await faultOf({ DATABASE_URL: pooled + own })) ?? '', 'set SUMMIT_POOLER=transaction', own);
    const env = { DATABASE_URL: pooled, SUMMIT_POOLER: 'transaction' };
    assert.match((await faultOf({ ...env, SUMMIT_DIRECT_DATABASE_URL: pooled })) ?? '', 'SUMMIT_DIRECT_DATABASE_URL leads to a pooler');
    assert.is(await faultOf({ ...env, SUMMIT_DIRECT_DATABASE_URL: direct }), null);
  });
}

test.run();
