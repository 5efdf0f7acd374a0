import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { launcher } from './support/process.ts';

const test = suite('A process that is told to stop before it is ready');
let dataDir: string;

test.before(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'summit-stopping-'));
});
test.after(() => rmSync(dataDir, { recursive: true, force: true }));

for (const command of ['start', 'migrate']) {
  // Where nobody asks for a signal, it ends a process but never process 1 of a container.
  test(`${command} takes the signal, and ends at once`, async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const env = { ...process.env, SUMMIT_DATA_DIR: dataDir, DATABASE_URL: `postgres://owner:word@127.0.0.1:${port}/summit`, PORT: '0' };
    const child = spawn(process.execPath, [launcher, command], { env, stdio: 'ignore' });
    await once(silent, 'connection');
    child.kill('SIGTERM');
    assert.equal(await once(child, 'exit'), [128 + 15, null]);
    silent.close();
  });
}

test.run();
