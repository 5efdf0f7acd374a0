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

/** A verdict with its name, its value and its meaning. */
export interface Line {
  readonly name: string;
  readonly verdict: string;
  readonly meaning: string;
}

export function linesOf({ integrity, completeness, replay, promise }: Report): readonly Line[] {
  const by = integrity.verdict === 'WITNESSED' ? ` by ${integrity.witnesses.length} (${integrity.witnesses.join(', ')})` : '';
  const of = replay.decisions > 0 ? ` ${replay.reproduced} of ${replay.decisions}` : '';
  return [
    { name: 'Integrity', verdict: `${integrity.verdict}${by}`, meaning: MEANING[integrity.verdict] },
    { name: 'Completeness', verdict: completeness.verdict, meaning: MEANING[completeness.verdict] },
    { name: 'Policy replay', verdict: `${replay.verdict}${of}`, meaning: MEANING[replay.verdict] },
    ...(promise ? [{ name: 'Promise', verdict: promise.verdict, meaning: promiseMeaning(promise.verdict) }] : []),
  ];
}

/** The report in words, with a line break at its end. */
export function reportText(report: Report): string {
  const { about, ok, findings } = report;
  const title = about
    ? `${about.type} ${about.id ?? '(population)'} of ${about.origin}, as of ${about.generated_at}`
    : 'A bundle that cannot be read';
  const lines = linesOf(report).map(({ name, verdict, meaning }) => `  ${`${name}:`.padEnd(15)} ${verdict} — ${meaning}`);
  const found = findings.length > 0 ? ['', 'Findings:', ...findings.map(findingText)] : [];
  return [title, ...lines, ...found, '', ok ? 'Verified.' : 'NOT verified.'].map((line) => `${printable(line)}\n`).join('');
}

/** The report as one JSON value. */
export function reportJson({ state, ...report }: Report): object {
  return { ...report, state: JSON.parse(formatState(state)) };
}

/** Where the bundle says that, unless the message begins with it. */
export function findingText({ verdict, code, message, path }: Finding): string {
  return `  ${verdict} ${code}: ${message}${path === undefined || message.startsWith(path) ? '' : ` (${path})`}`;
}

function promiseMeaning(verdict: 'KEPT' | 'NOT FOUND' | 'INVALID'): string {
  if (verdict === 'KEPT') return 'the promised receipt is in the log';
  return verdict === 'INVALID' ? 'it is no promise of a log that the policy names' : 'the bundle does not show the promised receipt in the log';
}

/** A bundle's text is others': what steers a terminal, or turns text round, is taken out of it. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\uFFFD');
}
