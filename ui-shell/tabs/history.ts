import {
  apiPath,
  Badge,
  Copyable,
  Empty,
  exactTime,
  html,
  Loaded,
  listAt,
  number,
  pageOfItem,
  type RecordProps,
  Timeline,
  type TimelineEntry,
  type Tone,
  useEffect,
  useRef,
  useResource,
  useState,
} from '../../sdk/ui/index.ts';
import { actionWords } from '../action-words.ts';
import { Decisions } from '../history/decision.ts';
import { say } from '../history/messages.ts';
import type { Receipt, ReceiptPage } from '../history/receipt.ts';
import { StateChange } from '../state-change.ts';

const A_PAGE = 25;

/** All that was done to the record or tried, newest first, and why it was allowed. */
export default function HistoryTab({ record }: RecordProps) {
  return html`<h2>${say('title')}</h2><${Page} subject=${String(record.id)} record=${record} cursor=${null} />`;
}

interface PageProps extends Pick<RecordProps, 'record'> {
  readonly subject: string;
  readonly cursor: string | null;
}

/** Each page shows the one before it below itself, so that what comes in at the top moves all of them on. */
function Page({ subject, record, cursor }: PageProps) {
  const page = useResource<ReceiptPage>(apiPath('/receipts', { subject_id: subject, limit: A_PAGE, count: false, cursor }), { keep: true });
  const [isMoreWanted, setMoreWanted] = useState(false);
  const isFirst = cursor === null;
  // The record is read anew whenever something happens to it, and each time is another object.
  const shown = useRef(record);
  useEffect(() => {
    if (shown.current === record) return;
    shown.current = record;
    if (isFirst) page.reload();
  }, [record]);
  return html`<${Loaded} of=${page}>
    ${({ items, next_cursor: next }: ReceiptPage) =>
      items.length === 0 && isFirst
        ? html`<${Empty} title=${say('empty')} />`
        : html`<${Timeline} label=${say(isFirst ? 'title' : 'later')} entries=${items.map(entryOf)} />
            ${
              next !== null &&
              (isMoreWanted
                ? html`<${Page} subject=${subject} record=${record} cursor=${next} />`
                : html`<p><button type="button" class="button" onClick=${() => setMoreWanted(true)}>${say('more')}</button></p>`)
            }`}
  <//>`;
}

const TONES: Readonly<Record<Receipt['outcome'], Tone>> = { allowed: 'good', denied: 'bad', failed: 'bad', refused: 'doubt' };

function entryOf(receipt: Receipt): TimelineEntry {
  const { id, action, outcome, actor, state, at } = receipt;
  return {
    id,
    title: html`${actionWords(action)} ${outcome !== 'allowed' && html`<${Badge} status=${outcome} tone=${TONES[outcome]} />`} <${StateChange} ...${state} />`,
    by: actor,
    at,
    tone: TONES[outcome],
    body: html`<${InTheLog} receipt=${receipt} /><${Decisions} receipt=${receipt} />`,
  };
}

function InTheLog({ receipt }: { readonly receipt: Receipt }) {
  const { id, at, leaf_hash, log_index } = receipt;
  const list = listAt('/receipts');
  const href = list && pageOfItem(list, { id });
  return html`<p class="in-the-log">
    <span>${exactTime(at)}</span>
    ${href ? html`<a href=${href}>${say('receipt.open')}</a>` : say('receipt.open')}
    <${Copyable} text=${leaf_hash} shown=${`${leaf_hash.slice(0, 10)}…`} />
    <span class="quiet">${say('receipt.log')} ${log_index === null ? say('receipt.waiting') : number(log_index)}</span>
  </p>`;
}
