import { html } from './html.ts';
import { type Parameters, pageAt } from './links.ts';
import { say } from './messages.ts';
import { usePlace } from './place.ts';

interface PagerProps {
  /** Of the page that is shown; absent on the first. */
  readonly cursor: string | undefined;
  /** Of the page after it; null on the last. */
  readonly next: string | null;
  /** What the address has beside the cursor. */
  readonly parameters?: Parameters;
}

/** From page to page of what is too long for one. */
export function Pager({ cursor, next, parameters = {} }: PagerProps) {
  const { path } = usePlace();
  return html`<div class="actions">
    ${cursor !== undefined && html`<a class="button" href=${pageAt(path, { ...parameters, cursor: null })}>${say('list.first')}</a>`}
    ${next !== null && html`<a class="button" href=${pageAt(path, { ...parameters, cursor: next })}>${say('list.next')}</a>`}
  </div>`;
}
