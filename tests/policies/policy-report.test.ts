import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type FinishedRun, runText } from '../../kernel/cli/policy-report.ts';
import { RunProgress } from '../../kernel/cli/run-progress.ts';
import type { RunExample, RunReport } from '../../kernel/policy/run-report.ts';

const test = suite('What people are shown of a replay or a backtest');

const SAME: RunReport = {
  evaluated: 1_234,
  not_replayable: 0,
  late: 0,
  differences: {},
  rules: [],
  blast_radius: { subjects: {}, approvals: 0, people: 0, reached: {} },
  examples: [],
};

function example(fields: Partial<RunExample>): RunExample {
  const subject = { subject_type: 'high-risk-ops.request', subject_id: 's1', subject_label: 'orders-db' };
  return { decision_id: 'd1', ...subject, difference: 'allow-to-deny', rules: ['half-an-hour'], failure: null, ...fields };
}

function text(report: RunReport | null, fields: Partial<FinishedRun['run']> = {}, bundle: string | null = null): string {
  return runText({ tenant: 'acme', bundle, run: { id: 'r1', kind: 'replay', candidate: null, report, error: null, ...fields } });
}

test('a run that finds nothing says how much it looked at, and what it left out', () => {
  assert.is(text(SAME), 'Replay r1 for acme\n1,234 decisions made again\nAll come out the same.\n\n');
  assert.match(text({ ...SAME, not_replayable: 2 }), '1,234 decisions made again, 2 left out (errors, and inputs kept as commitments only)\n');
  assert.match(text({ ...SAME, late: 1 }), '1,234 decisions made again, 1 committed meanwhile and left out\n');
});

test('a backtest tells the flips by rule, the blast radius, and which decisions', () => {
  const report: RunReport = {
    ...SAME,
    evaluated: 1,
    differences: { 'allow-to-deny': 12, 'deny-to-allow': 1, failed: 1 },
    rules: [
      { difference: 'allow-to-deny', rule: 'half-an-hour', count: 11 },
      { difference: 'deny-to-allow', rule: 'production-only', count: 1 },
      { difference: 'allow-to-deny', rule: 'weekend', count: 1 },
    ],
    blast_radius: { subjects: { 'high-risk-ops.request': 13 }, approvals: 1, people: 2, reached: { user: 3 } },
    examples: [example({}), example({ decision_id: 'd22', difference: 'failed', subject_label: null, rules: [], failure: 'it trapped' })],
  };
  const run = { kind: 'backtest', candidate: '0123456789abcdef' } as const;
  assert.is(
    text(report, run, 'high_risk.operations 9.0.0'),
    `Backtest r1 for acme: high_risk.operations 9.0.0, bundle 0123456789ab
1 decision made again

  What comes out otherwise  Decisions
  allow → deny              12
    half-an-hour            11
    weekend                 1
  deny → allow              1
    production-only         1
  failed                    1

Blast radius: 13 high-risk-ops.request, 1 approval, 2 people; next to them in the graph: 3 user

The first 2 of 14, all at GET /policy-backtests/r1/findings:
  d1   allow → deny  high-risk-ops.request orders-db  half-an-hour
  d22  failed        high-risk-ops.request s1         it trapped

`,
  );
});

test('a failed run says why', () => {
  assert.is(text(null, { error: 'it took too long' }), 'Replay r1 for acme failed: it took too long\n');
});

test("what a label or a failure holds cannot steer the reader's terminal", () => {
  const steering = example({ subject_label: '\x1b[2Jgone\n', failure: '\x07' });
  assert.not.match(text({ ...SAME, differences: { failed: 1 }, examples: [steering] }).replaceAll('\n', ''), /\p{Cc}/u);
});

function progressOn(terminal: { isTTY?: boolean }) {
  let written = '';
  const clock = { now: 0 };
  const write = (chunk: string) => {
    written += chunk;
  };
  const progress = new RunProgress({ ...terminal, write }, 'acme: replay r1', () => clock.now);
  return { progress, clock, written: () => written };
}

test('a terminal is shown a bar, which leaves no trace', () => {
  const { progress, written } = progressOn({ isTTY: true });
  progress.show({ evaluated: 0, skipped: 0, total: null });
  progress.show({ evaluated: 900, skipped: 100, total: 2_000 });
  progress.end();
  const bars = ['', `[${'.'.repeat(30)}] waiting to begin`, `[${'#'.repeat(15)}${'.'.repeat(15)}] 50 %, 1,000 of 2,000 decisions`, ''];
  assert.is(written(), `acme: replay r1\n${bars.join('\r\x1b[K')}`);
});

test('elsewhere a line is written now and then', () => {
  const { progress, clock, written } = progressOn({});
  for (const seconds of [0, 5, 9, 10, 11, 19, 20]) {
    clock.now = seconds * 1_000;
    progress.show({ evaluated: seconds, skipped: 0, total: 20 });
  }
  progress.end();
  assert.is(written(), 'acme: replay r1\n50 %, 10 of 20 decisions\n100 %, 20 of 20 decisions\n');
});

test.run();
