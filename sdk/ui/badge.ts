import { words } from './format.ts';
import { html } from './html.ts';

/** How a state is to be taken: done, gone wrong, waiting for somebody, underway, or none of these. */
export type Tone = 'good' | 'bad' | 'doubt' | 'busy' | 'plain';

const TONES: Readonly<Record<string, Tone>> = {
  ...Object.fromEntries(
    ['approved', 'executed', 'activated', 'allowed', 'finalized', 'enabled', 'active', 'won', 'verified', 'ok', 'done', 'logged'].map((status) => [
      status,
      'good',
    ]),
  ),
  ...Object.fromEntries(['rejected', 'failed', 'denied', 'error', 'refused', 'void', 'voided', 'missing', 'erased'].map((status) => [status, 'bad'])),
  ...Object.fromEntries(['pending', 'pending_approval', 'waiting', 'draft', 'open'].map((status) => [status, 'doubt'])),
  ...Object.fromEntries(['executing', 'running'].map((status) => [status, 'busy'])),
};

/** A state in a word. The colour only repeats what the word says. */
export function Badge({
  status,
  tone = TONES[status] ?? 'plain',
  text = words(status),
}: {
  readonly status: string;
  readonly tone?: Tone;
  readonly text?: string;
}) {
  return html`<span class=${`badge ${tone}`}>${text}</span>`;
}
