import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { cli, type Output } from './support/process.ts';

const test = suite('summit rate');
const folder = mkdtempSync(join(tmpdir(), 'summit-rate-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));

const demo = new URL('../config/plans/internal-demo.json', import.meta.url).pathname;

function file(name: string, content: string | object): string {
  writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  return join(folder, name);
}

const november = file('november.json', { period: '2026-11', quantities: { policy_decisions: '12345', workflow_runs: '80' } });

/** With an environment in which nothing of the server would even start. */
function rate(...args: readonly string[]): Promise<Output> {
  return cli(['rate', ...args], { SUMMIT_CONFIG: '/nowhere', DATABASE_URL: 'nonsense', PORT: 'x' });
}

test('a month is rated by the demo plan: stdout is its lines and their total, with --json in one line', async () => {
  const { code, stdout, stderr } = await rate('--plan', demo, '--usage', november, '--json');
  assert.equal([code, stderr], [0, '']);
  assert.equal(JSON.parse(stdout), {
    lines: [
      { meter: null, description: 'Base fee', quantity: '1', unit_price: '500.00', amount: '500.00' },
      {
        meter: 'policy_decisions',
        description: 'Policy decisions: 12,345 at 2.00 per 1,000',
        quantity: '12345',
        unit_price: '2.00',
        amount: '24.69',
      },
      { meter: 'workflow_runs', description: 'Workflow runs: 80 at 5.00 per 1,000', quantity: '80', unit_price: '5.00', amount: '0.40' },
    ],
    total: '525.09',
  });
  const words = await rate('--plan', demo, '--usage', november);
  assert.equal([JSON.parse(words.stdout), stdout.split('\n').length], [JSON.parse(stdout), 2]);
  assert.ok(words.stdout.split('\n').length > 10, 'people read it in many');
});

test('numbers are taken as they are written, to the last digit', async () => {
  const usage = file('long.json', '{"quantities": {"policy_decisions": 12345678901234567890123, "workflow_runs": 0.100000000000000000005}}');
  const { code, stdout } = await rate('--plan', demo, '--usage', usage);
  assert.is(code, 0);
  assert.equal(
    JSON.parse(stdout).lines.map(({ quantity }: { quantity: string }) => quantity),
    ['1', '12345678901234567890123', '0.100000000000000000005'],
  );
});

test('a meter that the plan does not charge is ignored, and stderr says so', async () => {
  const usage = file('more.json', { period: '2026-11', quantities: { zebras: '3', 'odd\u001b[2J': '1' } });
  const { code, stdout, stderr } = await rate('--plan', demo, '--usage', usage, '--json');
  assert.equal([code, JSON.parse(stdout).total], [0, '500.00']);
  assert.is(stderr, 'note: "odd\\u001b[2J" is ignored: the plan does not charge it\nnote: "zebras" is ignored: the plan does not charge it\n');
});

test('a bad plan and a bad usage are refused, each error with its file and its field', async () => {
  const charge = { meter: 'm', model: 'volume', tiers: [{ up_to: '10', unit_price: '-1' }] };
  const plan = file('bad-plan.json', { ...JSON.parse(readFileSync(demo, 'utf8')), version: '1', charges: [charge] });
  const usage = file('bad-usage.json', '{"period": "2026-13", "day": 1, "quantities": {"m": -1, "n": 1e3, "o": null}}');
  const { code, stdout, stderr } = await rate('--plan', plan, '--usage', usage, '--json');
  assert.equal([code, stdout], [1, '']);
  assert.equal(stderr.trim().split('\n'), [
    `${plan}: version must be a whole number from 1`,
    `${plan}: charges.0.tiers.0.unit_price must not be negative`,
    `${plan}: charges.0.tiers.0.up_to must be null: the last tier has no end, so that every quantity has a price`,
    `${usage}: period must be a month such as 2026-11`,
    `${usage}: day is not a known field`,
    `${usage}: quantities.m must not be negative`,
    `${usage}: quantities.n must be a decimal string such as "12.50"`,
    `${usage}: quantities.o must be a decimal string such as "12.50"`,
  ]);
});

test('the exit code says what kind of wrong it is', async () => {
  const missing = join(folder, 'missing.json');
  const cases: readonly (readonly [readonly string[], number, string])[] = [
    [[], 2, "required option '--plan <file>'"],
    [['--plan', demo], 2, "required option '--usage <file>'"],
    [['--plan', demo, '--usage', november, 'more'], 2, 'too many arguments'],
    [['--plan', '-', '--usage', '-'], 2, 'only one of'],
    [['--plan', missing, '--usage', november], 3, `${missing} cannot be read`],
    [['--plan', demo, '--usage', missing], 3, `${missing} cannot be read`],
    [['--plan', folder, '--usage', november], 3, 'cannot be read'],
    [['--plan', '/dev/zero', '--usage', november], 3, '/dev/zero is longer than 4194304 bytes'],
    [['--plan', november, '--usage', demo], 1, 'period is not a known field'],
    [['--plan', file('empty.json', ''), '--usage', november], 1, 'is no JSON'],
    [['--plan', demo, '--usage', file('list.json', '[]')], 1, '(usage) must be an object'],
    [['--plan', demo, '--usage', file('none.json', '{}')], 1, 'quantities is required'],
    [['--plan', demo, '--usage', file('deep.json', '['.repeat(1_000_000))], 1, 'is no JSON'],
  ];
  for (const [args, expected, message] of cases) {
    const { code, stdout, stderr } = await rate(...args);
    assert.equal([code, stdout], [expected, ''], args.join(' '));
    assert.ok(stderr.includes(message), stderr);
  }
});

test('one of the files may be standard input', async () => {
  const launcher = new URL('../kernel/cli/launcher.js', import.meta.url).pathname;
  const child = spawn(process.execPath, [launcher, 'rate', '--plan', demo, '--usage', '-', '--json']);
  let stdout = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stdin.end('{"quantities": {"policy_decisions": 1000}}');
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  assert.equal([code, JSON.parse(stdout).total], [0, '502.00']);
});

test('it says how it is used, and loads nothing of the kernel but its commands', async () => {
  const { code, stdout } = await rate('--help');
  assert.is(code, 0);
  assert.match(stdout, 'summit rate --plan config/plans/internal-demo.json --usage november.json');
  const seen = join(folder, 'loaded.txt');
  const hook = file(
    'hook.mjs',
    `import { registerHooks } from 'node:module';
     import { appendFileSync } from 'node:fs';
     registerHooks({ load(url, context, next) { appendFileSync(${JSON.stringify(seen)}, url + '\\n'); return next(url, context); } });`,
  );
  await cli(['rate', '--plan', demo, '--usage', november], { NODE_OPTIONS: `--import ${hook}` });
  const root = new URL('../', import.meta.url).href;
  const loaded = readFileSync(seen, 'utf8').trim().split('\n');
  const ours = loaded.filter((url) => url.startsWith(root)).map((url) => url.slice(root.length));
  const known = /^(sdk\/rating\/|sdk\/errors\.ts|kernel\/cli\/|kernel\/version\.ts|kernel\/config\/(config-error|data-dir)\.ts|node_modules\/)/;
  assert.equal(
    ours.filter((path) => !known.test(path)),
    [],
  );
  const packages = new Set(ours.flatMap((path) => /^node_modules\/([^/]+)/.exec(path)?.[1] ?? []));
  assert.equal([...packages].toSorted(), ['commander', 'currency-codes', 'first-match', 'fraction.js', 'nub']);
  assert.equal(
    loaded.filter((url) => /^node:(net|tls|http|https|http2|dgram|dns)$/.test(url)),
    [],
  );
});

test.run();
