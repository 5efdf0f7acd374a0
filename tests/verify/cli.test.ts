import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { signatureLine } from '../../sdk/verify/note.ts';
import { promiseText } from '../../sdk/verify/promise.ts';
import { buildEvidence } from '../support/evidence-builder.ts';
import { cli, type Output } from '../support/process.ts';

const test = suite('summit verify');
const folder = mkdtempSync(join(tmpdir(), 'summit-verify-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));

const { bundle, policy, world } = await buildEvidence();
const text = JSON.stringify(bundle);
const [evidence, pinned, state] = [file('evidence.json', text), file('demo.policy', policy), join(folder, 'state.json')];

function file(name: string, content: string): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

/** With an environment in which nothing of the server would even start. */
function verify(...args: readonly string[]): Promise<Output> {
  return cli(['verify', ...args], { SUMMIT_CONFIG: '/nowhere', DATABASE_URL: 'nonsense', PORT: 'x' });
}

test('a sound bundle is verified, in words', async () => {
  const { code, stdout, stderr } = await verify(evidence, '--policy', pinned);
  assert.equal([code, stderr], [0, '']);
  for (const words of ['WITNESSED by 1 (w1)', 'COMPLETE', 'REPRODUCED 2 of 2', '1 of 3 changes were judged by a policy', 'Verified.'])
    assert.match(stdout, words);
});

test('a tampered one is not, and the findings say where', async () => {
  const tampered = file('tampered.json', text.replace('"target":"orders-db"', '"target":"payroll"'));
  const { code, stdout } = await verify(tampered, '--policy', pinned);
  assert.is(code, 1);
  assert.match(stdout, /INVALID field-not-bound: request\.target/);
  assert.match(stdout, 'NOT verified.');
});

test('with --json the report is all of stdout', async () => {
  const { code, stdout } = await verify(evidence, '--policy', pinned, '--json', '--subject', world.requestId);
  const report = JSON.parse(stdout);
  assert.is(code, 0);
  assert.equal(
    [report.ok, report.integrity, report.completeness.verdict, report.replay, report.findings],
    [true, { verdict: 'WITNESSED', witnesses: ['w1'] }, 'COMPLETE', { verdict: 'REPRODUCED', reproduced: 2, decisions: 2 }, []],
  );
  assert.equal(Object.keys(report.state.logs), [world.log.origin]);
});

test('the exit code says what kind of wrong it is', async () => {
  const cases: readonly (readonly [readonly string[], number, string])[] = [
    [[evidence], 2, "required option '--policy <file>'"],
    [[evidence, '--policy', join(folder, 'missing')], 2, 'cannot be read'],
    [[evidence, '--policy', evidence], 2, 'is no policy'],
    [[join(folder, 'missing'), '--policy', pinned], 3, 'cannot be read'],
    [[folder, '--policy', pinned], 3, 'cannot be read'],
    [[evidence, '--policy', pinned, '--state', evidence], 2, 'holds no state'],
    [[evidence, '--policy', pinned, '--promise', join(folder, 'missing')], 3, 'cannot be read'],
  ];
  for (const [args, expected, message] of cases) {
    const { code, stdout, stderr } = await verify(...args);
    assert.equal([code, stdout], [expected, ''], args.join(' '));
    assert.match(stderr, message);
  }
  for (const content of ['', 'no JSON', '\u0000', '[]']) {
    const { code, stdout } = await verify(file('odd.json', content), '--policy', pinned);
    assert.is(code, 1);
    assert.match(stdout, 'INVALID malformed-bundle');
  }
  assert.is((await verify(evidence, '--policy', pinned, '--nonce', '4711')).code, 1);
  assert.is((await verify(evidence, '--policy', pinned, '--subject', 'another')).code, 1);
});

test('what was seen is remembered where all is well, and only there', async () => {
  assert.is((await verify(evidence, '--policy', pinned, '--state', state, '--nonce', '4711')).code, 1);
  assert.not.ok(existsSync(state));
  assert.is((await verify(evidence, '--policy', pinned, '--state', state)).code, 0);
  const seen = JSON.parse(readFileSync(state, 'utf8'));
  assert.equal(seen.logs[world.log.origin].size, String(world.log.entries.length));
  assert.is((await verify(evidence, '--policy', pinned, '--state', state)).code, 0);
  const forked = { ...seen, logs: { [world.log.origin]: { ...seen.logs[world.log.origin], root: Buffer.alloc(32).toString('base64') } } };
  writeFileSync(state, JSON.stringify(forked));
  const { code, stdout } = await verify(evidence, '--policy', pinned, '--state', state);
  assert.is(code, 1);
  assert.match(stdout, 'DIVERGED split-view');
  assert.equal(JSON.parse(readFileSync(state, 'utf8')), forked, 'what was remembered stays');
  assert.equal(
    readdirSync(folder).filter((name) => name.endsWith('.draft')),
    [],
  );
});

test('a promise is shown to be kept', async () => {
  const note = promiseText({ origin: world.log.origin, leafHash: bundle.receipts[0]?.leaf_hash ?? '', integrateBy: 1_800_000_000n });
  const { promise } = world.log;
  const kept = file('kept.promise', `${note}\n${signatureLine(promise, promise.sign(Buffer.from(note)))}`);
  const { code, stdout } = await verify(evidence, '--policy', pinned, '--promise', kept);
  assert.is(code, 0);
  assert.match(stdout, 'KEPT');
});

test('a bundle is read from standard input', async () => {
  const launcher = new URL('../../kernel/cli/launcher.js', import.meta.url).pathname;
  const child = spawn(process.execPath, [launcher, 'verify', '-', '--policy', pinned]);
  child.stdin.end(text);
  const [code] = await new Promise<[number | null]>((resolve) => child.on('close', (status) => resolve([status])));
  assert.is(code, 0);
});

test('it loads nothing of the kernel but its commands, and no module that could speak to anybody', async () => {
  const seen = join(folder, 'loaded.txt');
  const hook = file(
    'hook.mjs',
    `import { registerHooks } from 'node:module';
     import { appendFileSync } from 'node:fs';
     registerHooks({ load(url, context, next) { appendFileSync(${JSON.stringify(seen)}, url + '\\n'); return next(url, context); } });`,
  );
  await cli(['verify', evidence, '--policy', pinned], { NODE_OPTIONS: `--import ${hook}` });
  const root = new URL('../../', import.meta.url).href;
  const loaded = new Set(readFileSync(seen, 'utf8').trim().split('\n'));
  const ours = [...loaded].filter((url) => url.startsWith(root)).map((url) => url.slice(root.length));
  const stray = ours.filter(
    (path) =>
      !/^(sdk\/(verify|rating)\/|kernel\/cli\/|kernel\/version\.ts|kernel\/config\/(config-error|data-dir)\.ts|sdk\/(errors|durable-files)\.ts|node_modules\/)/.test(
        path,
      ),
  );
  assert.equal(stray, []);
  const packages = new Set(ours.flatMap((path) => /^node_modules\/((@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []));
  // The rating brings four of them: exact fractions, and the list of currencies with what that needs.
  assert.equal([...packages].toSorted(), ['canonicalize', 'commander', 'currency-codes', 'first-match', 'fraction.js', 'nub']);
  assert.equal(
    [...loaded].filter((url) => /^node:(net|tls|http|https|http2|dgram|dns)$/.test(url)),
    [],
  );
});

test('a file that does not end is read up to the limit of the verifier', async () => {
  const { code, stderr } = await verify('/dev/zero', '--policy', pinned);
  assert.is(code, 3);
  assert.match(stderr, '/dev/zero is longer than 134217728 bytes');
});

test.run();
