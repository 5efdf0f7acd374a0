import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { migratedDataDir } from './support/migrated-data-dir.ts';
import { cli, type Output, shell } from './support/process.ts';
import { NPX } from './support/terminal.ts';

const test = suite('docs/runbook.md');
const root = new URL('../', import.meta.url).pathname;
const runbook = readFileSync(join(root, 'docs/runbook.md'), 'utf8');
let folder: string;
let env: NodeJS.ProcessEnv;

// One data directory for the whole story: it is backed up, lost, brought back.
test.before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'summit-runbook-'));
  env = {
    SUMMIT_DATA_DIR: await migratedDataDir(join(folder, 'data')),
    BACKUP: join(folder, 'backup'),
    GUARD_BACKUP: join(folder, 'guards'),
    DATABASE_URL: '',
    NODE_ENV: '',
    LOG_LEVEL: 'silent',
  };
});
test.after(() => rmSync(folder, { recursive: true, force: true }));

/** A block of commands as it stands there. */
async function run(name: string): Promise<Output> {
  const [, script] = new RegExp(`^<!-- run:${name} -->\n\`\`\`sh\n([\\s\\S]+?)\`\`\``, 'm').exec(runbook) ?? [];
  assert.ok(script, name);
  const output = await shell(`set -euo pipefail\n${NPX}\n${script}`, env);
  assert.is(output.code, 0, `${script}\n${output.stdout}\n${output.stderr}`);
  return output;
}

test('every message under its symptoms is one of the code', () => {
  const [, symptoms = ''] = /^## Symptoms\n([\s\S]+?)^## /m.exec(runbook) ?? [];
  const code = globSync('{kernel,sdk,packs}/**/*.{ts,js}', { cwd: root })
    .map((path) => readFileSync(join(root, path), 'utf8'))
    .join('\n');
  const messages = [...symptoms.matchAll(/`([^`]+)`/g)].flatMap(([, quoted = '']) => (isMessage(quoted) ? [quoted] : []));
  assert.ok(messages.length > 20, `${messages.length} messages`);
  const parts = messages.flatMap((message) => message.split('…').map((part) => part.trim()));
  assert.equal(
    parts.filter((part) => !code.includes(part)),
    [],
  );
});

/** Of several words, and neither a command, a setting, a route nor a message of Node itself. */
function isMessage(quoted: string): boolean {
  return quoted.includes(' ') && !/^(npx|npm|summit|PORT|GET|PUT|POST|listen) ?/.test(quoted);
}

test('a backup is made, an older state comes back, and its loss is put on record', async () => {
  await run('upgrade');
  await run('backup');
  const [keys, second] = [join(folder, 'data/keys'), 'of-the-second'];
  writeFileSync(join(keys, second), '');
  // Backups are named by the second.
  await sleep(1_000);
  await run('backup');
  const backups = globSync('*', { cwd: join(folder, 'backup') });
  assert.equal(
    backups.map((name) => globSync('*', { cwd: join(folder, 'backup', name) }).toSorted()),
    [
      ['database', 'keys'],
      ['database', 'keys'],
    ],
  );
  assert.ok(globSync('*', { cwd: join(folder, 'guards') }).length > 0);
  assert.is((await cli(['seed'], env)).code, 0);
  const restored = JSON.parse((await run('restore')).stdout);
  assert.ok(restored.guarded > restored.signed, JSON.stringify(restored));
  assert.ok(existsSync(join(keys, second)));
  // The next write is what the log would sign.
  assert.match((await cli(['seed'], env)).stderr, 'it was set back. See summit log recover');
  assert.match((await run('recover')).stdout, `"known_size": ${restored.guarded}`);
  assert.is((await cli(['log', 'status', '--tenant', 'demo-external'], env)).code, 0);
  assert.is((await cli(['seed'], env)).code, 0);
});

test('keys are replaced, and all is made anew', async () => {
  assert.match((await run('rotate')).stdout, /log summit\.local\/demo-external\/3\+/);
  assert.match((await run('reset')).stderr, 'Made 5 high-risk-ops.request');
});

test.run();
