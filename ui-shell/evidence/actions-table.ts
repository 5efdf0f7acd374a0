import { Badge, type Column, Copyable, exactTime, html, number, pageOfSubject, Table, Time, type Tone, words } from '../../sdk/ui/index.ts';
import { actionWords } from '../action-words.ts';
import { StateChange } from '../state-change.ts';
import { say } from './messages.ts';
import { type Standing, standingOf, type Verification } from './receipt-standing.ts';
import type { Summary, SummaryAction } from './summary.ts';

interface ActionsTableProps {
  readonly summary: Summary;
  readonly verification: Verification | null;
}

/** All that was done, each with its receipt and what is known of that. */
export function ActionsTable({ summary, verification }: ActionsTableProps) {
  const columns: readonly Column<SummaryAction>[] = [
    { id: 'action', title: say('column.action'), cell: (row) => actionCell(row, summary.subjects.length > 1) },
    { id: 'state', title: say('column.state'), cell: ({ state }) => html`<${StateChange} ...${state} />` },
    { id: 'actor', title: say('column.actor'), cell: ({ actor }) => actor },
    {
      id: 'at',
      title: say('column.at'),
      cell: ({ at }) => at && html`<span class="moment">${exactTime(at)}</span> <span class="quiet"><${Time} at=${at} /></span>`,
    },
    {
      id: 'standing',
      title: say('column.standing'),
      cell: ({ receipt }) => html`<${StandingBadge} standing=${standingOf(receipt, verification)} />`,
    },
    {
      id: 'receipt',
      title: say('column.receipt'),
      cell: ({ receipt }) => receipt.leaf_hash && html`<${Copyable} text=${receipt.leaf_hash} shown=${short(receipt.leaf_hash)} />`,
    },
    { id: 'log', title: say('column.log'), numeric: true, cell: ({ receipt }) => (receipt.log_index === null ? '–' : number(receipt.log_index)) },
  ];
  return html`<${Table}
    caption=${say('actions')}
    columns=${columns}
    rows=${summary.actions}
    keyOf=${({ receipt, subject, seq }: SummaryAction) => receipt.id ?? `${subject.id} ${seq}`}
  />`;
}

function actionCell({ action, outcome, seq, subject }: SummaryAction, isOfSeveral: boolean) {
  return html`${action === null ? html`<em>${say('action.unknown', { seq: seq ?? '' })}</em>` : actionWords(action)}
    ${outcome !== null && outcome !== 'allowed' && html` <${Badge} status=${outcome} />`}
    ${isOfSeveral && html`<div class="quiet"><${SubjectLink} subject=${subject} /></div>`}`;
}

function SubjectLink({ subject }: Pick<SummaryAction, 'subject'>) {
  const href = pageOfSubject(subject);
  const name = words(subject.type.split('.').at(-1) ?? subject.type);
  return href === null ? name : html`<a href=${href}>${name}</a>`;
}

/** The whole is copied; to tell one from another its beginning is enough. */
function short(hash: string): string {
  return `${hash.slice(0, 10)}…`;
}

const TONES: Readonly<Record<Standing, Tone>> = { verified: 'good', logged: 'plain', waiting: 'doubt', failed: 'bad', missing: 'bad' };

function StandingBadge({ standing }: { readonly standing: Standing }) {
  return html`<span class="standing" data-standing=${standing} title=${say(`standing.${standing}-hint`)}>
    <${Badge} status=${standing} tone=${TONES[standing]} text=${say(`standing.${standing}`)} />
  </span>`;
}
