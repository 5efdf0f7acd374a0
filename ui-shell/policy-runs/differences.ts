import { Facts, html, messagesOf, number, pageAt, Table, words } from '../../sdk/ui/index.ts';
import { usePlace } from '../location.ts';
import { Findings } from './findings.ts';
import { byGravity, differenceWords, type Report, type Run } from './run.ts';

const say = messagesOf({
  differences: 'Differences',
  difference: 'Difference',
  count: 'Decisions',
  rules: 'Rules behind them',
  rule: 'Rule',
  radius: 'What hangs on them',
  approvals: 'Approvals given',
  people: 'People concerned',
});

/** What of the decisions comes out otherwise, by which rules, and what hangs on them. */
export function Differences({ run, report }: { readonly run: Run; readonly report: Report }) {
  const { path, query } = usePlace();
  const { subjects, approvals, people, reached } = report.blast_radius;
  const counted = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts).map(([type, count]) => ({ term: words(type.replace('.', ': ')), value: number(count) }));
  return html`<div class="beside">
      <section class="part">
        <h2>${say('differences')}</h2>
        <${Table}
          caption=${say('differences')}
          columns=${[
            {
              id: 'difference',
              title: say('difference'),
              cell: ([difference]: readonly [string, number]) => differenceWords(difference),
            },
            { id: 'count', title: say('count'), numeric: true, cell: ([, count]: readonly [string, number]) => number(count) },
          ]}
          rows=${Object.entries(report.differences).toSorted(byGravity)}
          keyOf=${([difference]: readonly [string, number]) => difference}
          hrefOf=${([difference]: readonly [string, number]) => pageAt(path, { difference })}
        />
      </section>
      <section class="part">
        <h2>${say('rules')}</h2>
        <${Table}
          caption=${say('rules')}
          columns=${[
            { id: 'rule', title: say('rule'), cell: ({ rule }: Report['rules'][number]) => html`<code>${rule}</code>` },
            {
              id: 'difference',
              title: say('difference'),
              cell: ({ difference }: Report['rules'][number]) => differenceWords(difference),
            },
            { id: 'count', title: say('count'), numeric: true, cell: ({ count }: Report['rules'][number]) => number(count) },
          ]}
          rows=${report.rules}
          keyOf=${({ rule, difference }: Report['rules'][number]) => `${rule} ${difference}`}
        />
      </section>
    </div>
    <section class="part">
      <h2>${say('radius')}</h2>
      <${Facts} facts=${[...counted(subjects), { term: say('approvals'), value: number(approvals) }, { term: say('people'), value: number(people) }, ...counted(reached)]} />
    </section>
    <${Findings} run=${run} difference=${query.difference} cursor=${query.cursor} />`;
}
