import { apiPath, Badge, html, Icon, type ListPage, Loaded, messagesOf, Pager, pageAt, Table, useResource } from '../../sdk/ui/index.ts';
import { usePlace } from '../location.ts';
import { Subject, type SubjectRef } from '../subject.ts';
import { differenceWords, type Run } from './run.ts';

const say = messagesOf({
  difference: 'Difference',
  findings: 'Decisions that come out otherwise',
  all: 'All differences',
  decision: 'Decision',
  about: 'About',
  rules: 'Rules behind them',
});

interface Finding {
  readonly decision_id: string;
  readonly difference: string;
  readonly rules: readonly string[];
  readonly subject_type: string;
  readonly subject_id: string;
  readonly failure: string | null;
}

interface FindingsProps {
  readonly run: Run;
  readonly difference: string | undefined;
  readonly cursor: string | undefined;
}

/** The decisions themselves, page by page. */
export function Findings({ run: { id, kind }, difference, cursor }: FindingsProps) {
  const { change } = usePlace();
  const page = useResource<ListPage<Finding>>(apiPath(`/policy-${kind}s/${id}/findings`, { difference, cursor }));
  const subject = ({ subject_type, subject_id }: Finding): SubjectRef => ({ type: subject_type, id: subject_id });
  return html`<section class="part">
    <h2>${say('findings')}</h2>
    ${
      difference !== undefined &&
      html`<p><button type="button" class="chip" onClick=${() => change({ difference: null, cursor: null })}>${differenceWords(difference)} <${Icon} name="x" /><span class="sr-only">${say('all')}</span></button></p>`
    }
    <${Loaded} of=${page}>
      ${({ items, next_cursor: next }: ListPage<Finding>) => html`<${Table}
          caption=${say('findings')}
          columns=${[
            {
              id: 'decision',
              title: say('decision'),
              cell: ({ decision_id }: Finding) => html`<code title=${decision_id}>…${decision_id.slice(-6)}</code>`,
            },
            {
              id: 'difference',
              title: say('difference'),
              cell: ({ difference: found }: Finding) =>
                html`<${Badge} status=${found} tone=${found === 'allow-to-deny' || found === 'failed' ? 'bad' : 'doubt'} text=${differenceWords(found)} />`,
            },
            { id: 'about', title: say('about'), cell: (finding: Finding) => html`<${Subject} subject=${subject(finding)} />` },
            { id: 'rules', title: say('rules'), cell: ({ rules, failure }: Finding) => failure ?? rules.join(', ') },
          ]}
          rows=${items}
          keyOf=${({ decision_id }: Finding) => decision_id}
          hrefOf=${({ decision_id }: Finding) => pageAt(`/policy-decisions/${decision_id}`)}
        />
        <footer class="list-foot"><${Pager} cursor=${cursor} next=${next} parameters=${{ difference }} /></footer>`}
    <//>
  </section>`;
}
