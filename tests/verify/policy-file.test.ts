import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { vkeyOf } from '../../sdk/verify/note.ts';
import { isQuorum, parsePolicy } from '../../sdk/verify/policy.ts';
import { type TestKey, testKey } from '../support/tenant-log.ts';

const test = suite('Verifier: the policy file');
const [log, other, promise, bundle, cosigner] = await Promise.all([
  testKey('log.example/a'),
  testKey('log.example/a/2'),
  testKey('log.example/a/promise'),
  testKey('log.example/a/bundle'),
  testKey('w.example/1', 4),
]);
const witnesses = await Promise.all(Array.from({ length: 32 }, (_, index) => testKey(`w.example/${index}`, 4)));

const line = (keyword: string, key: TestKey) => `${keyword} ${vkeyOf(key)}`;
const witnessLine = (name: string, key: TestKey) => `witness ${name} ${vkeyOf(key)}`;

async function refusal(...lines: readonly string[]): Promise<string> {
  return parsePolicy(lines.join('\n')).then(
    () => 'nothing is wrong with it',
    (error: Error) => (error instanceof TypeError ? error.message : `threw a ${error.name}`),
  );
}

test('logs, witnesses, comments, white space and our two kinds of keys', async () => {
  const policy = await parsePolicy(
    `# Summit: who signs\n\n \tlog ${vkeyOf(log)}\thttps://log.example/ \n# promise ${vkeyOf(promise)}\n  # bundle ${vkeyOf(bundle)}\n# bundle keys are above\n${witnessLine('w1', cosigner)} https://w.example/\nquorum w1`,
  );
  assert.equal(
    [policy.logs, policy.promises, policy.bundles].map((keys) => keys.map(({ name }) => name)),
    [['log.example/a'], ['log.example/a/promise'], ['log.example/a/bundle']],
  );
  assert.equal([...policy.witnesses.keys()], ['w1']);
  assert.equal([isQuorum(policy.quorum, new Set(['w1'])), isQuorum(policy.quorum, new Set())], [true, false]);
});

test('the example of C2SP: two of X and any of Y', async () => {
  const [x1, x2, x3, y1, y2, y3] = witnesses;
  if (!x1 || !x2 || !x3 || !y1 || !y2 || !y3) throw new Error('too few witnesses');
  const { quorum } = await parsePolicy(
    [
      ...[line('log', log), witnessLine('X1', x1), witnessLine('X2', x2), witnessLine('X3', x3), 'group X-witnesses 2 X1 X2 X3'],
      ...[witnessLine('Y1', y1), witnessLine('Y2', y2), witnessLine('Y3', y3), 'group Y-witnesses any Y1 Y2 Y3'],
      ...['group X-and-Y all X-witnesses Y-witnesses', 'quorum X-and-Y', ''],
    ].join('\n'),
  );
  const cases: readonly (readonly [string, boolean])[] = [
    ['X1 X2 Y1', true],
    ['X1 X3 Y2 Y3', true],
    ['X1 Y1 Y2 Y3', false],
    ['X1 X2 X3', false],
    ['', false],
  ];
  for (const [names, enough] of cases) assert.is(isQuorum(quorum, new Set(names.split(' '))), enough, names);
});

test('32 logs, 32 witnesses and 32 groups are read', async () => {
  const logs = await Promise.all(Array.from({ length: 32 }, (_, index) => testKey(`log.example/${index}`)));
  const { logs: read, quorum } = await parsePolicy(
    [
      ...logs.map((key) => line('log', key)),
      ...witnesses.map((key, index) => witnessLine(`w${index}`, key)),
      ...witnesses.map((_, index) => `group g${index} all w${index}${index > 0 ? ` g${index - 1}` : ''}`),
      'quorum g31',
    ].join('\n'),
  );
  assert.is(read.length, 32);
  const all = witnesses.map((_, index) => `w${index}`);
  assert.equal([isQuorum(quorum, new Set(all)), isQuorum(quorum, new Set(all.slice(1)))], [true, false]);
});

test('what is ambiguous, doubled or unknown is refused, with its line', async () => {
  const [w1, w2] = [witnessLine('w1', cosigner), witnessLine('w2', witnesses[2] ?? cosigner)];
  const renamed = { ...log, name: 'log.example/b' };
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [[line('log', log)], /no quorum line/],
    [['quorum none', 'quorum none'], /line 2.*second quorum/],
    [['quorum w1', w1], /line 1.*no line before defines w1/],
    [['quorum none extra'], /expected quorum/],
    [['logs x'], /"logs" is none of/],
    [['log'], /expected log/],
    [[`${line('log', log)} https://a https://b`], /expected log/],
    [[line('log', log), line('log', log)], /line 2.*there already/],
    [[line('log', log), line('log', { ...log, ...renamed })], /line 2/],
    [[line('log', cosigner)], /has the type 4, expected 1/],
    [['witness w1'], /expected witness/],
    [[`${w1} https://a https://b`], /expected witness/],
    [[witnessLine('w1', log)], /has the type 1, expected 4/],
    [[w1, w1], /the name w1 is taken/],
    [[w1, witnessLine('w2', cosigner)], /there already/],
    [[witnessLine('none', cosigner)], /the name of nobody/],
    [[w1, 'group none all w1'], /the name of nobody/],
    [[w1, 'group w1 all w1'], /the name w1 is taken/],
    [[w1, 'group g all w1 w1'], /a member of a group already/],
    [[w1, w2, 'group g all w1', 'group h any w1 w2'], /line 4.*a member of a group already/],
    [[w1, 'group g all none'], /no line before defines none/],
    [[w1, 'group g all'], /expected group/],
    [[w1, 'group g 0 w1'], /a threshold is/],
    [[w1, 'group g 2 w1'], /a threshold is/],
    [[w1, 'group g 01 w1'], /a threshold is/],
    [[`# bundle ${vkeyOf(bundle)}`, 'quorum none'], /no log log.example\/a/],
    [[`# promise ${vkeyOf(bundle)}`], /is not named <log>\/promise/],
    [[`# bundle ${vkeyOf(bundle).replace('+', '+0')}`], /line 1/],
    [[line('log', other), `# bundle ${vkeyOf(bundle)}`, 'quorum none'], /no log log.example\/a$/],
    [['quorum none\r'], /control character/],
    [['log log.example/a+00000000+AAAA', 'quorum none'], /line 1/],
  ];
  for (const [lines, expected] of cases) assert.match(await refusal(...lines), expected, lines.join('\n'));
  assert.match(await refusal('#'.repeat(1_100_000)), /at most/);
});

test.run();
