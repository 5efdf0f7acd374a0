import type { Tone } from './badge.ts';
import { type ComponentChildren, html } from './html.ts';
import { Time } from './time.ts';

/** Something that happened: what, by whom, when (RFC 3339; null where it is still to come). */
export interface TimelineEntry {
  readonly id: string;
  readonly title: ComponentChildren;
  readonly by?: string | null;
  readonly at: string | null;
  readonly tone?: Tone;
  readonly body?: ComponentChildren;
}

/** What happened, in order. */
export function Timeline({ entries, label }: { readonly entries: readonly TimelineEntry[]; readonly label: string }) {
  return html`<ol class="timeline" aria-label=${label}>
    ${entries.map(
      ({ id, title, by, at, tone = 'plain', body }) => html`<li key=${id} class=${tone}>
        <div class="timeline-head"><span class="timeline-title">${title}</span>${by && html`<span class="timeline-by">${by}</span>`}${at && html`<${Time} at=${at} />`}</div>
        ${body && html`<div class="timeline-body">${body}</div>`}
      </li>`,
    )}
  </ol>`;
}
