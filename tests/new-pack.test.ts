import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { packEntry } from '../kernel/cli/pack-entry.ts';
import { cli } from './support/process.ts';

const test = suite<{ folder: string }>('summit new-pack');

/** No opa, and no go that could build it: what needs it is tested by policies/new-pack.opa.ts. */
const WITHOUT_OPA = { OPA: '', PATH: '/nonexistent' };

test.before.each((context) => {
  context.folder = mkdtempSync(join(tmpdir(), 'summit-new-pack-'));
});
test.after.each(({ folder }) => rmSync(folder, { recursive: true, force: true }));

test('without opa the pack is written, and it is said what is left to do', async ({ folder }) => {
  const out = join(folder, 'equipment-loans');
  const { code, stdout, stderr } = await cli(['new-pack', 'equipment-loans', '--out', out, '--json'], WITHOUT_OPA);
  assert.is(code, 3);
  assert.match(
    stderr,
    /the pack is written, and its policy is not compiled yet: opa \S+ not found: .*\nThen: npx summit policy build .*equipment-loans\/policies/,
  );
  const { folder: made, files } = JSON.parse(stdout);
  assert.is(made, out);
  assert.ok(files.includes('policies/equipment_loans/items/items.rego') && files.includes('.gitignore'), files.join(' '));
  for (const file of files) assert.not.match(readFileSync(join(out, file), 'utf8'), /sample.pack/i, file);
  assert.match(readFileSync(join(out, 'README.md'), 'utf8'), /^# Equipment loans\n/);
  assert.not.ok(existsSync(join(out, 'policies/manifest.json')), 'it would speak of policies that are not there');
});

test('what is no id for a pack is refused with what one looks like, and nothing is written', async ({ folder }) => {
  const out = join(folder, 'made');
  for (const [id, why] of [
    ['Equipment', '"Equipment" is no id for a pack: small letters and digits, in words that hyphens join, such as equipment-loans'],
    ['../evil', '"../evil" is no id for a pack'],
    ['a--b', '"a--b" is no id for a pack'],
    ['a'.repeat(35), 'is too long for the id of a pack: 34 characters at most'],
    ['summit', '"summit" is the kernel itself: take another id'],
    ['kernel', '"kernel" is the kernel itself: take another id'],
    ['docs', '"docs" cannot be the id of a new pack: its routes are below /docs'],
    ['default', '"default" cannot be the id of a new pack: its policy is the package default.items'],
  ] as const) {
    const { code, stderr } = await cli(['new-pack', id, '--out', out], WITHOUT_OPA);
    assert.is(code, 2, id);
    assert.ok(stderr.includes(why), stderr);
  }
  assert.not.ok(existsSync(out));
});

test('what is there already is left as it is', async ({ folder }) => {
  const file = join(folder, 'mine.txt');
  writeFileSync(file, 'mine');
  for (const out of [folder, file]) {
    const { code, stderr } = await cli(['new-pack', 'equipment-loans', '--out', out], WITHOUT_OPA);
    assert.is(code, 2);
    assert.ok(stderr.includes(`${out} is there already: name another folder with --out`), stderr);
  }
  assert.is(readFileSync(file, 'utf8'), 'mine');
});

test('a pack is loaded by its path from where the configuration lies', () => {
  const folder = join(process.cwd(), 'packs/equipment-loans');
  assert.equal(
    ['config/summit.json', '/etc/summit/summit.json', 'packs/summit.json'].map((config) => packEntry(folder, config)),
    ['../packs/equipment-loans', `../..${folder}`, './equipment-loans'],
  );
});

test.run();
