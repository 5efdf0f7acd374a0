import {
  Badge,
  Copyable,
  defineRecordView,
  Facts,
  html,
  Icon,
  Loaded,
  messagesOf,
  number,
  pageAt,
  type RecordProps,
  shortId,
  Time,
  useEffect,
  useHappenings,
  useResource,
  useState,
} from '../../sdk/ui/index.ts';
import { checkedProof, type ShownCheckpoint, type ShownProof, shownCheckpoint } from '../inclusion.ts';
import { Subject, type SubjectRef } from '../subject.ts';

const say = messagesOf({
  'title.at': 'When',
  'title.subject': 'About',
  'title.state': 'Change',
  'title.log_index': 'Logged',
  'title.subject_id': 'Subject',
  action: 'Action',
  outcome: 'Outcome',
  actor: 'Actor',
  about: 'About',
  seq: 'Change of its subject',
  'no-seq': 'It changed nothing',
  state: 'State',
  at: 'At',
  decisions: 'Policy decisions',
  'no-decisions': 'no policy was asked',
  'leaf-hash': 'Leaf hash',
  'logged-brief': '#{index}',
  'logged-at': 'logged, entry {index}',
  waiting: 'waiting for the log',
  'waiting-brief': 'waiting',
  created: 'new',
  to: '{from} to {to}',
  history: 'History of its subject',
  proof: 'Proof that it is in the log',
  'proof-waiting': 'The log takes it up within seconds. Until then its promise stands for it.',
  'proof-holds': 'Verified in this browser: its hash is entry {index} of the {size} entries whose root the checkpoint has.',
  'proof-fails': 'It does not hold: the hashes do not lead from this receipt to the root of the checkpoint.',
  'proof-broken': 'What the server answered is no proof: {error}',
  convenience: 'A convenience: who signed the checkpoint is checked by the offline verifier, with the keys that you have pinned.',
  'proof-download': 'Download the proof',
  'log-policy': 'Keys to pin',
  index: 'Entry',
  path: 'Path to the root',
  'path-empty': 'none: it is the only entry',
  'checkpoint-of-proof': 'Checkpoint of the proof',
  'checkpoint-now': 'Newest checkpoint of the log',
  origin: 'Log',
  size: 'Entries',
  root: 'Root',
  signers: 'Signed by',
});

interface Receipt {
  readonly [field: string]: unknown;
  readonly id: string;
  readonly action: string;
  readonly outcome: string;
  readonly actor: string;
  readonly subject: SubjectRef;
  readonly seq: number | null;
  readonly state: { readonly from: string | null; readonly to: string | null };
  readonly decision_ids: readonly string[];
  readonly at: string;
  readonly leaf_hash: string;
  readonly log_index: number | null;
}

export default defineRecordView<Receipt>({
  rowOf: ({ receipt_id }) => receipt_id,
  titles: {
    at: say('title.at'),
    subject: say('title.subject'),
    state: say('title.state'),
    log_index: say('title.log_index'),
    subject_id: say('title.subject_id'),
  },
  cells: {
    action: ({ action }) => html`<code class="breaking">${action}</code>`,
    subject: ({ subject }) => html`<${Subject} subject=${subject} />`,
    state: ({ state }) => html`<${Change} state=${state} />`,
    log_index: (receipt) => html`<${Chain} receipt=${receipt} brief=${true} />`,
  },
  headline: (receipt) => html`<${Badge} status=${receipt.outcome} /> <${Chain} receipt=${receipt} /> <${Time} at=${receipt.at} />`,
  overview: ({ action, outcome, actor, subject, seq, state, decision_ids, at, leaf_hash }) => [
    { term: say('action'), value: html`<code>${action}</code>` },
    { term: say('outcome'), value: html`<${Badge} status=${outcome} />` },
    { term: say('actor'), value: actor },
    { term: say('about'), value: html`<${Subject} subject=${subject} />` },
    { term: say('state'), value: html`<${Change} state=${state} />` },
    { term: say('seq'), value: seq === null ? say('no-seq') : number(seq) },
    { term: say('at'), value: html`<time datetime=${at}>${at}</time>` },
    {
      term: say('decisions'),
      value:
        decision_ids.length === 0
          ? html`<span class="quiet">${say('no-decisions')}</span>`
          : decision_ids.map((id) => html`<a key=${id} href=${pageAt(`/policy-decisions/${id}`)}><code title=${id}>${shortId(id)}</code></a> `),
    },
    { term: say('leaf-hash'), wide: true, value: html`<${Copyable} text=${leaf_hash} />` },
  ],
  more: More,
});

function Change({ state: { from, to } }: { readonly state: Receipt['state'] }) {
  if (to === null) return html`<span class="quiet">–</span>`;
  if (from === to) return html`<${Badge} status=${to} />`;
  return html`<span class="change">${from === null ? html`<span class="quiet">${say('created')}</span>` : html`<${Badge} status=${from} />`}<${Icon} name="chevron-right" /><span class="sr-only"> → </span><${Badge} status=${to} /></span>`;
}

/** Whether it stands in the log yet, which nobody can change afterwards. */
function Chain({ receipt: { log_index: index }, brief = false }: { readonly receipt: Receipt; readonly brief?: boolean }) {
  if (index === null) return html`<${Badge} status="waiting" text=${say(brief ? 'waiting-brief' : 'waiting')} />`;
  return html`<${Badge} status="logged" text=${say(brief ? 'logged-brief' : 'logged-at', { index })} />`;
}

function More({ record, reload }: RecordProps<Receipt>) {
  const { id, subject, leaf_hash, log_index } = record;
  const proof = useResource<string>(log_index === null ? null : `/receipts/${id}/proof`);
  const newest = useResource<string>('/log/checkpoint');
  useHappenings(() => {
    if (log_index === null) reload();
  });
  return html`<div class="actions">
      <a class="button" href=${pageAt('/receipts', { subject_id: subject.id })}><${Icon} name="list" /> ${say('history')}</a>
    </div>
    <section class="part">
      <h2>${say('proof')}</h2>
      ${
        log_index === null
          ? html`<p>${say('proof-waiting')}</p>`
          : html`<${Loaded} of=${proof}>${(text: string) => html`<${Proof} text=${text} leafHash=${leaf_hash} />`}<//>
            <div class="actions">
              <a class="button" href=${`/receipts/${id}/proof`} download><${Icon} name="download" /> ${say('proof-download')}</a>
              <a class="button" href="/log/policy" download><${Icon} name="download" /> ${say('log-policy')}</a>
            </div>`
      }
    </section>
    <section class="part">
      <h2>${say('checkpoint-now')}</h2>
      <${Loaded} of=${newest}>${(note: string) => html`<${Checkpoint} checkpoint=${shownCheckpoint(note)} />`}<//>
    </section>`;
}

type Checked = ShownProof | { readonly error: string };

function Proof({ text, leafHash }: { readonly text: string; readonly leafHash: string }) {
  const [checked, setChecked] = useState<Checked | null>(null);
  useEffect(() => {
    let gone = false;
    const tell = (found: Checked) => !gone && setChecked(found);
    checkedProof(text, leafHash).then(tell, (error: unknown) => tell({ error: error instanceof Error ? error.message : String(error) }));
    return () => {
      gone = true;
    };
  }, [text, leafHash]);
  return html`<div role="status">${checked && html`<${Verified} checked=${checked} />`}</div>
    ${
      checked &&
      !('error' in checked) &&
      html`<${Facts} facts=${[
        { term: say('index'), value: number(checked.index) },
        {
          term: say('path'),
          wide: true,
          value:
            checked.hashes.length === 0
              ? say('path-empty')
              : html`<ol class="hashes">${checked.hashes.map((hash) => html`<li key=${hash}><code>${hash}</code></li>`)}</ol>`,
        },
      ]} />
        <h3>${say('checkpoint-of-proof')}</h3>
        <${Checkpoint} checkpoint=${checked.checkpoint} />`
    }`;
}

function Verified({ checked }: { readonly checked: Checked }) {
  if ('error' in checked) return html`<p class="verdict bad"><${Icon} name="circle-x" /> ${say('proof-broken', { error: checked.error })}</p>`;
  const { holds, index, checkpoint } = checked;
  return html`<p class=${`verdict ${holds ? 'good' : 'bad'}`}><${Icon} name=${holds ? 'badge-check' : 'circle-x'} /> ${holds ? say('proof-holds', { index: number(index), size: number(checkpoint.size) }) : say('proof-fails')}</p>
    <p class="quiet">${say('convenience')}</p>`;
}

function Checkpoint({ checkpoint: { origin, size, root, signers } }: { readonly checkpoint: ShownCheckpoint }) {
  return html`<${Facts} facts=${[
    { term: say('origin'), value: html`<code>${origin}</code>` },
    { term: say('size'), value: number(size) },
    { term: say('signers'), value: signers.length === 0 ? '–' : signers.join(', ') },
    { term: say('root'), wide: true, value: html`<${Copyable} text=${root} />` },
  ]} />`;
}
