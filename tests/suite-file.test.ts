import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const test = suite<{ folder: string }>('Running suites');
const RUNNER = join(import.meta.dirname, '../kernel/cli/pack-test-runner.ts');

test.before.each((context) => {
  context.folder = mkdtempSync(join(tmpdir(), 'summit-suites-'));
  mkdirSync(join(context.folder, 'tests'));
});
test.after.each(({ folder }) => rmSync(folder, { recursive: true, force: true }));

/** A file that says so is left without its last line. */
const UNRUN = '// and no more';

function ran(folder: string, ...bodies: readonly string[]) {
  const files = bodies.map((body, index) => {
    const name = `tests/${index}.test.ts`;
    writeFileSync(
      join(folder, name),
      `import { Problem } from '@summit/sdk'; import { suite } from 'uvu'; const test = suite('of ${index}'); ${body}${body.includes(UNRUN) ? '' : ' test.run();'}`,
    );
    return name;
  });
  const { status, stdout, stderr } = spawnSync(process.execPath, [RUNNER, folder, ...files], { encoding: 'utf8' });
  return { status, printed: stdout + stderr };
}

test('all is well where every test passes', ({ folder }) => {
  const { status, printed } = ran(folder, 'test("a", () => {});', 'test("b", () => {});');
  assert.is(status, 0, printed);
});

test('a test that fails, a hook that throws and a file that does not load are failures each, whatever comes after them', ({ folder }) => {
  const failing = {
    'a test': 'test("a", () => { throw new Error("wrong"); });',
    'a hook': 'test.before(() => { throw new Error("wrong"); }); test("a", () => {});',
    'what uvu cannot print': 'test("a", () => { throw new Problem("conflict", "wrong"); }); test("b", () => {});',
    'a file': 'throw new Error("wrong");',
  };
  for (const [what, body] of Object.entries(failing)) {
    const { status, printed } = ran(folder, body, 'test("c", () => {});');
    assert.is(status, 1, `${what}: ${printed}`);
  }
});

test('a file that runs no suite has tested nothing', ({ folder }) => {
  const { status, printed } = ran(folder, `test("a", () => {}); ${UNRUN}`);
  assert.is(status, 1, printed);
  assert.match(printed, 'tests/0.test.ts: no suite was run: does it end with test.run()?');
});

test.run();
