import { Badge, html } from '../sdk/ui/index.ts';
import { say } from './messages.ts';

/** From one state to the next; one badge where it stayed, nothing where there was no change. */
export function StateChange({ from, to }: { readonly from: string | null; readonly to: string | null }) {
  if (to === null) return null;
  if (from === null || from === to) return html`<${Badge} status=${to} />`;
  return html`<span class="state-change"><${Badge} status=${from} /> <span aria-hidden="true">→</span><span class="sr-only">${say('state.then')}</span> <${Badge} status=${to} /></span>`;
}
