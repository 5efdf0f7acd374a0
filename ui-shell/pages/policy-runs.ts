import { defineRecordView, html, messagesOf, number, pageAt, Time } from '../../sdk/ui/index.ts';
import { RunOutcome } from '../policy-runs/outcome.ts';
import type { Run } from '../policy-runs/run.ts';

const say = messagesOf({
  'title.candidate': 'Bundle tried',
  'title.created_at': 'Started',
  'title.since': 'Decisions since',
  'name.backtest': 'Backtest of {candidate}',
  'name.replay': 'Replay of all decisions',
  beginning: 'the beginning',
  candidate: 'Bundle tried',
  since: 'Decisions since',
  started: 'Started',
  evaluated: 'Decisions made again',
  skipped: 'Could not be made again',
  late: 'Came in meanwhile, left out',
  'form.candidate': 'Bundle to try',
  'form.candidate-hint': 'Every decision on record that its policy made is made again with it. Nothing is changed.',
  'form.since': 'Decisions since',
  'form.since-hint': 'Left empty: all of them.',
  deciding: 'decides now',
});

interface BundleItem {
  readonly id: string;
  readonly version: string;
  readonly digest: string;
  readonly active: boolean;
}

const since = { label: say('form.since'), hint: say('form.since-hint') };

export default defineRecordView<Run>({
  name: ({ kind, candidate }) => say(`name.${kind}`, { candidate: candidate?.slice(0, 12) ?? '' }),
  titles: { candidate: say('title.candidate'), created_at: say('title.created_at'), since: say('title.since') },
  cells: {
    candidate: ({ candidate }) => html`<${BundleLink} digest=${candidate} />`,
    since: ({ since: from }) => (from === null ? say('beginning') : html`<${Time} at=${from} />`),
  },
  overview: ({ kind, candidate, since: from, created_at, report }) => [
    ...(kind === 'backtest' ? [{ term: say('candidate'), value: html`<${BundleLink} digest=${candidate} />` }] : []),
    { term: say('since'), value: from === null ? say('beginning') : html`<${Time} at=${from} />` },
    { term: say('started'), value: html`<${Time} at=${created_at} />` },
    ...(report
      ? [
          { term: say('evaluated'), value: number(report.evaluated) },
          { term: say('skipped'), value: number(report.not_replayable) },
          { term: say('late'), value: number(report.late) },
        ]
      : []),
  ],
  more: RunOutcome,
  // Runs are no nodes of the graph.
  without: ['graph'],
  forms: {
    'policy-backtest.start': {
      candidate: {
        label: say('form.candidate'),
        hint: say('form.candidate-hint'),
        options: {
          path: '/policy-bundles?limit=200&count=false',
          of: ({ items }) =>
            (items as readonly BundleItem[]).map(({ id, version, digest, active }) => ({
              value: digest,
              text: `${id} ${version} · ${digest.slice(0, 12)}${active ? ` · ${say('deciding')}` : ''}`,
            })),
        },
      },
      since,
    },
    'policy-replay.start': { since },
  },
});

function BundleLink({ digest }: { readonly digest: string | null }) {
  return digest && html`<a href=${pageAt(`/policy-bundles/${digest}`)}><code title=${digest}>${digest.slice(0, 12)}</code></a>`;
}
