import { readFileSync, rmSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withContents } from './sku-readme/contents.ts';
import { migratedDataDir } from './support/migrated-data-dir.ts';
import { type ServerProcess, shell, startServer } from './support/process.ts';

const test = suite('The README of the Trust & Proof Pack');
const readme = readFileSync(new URL('../packs/trust-and-proof/README.md', import.meta.url), 'utf8');
const env: NodeJS.ProcessEnv = {};
let server: ServerProcess;

test.before(async () => {
  env.SUMMIT_DATA_DIR = await migratedDataDir();
  env.DATABASE_URL = '';
  server = await startServer(env);
});
test.after(async () => {
  await server?.stop('SIGTERM');
  if (env.SUMMIT_DATA_DIR) rmSync(env.SUMMIT_DATA_DIR, { recursive: true, force: true });
});

let answers: readonly ReturnType<typeof JSON.parse>[];

test('its commands run as they stand there', async () => {
  const block = /<!-- enabling:begin -->\n```sh\n([\s\S]*?)```\n<!-- enabling:end -->/.exec(readme)?.[1];
  const { code, stdout, stderr } = await shell(`set -euo pipefail\n${block}`, { ...env, URL: server.url });
  assert.is(code, 0, stderr);
  answers = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.equal(
    answers.map(({ id, enabled, also_enabled }) => [id, enabled, also_enabled]),
    [
      ['trust-and-proof', true, undefined],
      ['trust-and-proof', false, []],
      ['revops', false, []],
      ['trust-and-proof', true, ['revops']],
    ],
  );
});

test('what it says that the SKU contains is what the server answers: else run npm run sku:readme', () => {
  assert.is(readme, withContents(readme, answers[0]));
});

test('what it says of a tenant file is what the shipped ones say', () => {
  const block = /```json\n("packs"[\s\S]*?)```/.exec(readme)?.[1];
  const { packs } = JSON.parse(`{${block}}`);
  const shipped = JSON.parse(readFileSync(new URL('../config/tenants/demo-external.json', import.meta.url), 'utf8')).packs;
  assert.equal(Object.keys(packs), Object.keys(shipped));
  assert.equal([packs['trust-and-proof'], packs.finops], [shipped['trust-and-proof'], shipped.finops]);
});

test.run();
