import type { RunExample, RunReport } from '../policy/run-report.ts';

/** What people are shown of a run. */
export interface FinishedRun {
  readonly tenant: string;
  /** The candidate by name and version, where that is known. */
  readonly bundle: string | null;
  readonly run: {
    readonly id: string;
    readonly kind: 'replay' | 'backtest';
    readonly candidate: string | null;
    readonly report: RunReport | null;
    readonly error: string | null;
  };
}

/** So many decisions are named; the API lists them all. */
const EXAMPLES = 10;

const DIFFERENCES: Readonly<Record<string, string>> = {
  'allow-to-deny': 'allow → deny',
  'deny-to-allow': 'deny → allow',
  approvals: 'other approvals',
  reasons: 'other reasons',
  other: 'other in the rest',
  failed: 'failed',
};

/** A finished run as text, with a line break at its end. */
export function runText({ tenant, bundle, run }: FinishedRun): string {
  const { id, kind, report, error } = run;
  const title = `${kind === 'replay' ? 'Replay' : 'Backtest'} ${id} for ${tenant}${candidateText(bundle, run.candidate)}`;
  if (!report) return printable([`${title} failed: ${error ?? 'it left no report'}`]);
  const left = report.not_replayable > 0 ? `, ${number(report.not_replayable)} left out (errors, and inputs kept as commitments only)` : '';
  const late = report.late > 0 ? `, ${number(report.late)} committed meanwhile and left out` : '';
  const heading = [title, `${counted(report.evaluated, 'decision')} made again${left}${late}`];
  if (Object.keys(report.differences).length === 0) return printable([...heading, 'All come out the same.', '']);
  return printable([...heading, '', ...table(report), '', blastRadius(report.blast_radius), '', ...examples(kind, id, report), '']);
}

function candidateText(bundle: string | null, digest: string | null): string {
  if (digest === null) return '';
  return `: ${bundle === null ? '' : `${bundle}, `}bundle ${digest.slice(0, 12)}`;
}

/** A row for each kind of difference, and under it one for each rule that is behind it. */
function table({ differences, rules }: RunReport): readonly string[] {
  const rows: (readonly [string, string])[] = [['What comes out otherwise', 'Decisions']];
  for (const [difference, count] of Object.entries(differences)) {
    rows.push([DIFFERENCES[difference] ?? difference, number(count)]);
    for (const { rule, count: ofRule } of rules.filter((row) => row.difference === difference)) rows.push([`  ${rule}`, number(ofRule)]);
  }
  return aligned(rows);
}

function blastRadius({ subjects, approvals, people, reached }: RunReport['blast_radius']): string {
  const touched = [...byName(subjects), counted(approvals, 'approval'), counted(people, 'person', 'people')];
  const next = byName(reached);
  return `Blast radius: ${touched.join(', ')}${next.length > 0 ? `; next to them in the graph: ${next.join(', ')}` : ''}`;
}

function examples(kind: FinishedRun['run']['kind'], id: string, { differences, examples: all }: RunReport): readonly string[] {
  const total = Object.values(differences).reduce((sum, count) => sum + count, 0);
  const shown = all.slice(0, EXAMPLES);
  const title = total > shown.length ? `The first ${shown.length} of ${number(total)}, all at GET /policy-${kind}s/${id}/findings:` : 'Which:';
  return [title, ...aligned(shown.map(exampleRow))];
}

function exampleRow({ decision_id, difference, subject_type, subject_id, subject_label, rules, failure }: RunExample): readonly string[] {
  return [decision_id, DIFFERENCES[difference] ?? difference, `${subject_type} ${subject_label ?? subject_id}`, failure ?? rules.join(', ')];
}

function byName(counts: Readonly<Record<string, number>>): readonly string[] {
  return Object.entries(counts).map(([name, count]) => `${number(count)} ${name}`);
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${number(count)} ${count === 1 ? one : many}`;
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}

/** Indented, each column as wide as its widest cell. */
function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd());
}

/** Labels and failures are others' text: what steers a terminal is taken out of it. */
function printable(lines: readonly string[]): string {
  return lines.map((line) => `${line.replace(/\p{Cc}/gu, ' ')}\n`).join('');
}
