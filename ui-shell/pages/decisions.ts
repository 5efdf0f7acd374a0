import {
  ApiError,
  ask,
  Badge,
  type ComponentChildren,
  Copyable,
  defineRecordView,
  duration,
  Facts,
  Failure,
  html,
  Icon,
  messagesOf,
  pageAt,
  type RecordProps,
  shortId,
  Time,
  Tree,
  useState,
  words,
} from '../../sdk/ui/index.ts';
import { Subject, type SubjectRef } from '../subject.ts';

const say = messagesOf({
  'title.created_at': 'When',
  'title.outcome': 'Outcome',
  'title.reasons': 'Reason',
  'title.subject': 'About',
  'title.since': 'Since',
  action: 'Action',
  policy: 'Policy',
  bundle: 'Bundle',
  about: 'About',
  made: 'Made',
  took: 'Took',
  engine: 'Engine',
  'approvals-needed': 'Approvals needed',
  nobody: 'none',
  masked: 'Kept as commitments only',
  receipts: 'Receipts',
  'receipts-link': 'All receipts of its subject',
  reasons: 'Reasons',
  'no-reasons': 'The policy gave none.',
  input: 'What was asked',
  result: 'What was answered',
  'no-result': 'The policy gave no answer.',
  replay: 'Replay',
  'replay-about': 'Asks the very bundle again, with the very input, and compares byte for byte. Nothing is stored.',
  'replay-error': 'It is an error: there is no answer to compare with.',
  'replay-masked': 'It cannot be made again: parts of its input are kept as commitments only.',
  replaying: 'Asking again…',
  same: 'The same answer again, byte for byte; and it is what its receipt binds.',
  other: 'Another answer: {difference}.',
  unbound: 'The record is not what its receipt binds.',
  failed: 'The policy failed: {failure}',
  recorded: 'On record',
  replayed: 'Now',
  'replay-took': 'Took',
});

interface Decision {
  readonly [field: string]: unknown;
  readonly id: string;
  readonly policy: string;
  readonly bundle_digest: string;
  readonly bundle_version: string;
  readonly action: string;
  readonly subject: SubjectRef;
  readonly input: unknown;
  readonly result: { readonly required_approvals?: readonly string[] } | null;
  readonly reasons: readonly { readonly rule: string; readonly message: string }[];
  readonly outcome: string;
  readonly duration_ns: number;
  readonly engine: string;
  readonly masked: readonly string[];
  readonly replayable: boolean;
  readonly created_at: string;
}

export default defineRecordView<Decision>({
  titles: {
    created_at: say('title.created_at'),
    outcome: say('title.outcome'),
    reasons: say('title.reasons'),
    subject: say('title.subject'),
    since: say('title.since'),
  },
  cells: {
    action: ({ action }) => html`<code class="breaking">${action}</code>`,
    reasons: ({ reasons }) => html`<span class="clipped">${reasons[0]?.message ?? ''}</span>`,
    subject: ({ subject }) => html`<${Subject} subject=${subject} />`,
    policy: ({ policy }) => html`<code class="breaking">${policy}</code>`,
  },
  headline: ({ outcome, created_at }) => html`<${Badge} status=${outcome} /> <${Time} at=${created_at} />`,
  overview: (decision) => [
    { term: say('action'), value: html`<code>${decision.action}</code>` },
    { term: say('about'), value: html`<${Subject} subject=${decision.subject} />` },
    { term: say('policy'), value: html`<code>${decision.policy}</code>` },
    {
      term: say('bundle'),
      value: html`<a href=${pageAt(`/policy-bundles/${decision.bundle_digest}`)}>${decision.bundle_version} <code>${decision.bundle_digest.slice(0, 12)}</code></a>`,
    },
    { term: say('approvals-needed'), value: decision.result?.required_approvals?.map(words).join(', ') || say('nobody') },
    { term: say('took'), value: duration(decision.duration_ns / 1e9) },
    { term: say('engine'), value: decision.engine },
    ...(decision.masked.length === 0 ? [] : [{ term: say('masked'), value: decision.masked.join(', ') }]),
    { term: say('receipts'), value: html`<a href=${pageAt('/receipts', { subject_id: decision.subject.id })}>${say('receipts-link')}</a>` },
  ],
  more: More,
});

function More({ record }: RecordProps<Decision>) {
  const { reasons, input, result } = record;
  return html`<section class="part">
      <h2>${say('reasons')}</h2>
      ${
        reasons.length === 0
          ? html`<p class="quiet">${say('no-reasons')}</p>`
          : html`<ul class="reasons">${reasons.map(({ rule, message }) => html`<li key=${rule + message}>${message} <code>${rule}</code></li>`)}</ul>`
      }
    </section>
    <${Replay} decision=${record} />
    <div class="beside">
      <section class="part"><h2>${say('input')}</h2><${Tree} value=${input} label=${say('input')} /></section>
      <section class="part">
        <h2>${say('result')}</h2>
        ${result === null ? html`<p class="quiet">${say('no-result')}</p>` : html`<${Tree} value=${result} label=${say('result')} />`}
      </section>
    </div>`;
}

interface Replayed {
  readonly matches: boolean;
  readonly bound: boolean;
  readonly difference: string | null;
  readonly recorded: unknown;
  readonly replayed: unknown;
  readonly failure: string | null;
  readonly duration_ns: number;
  readonly bundle_digest: string;
}

function Replay({ decision }: { readonly decision: Decision }) {
  const [state, setState] = useState<Replayed | ApiError | 'asking' | null>(null);
  const run = async () => {
    setState('asking');
    try {
      setState(await ask<Replayed>(`/policy-decisions/${decision.id}/replay`, {}));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setState(error);
    }
  };
  return html`<section class="part">
    <h2>${say('replay')}</h2>
    <p class="quiet">${decision.replayable ? say('replay-about') : say(decision.masked.length > 0 ? 'replay-masked' : 'replay-error')}</p>
    ${
      decision.replayable &&
      html`<div class="actions"><button type="button" class="button" disabled=${state === 'asking'} onClick=${run}>
        <${Icon} name="refresh-cw" /> ${say(state === 'asking' ? 'replaying' : 'replay')}</button></div>`
    }
    <div role="status">${shown(state)}</div>
  </section>`;
}

function shown(state: Replayed | ApiError | 'asking' | null): ComponentChildren {
  if (state === null || state === 'asking') return null;
  if (state instanceof ApiError) return html`<${Failure} error=${state} />`;
  if (state.matches) {
    return html`<p class="verdict good"><${Icon} name="circle-check" /> ${say('same')}</p>
      <p class="quiet">${say('replay-took')} ${duration(state.duration_ns / 1e9)} · <${Copyable} text=${state.bundle_digest} shown=${shortId(state.bundle_digest).slice(0, 12)} /></p>`;
  }
  return html`${!state.bound && html`<p class="verdict bad"><${Icon} name="circle-x" /> ${say('unbound')}</p>`}
    ${state.failure !== null && html`<p class="verdict bad"><${Icon} name="circle-x" /> ${say('failed', { failure: state.failure })}</p>`}
    ${
      state.difference !== null &&
      state.failure === null &&
      html`<p class="verdict bad"><${Icon} name="circle-x" /> ${say('other', { difference: words(state.difference) })}</p>
        <div class="beside">
          <${Facts} facts=${[{ term: say('recorded'), wide: true, value: html`<${Tree} value=${state.recorded} label=${say('recorded')} />` }]} />
          <${Facts} facts=${[{ term: say('replayed'), wide: true, value: html`<${Tree} value=${state.replayed} label=${say('replayed')} />` }]} />
        </div>`
    }`;
}
