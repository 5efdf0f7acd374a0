import type { Billing } from './billing.ts';
import type { Finding } from './findings.ts';
import { formatState } from './state.ts';
import type { Report } from './verify.ts';

/** What each verdict means, for people. */
const MEANING = {
  INVALID: 'something in it is not as it was recorded, so it proves nothing',
  DIVERGED: 'the log has signed two histories that contradict each other',
  UNANCHORED: 'it is consistent, but nobody whom the policy names vouches for all of it',
  LOGGED: 'everything is as it was recorded, in a log that the policy names',
  WITNESSED: 'everything is as it was recorded, in a log that the policy names and that others watch',
  COMPLETE: 'nothing is missing, to the end',
  OPEN: 'nothing is missing up to here; it goes on',
  INCOMPLETE: 'something is missing',
  REPRODUCED: 'each decision, made again, comes out the same',
  PARTIAL: 'some decisions cannot be made again; the others come out the same',
  DIFFERS: 'a decision, made again, comes out otherwise',
  NONE: 'there are no decisions',
} as const;

const RERATING = {
  REPRODUCED: 'each line of the invoice, rated again, comes out the same',
  DIFFERS: 'the invoice, made again, comes out otherwise',
} as const;

const PROMISE = {
  KEPT: 'the promised receipt is in the log',
  'NOT FOUND': 'the bundle does not show the promised receipt in the log',
  INVALID: 'it is no promise of a log that the policy names',
} as const;

const TONES: Readonly<Record<string, Line['tone']>> = {
  ...{ LOGGED: 'good', WITNESSED: 'good', COMPLETE: 'good', OPEN: 'good', REPRODUCED: 'good', NONE: 'good', KEPT: 'good' },
  ...{ UNANCHORED: 'doubt', PARTIAL: 'doubt' },
};

/** A verdict with its name, its value and its meaning. */
export interface Line {
  readonly name: string;
  readonly verdict: string;
  readonly meaning: string;
  readonly tone: 'good' | 'bad' | 'doubt';
}

export function linesOf({ integrity, completeness, replay, changes, billing, promise }: Report): readonly Line[] {
  const by = integrity.verdict === 'WITNESSED' ? ` by ${integrity.witnesses.length} (${integrity.witnesses.join(', ')})` : '';
  const of = replay.decisions > 0 ? ` ${replay.reproduced} of ${replay.decisions}` : '';
  const judged = changes ? `; ${changes.judged} of ${changes.all} changes were judged by a policy` : '';
  return [
    line('Integrity', integrity.verdict, by, MEANING[integrity.verdict]),
    line('Completeness', completeness.verdict, '', MEANING[completeness.verdict]),
    line('Policy replay', replay.verdict, of, `${MEANING[replay.verdict]}${judged}`),
    ...(billing ? [rerating(billing)] : []),
    ...(promise ? [line('Promise', promise.verdict, '', PROMISE[promise.verdict])] : []),
  ];
}

function rerating({ verdict, lines, rerated, readings, reaggregated, events }: Billing): Line {
  const from = `from ${readings} readings, ${reaggregated} of them counted again; ${events} usage events are shown`;
  return line('Re-rating', verdict, ` ${rerated} of ${lines} lines`, `${RERATING[verdict]}; ${from}`);
}

function line(name: string, verdict: string, more: string, meaning: string): Line {
  return { name, verdict: printable(`${verdict}${more}`), meaning, tone: TONES[verdict] ?? 'bad' };
}

export function titleOf({ about }: Report): string {
  if (!about) return 'A bundle that cannot be read';
  return printable(`${about.type} ${about.id ?? '(population)'} of ${about.origin}, as of ${about.generated_at}`);
}

/** What a population was asked for and what is proven of it; nothing of evidence. */
export function drawnText({ about }: Report): readonly string[] {
  if (!about?.drawn) return [];
  const { from, to, seed, sampled, subjects } = about.drawn;
  return [
    printable(
      `  Asked for: ${about.type} created from ${from ?? 'the beginning'} to ${to ?? 'now'}; what is proven is the range between the checkpoints`,
    ),
    printable(`  Sample: ${sampled} of ${subjects}, drawn by the seed ${JSON.stringify(seed)}`),
  ];
}

/** The report in words, with a line break at its end. */
export function reportText(report: Report): string {
  const { ok, findings } = report;
  const lines = linesOf(report).map(({ name, verdict, meaning }) => `  ${`${name}:`.padEnd(15)} ${verdict} — ${meaning}`);
  const found = findings.length > 0 ? ['', 'Findings:', ...findings.map(findingText)] : [];
  return [titleOf(report), ...drawnText(report), ...lines, ...found, '', ok ? 'Verified.' : 'NOT verified.'].map((text) => `${text}\n`).join('');
}

/** The report as one JSON value. */
export function reportJson({ state, leaves: _, ...report }: Report): object {
  return { ...report, state: JSON.parse(formatState(state)) };
}

function findingText({ verdict, code, message, path }: Finding): string {
  const where = path === undefined || message.startsWith(path) ? '' : ` (${path})`;
  return printable(`  ${verdict} ${code}: ${message}${where}`);
}

/** A bundle's text is others': what steers a terminal, or turns text round, is taken out of it. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\uFFFD');
}
