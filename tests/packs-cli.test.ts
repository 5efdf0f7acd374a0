import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { migratedDataDir } from './support/migrated-data-dir.ts';
import { cli } from './support/process.ts';

const test = suite<{ folder: string; env: NodeJS.ProcessEnv }>('summit packs');
const root = join(import.meta.dirname, '..');

test.before.each(async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'summit-packs-'));
  cpSync(join(root, 'config'), join(folder, 'config'), { recursive: true });
  context.folder = folder;
  context.env = { SUMMIT_CONFIG: join(folder, 'config/summit.json'), SUMMIT_DATA_DIR: await migratedDataDir(join(folder, 'data')) };
});
test.after.each(({ folder }) => rmSync(folder, { recursive: true, force: true }));

function configure(folder: string, packs: (shipped: readonly string[]) => readonly string[]): void {
  const path = join(folder, 'config/summit.json');
  const file = JSON.parse(readFileSync(path, 'utf8'));
  const absolute = (name: string) => join(root, 'config', name);
  file.policies.folder = absolute(file.policies.folder);
  file.packs = packs(file.packs.map(absolute));
  writeFileSync(path, JSON.stringify(file));
}

test('lists what is loaded, with the tenants that have it', async ({ folder, env }) => {
  configure(folder, (shipped) => shipped);
  const { code, stdout, stderr } = await cli(['packs'], env);
  assert.is(code, 0, stderr);
  assert.match(stdout, /^high-risk-ops \S+: demo-external, summit-internal$/m);
});

test('a pack that has failed is named with the reason, and is a failed check', async ({ folder, env }) => {
  const broken = join(folder, 'broken');
  mkdirSync(broken);
  writeFileSync(join(broken, 'manifest.ts'), 'throw new Error("broken on purpose");');
  configure(folder, (shipped) => [...shipped, broken]);
  const { code, stdout, stderr } = await cli(['packs', '--json'], env);
  assert.is(code, 1, stderr);
  const { packs, failed } = JSON.parse(stdout);
  assert.ok(packs.some(({ id, enabled_for }: { id: string; enabled_for: string[] }) => id === 'finops' && enabled_for.includes('demo-external')));
  assert.is(failed.length, 1);
  assert.match(failed[0].reason, 'broken on purpose');
  assert.match(stderr, /broken failed and is disabled: .*broken on purpose/);
});

test.run();
