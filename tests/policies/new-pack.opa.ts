// Needs opa, so `npm run policies:check` runs it and `npm test` does not.
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkPolicies } from '../../policies/build/check-policies.ts';
import { cli } from '../support/process.ts';

const test = suite('A new pack');

const folder = mkdtempSync(join(tmpdir(), 'summit-new-pack-'));
const pack = join(folder, 'equipment-loans');

test.after(() => rmSync(folder, { recursive: true, force: true }));

test('is made by one command, in less than a hundred lines of TypeScript', async () => {
  const { code, stderr } = await cli(['new-pack', 'equipment-loans', '--out', pack], {});
  assert.is(code, 0, stderr);
  const lines = globSync('**/*.ts', { cwd: pack }).flatMap((file) => readFileSync(join(pack, file), 'utf8').trimEnd().split('\n'));
  assert.ok(lines.length < 100, `${lines.length} lines`);
});

test('its policy is clean, tested and the same in both engines', async () => {
  const { complaints } = await checkPolicies(join(pack, 'policies'));
  assert.equal(complaints, []);
});

test('its own tests pass: all that a pack must hold', async () => {
  const { code, stdout, stderr } = await cli(['pack', 'test', pack], {});
  assert.is(code, 0, stdout + stderr);
  assert.match(stdout, /Passed:/);
});

test.run();
