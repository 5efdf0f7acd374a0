import { html, Icon, messagesOf, number, type RecordProps, useEffect, useHappenings } from '../../sdk/ui/index.ts';
import { Differences } from './differences.ts';
import type { Report, Run } from './run.ts';

const say = messagesOf({
  progress: 'Progress',
  'progress-of': '{evaluated} of {total} decisions',
  'progress-unknown': 'Counting decisions…',
  failed: 'It failed: {error}',
  'none-backtest': 'No decision comes out otherwise.',
  'none-replay': 'Every decision comes out as it is on record.',
  'some-backtest': '{count} decisions come out otherwise.',
  'some-replay': '{count} decisions do not come out as they are on record.',
  'one-backtest': '1 decision comes out otherwise.',
  'one-replay': '1 decision does not come out as it is on record.',
});

const POLL_MS = 2_000;

/** How far it is, and then what it has found. */
export function RunOutcome({ record, reload }: RecordProps<Run>) {
  const { id, kind, status, progress, report, error } = record;
  // Each answer is another record, so it is asked for again until it is done.
  useEffect(() => {
    if (status !== 'running') return;
    const timer = setTimeout(reload, POLL_MS);
    return () => clearTimeout(timer);
  }, [record]);
  useHappenings((happening) => {
    if (happening?.subject.id === id) reload();
  });
  return html`<div role="status">
      ${status === 'running' && html`<${Progress} progress=${progress ?? { evaluated: 0, skipped: 0, total: null }} />`}
      ${status === 'failed' && html`<p class="verdict bad"><${Icon} name="circle-x" /> ${say('failed', { error: error ?? '' })}</p>`}
      ${status === 'done' && report && html`<${Outcome} kind=${kind} report=${report} />`}
    </div>
    ${report && Object.keys(report.differences).length > 0 && html`<${Differences} run=${record} report=${report} />`}`;
}

function Progress({ progress: { evaluated, skipped, total } }: { readonly progress: NonNullable<Run['progress']> }) {
  const text = total === null ? say('progress-unknown') : say('progress-of', { evaluated: number(evaluated + skipped), total: number(total) });
  return html`<div class="progress"><label>${say('progress')} <progress max=${total ?? undefined} value=${total === null ? undefined : evaluated + skipped}></progress></label> <span class="quiet">${text}</span></div>`;
}

function Outcome({ kind, report }: { readonly kind: Run['kind']; readonly report: Report }) {
  const count = Object.values(report.differences).reduce((sum, found) => sum + found, 0);
  if (count === 0) return html`<p class="verdict good"><${Icon} name="circle-check" /> ${say(`none-${kind}`)}</p>`;
  const text = count === 1 ? say(`one-${kind}`) : say(`some-${kind}`, { count: number(count) });
  return html`<p class=${kind === 'replay' ? 'verdict bad' : 'verdict doubt'}><${Icon} name=${kind === 'replay' ? 'circle-x' : 'circle-alert'} /> ${text}</p>`;
}
