import { useEffect, useState } from 'preact/hooks';
import { ApiError, ask, type Json } from './api.ts';
import { words } from './format.ts';
import { html } from './html.ts';
import { Icon } from './icon.ts';
import { messagesOf } from './messages.ts';

const say = messagesOf({
  allowed: 'The policy would allow this.',
  'allowed-after': 'The policy would allow this, after approval by {roles}.',
  denied: 'The policy would refuse this.',
  asking: 'Asking the policy…',
  incomplete: 'Fill in the form to see what the policy says.',
});

interface Judged {
  readonly allowed: boolean;
  readonly code: string | null;
  readonly detail: string | null;
  readonly decision: {
    readonly required_approvals: readonly string[];
    readonly reasons: readonly { readonly rule: string; readonly message: string }[];
    readonly bundle_version: string;
    readonly policy: string;
  } | null;
}

/** So long nobody types before the policy is asked. */
const PAUSE_MS = 300;

interface VerdictProps {
  readonly action: string;
  readonly subjectId?: string;
  /** null while it could not be sent. */
  readonly input: Json | null;
}

/** What the policy would say of what is being typed: a dry run, which stores nothing. */
export function Verdict({ action, subjectId, input }: VerdictProps) {
  const [judged, setJudged] = useState<Judged | { readonly problem: string } | null>(null);
  const question = input === null ? null : JSON.stringify({ action, input, ...(subjectId === undefined ? {} : { subject_id: subjectId }) });
  useEffect(() => {
    // The last verdict stays until the next: a panel that empties at each key says nothing to anybody.
    if (question === null) return;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      ask<Judged>('/dry-run', JSON.parse(question), { signal: stop.signal }).then(setJudged, (error: unknown) => {
        if (error instanceof ApiError) setJudged({ problem: error.message });
        else if (!stop.signal.aborted) throw error;
      });
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [question]);
  return html`<div class="verdict-panel" role="status">${contentOf(question === null, judged)}</div>`;
}

function contentOf(incomplete: boolean, judged: Judged | { readonly problem: string } | null) {
  if (incomplete) return html`<p class="quiet">${say('incomplete')}</p>`;
  if (judged === null) return html`<p class="quiet">${say('asking')}</p>`;
  if ('problem' in judged) return html`<p class="verdict doubt"><${Icon} name="circle-alert" /> ${judged.problem}</p>`;
  const { allowed, decision, detail } = judged;
  const roles = decision?.required_approvals ?? [];
  const title = !allowed ? say('denied') : roles.length > 0 ? say('allowed-after', { roles: roles.map(words).join(', ') }) : say('allowed');
  return html`<p class=${`verdict ${allowed ? 'good' : 'bad'}`}><${Icon} name=${allowed ? 'circle-check' : 'circle-x'} /> ${title}</p>
    ${!allowed && !decision?.reasons.length && detail && html`<p>${detail}</p>`}
    ${
      decision &&
      html`<ul class="reasons">${decision.reasons.map(({ rule, message }) => html`<li key=${rule + message}>${message} <code>${rule}</code></li>`)}</ul>
        <p class="quiet">${decision.policy} ${decision.bundle_version}</p>`
    }`;
}
