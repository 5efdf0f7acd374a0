import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BrokenPack } from './support/broken-pack.ts';
import { cli } from './support/process.ts';

const test = suite<{ pack: BrokenPack }>('summit pack test');

test.before.each((context) => {
  context.pack = new BrokenPack();
});
test.after.each(({ pack }) => pack.remove());

/** By one who has nothing but the pack's folder and Summit. */
const packTest = (...args: string[]) => cli(['pack', 'test', ...args], { LOG_LEVEL: 'silent' });

const SUM = (expected: number) =>
  `import { suite } from 'uvu';\nimport * as assert from 'uvu/assert';\nconst test = suite('sums');\ntest('two and two', () => assert.is(2 + 2, ${expected}));\ntest.run();\n`;

test('the conformance suite of a pack in a folder of its own passes', async ({ pack }) => {
  const { code, stdout, stderr } = await packTest(pack.folder);
  assert.is(code, 0, stdout + stderr);
  assert.match(stdout, /summit-pack-\w+ conforms/);
});

test('a test that fails is printed, and the exit code is 1', async ({ pack }) => {
  pack.write('tests/conformance.test.ts', SUM(4));
  assert.is((await packTest(pack.folder)).code, 0);
  pack.write('tests/more.test.ts', SUM(5));
  const { code, stdout } = await packTest(pack.folder);
  assert.is(code, 1);
  assert.match(stdout, /FAIL.*two and two/);
});

test('a test that does not load fails', async ({ pack }) => {
  pack.write('tests/more.test.ts', "import { nothing } from './nothing.ts';\n");
  assert.is((await packTest(pack.folder)).code, 1);
});

test('a folder that is no pack, and one without tests, are usage errors', async ({ pack }) => {
  const { code, stderr } = await packTest('tests/support');
  assert.equal([code, /is no pack: it has no manifest\.ts/.test(stderr)], [2, true]);
  const without = await packTest('packs/high-risk-ops');
  assert.equal([without.code, /has no tests: write tests\/conformance\.test\.ts/.test(without.stderr)], [2, true]);
  assert.is((await packTest(pack.folder, 'and', 'more')).code, 2);
});

test.run();
