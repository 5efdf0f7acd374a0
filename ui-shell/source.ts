import { html } from '../sdk/ui/index.ts';

/** A text of a program, with the numbers of its lines, which are not copied with it. */
export function Source({ text, label }: { readonly text: string; readonly label: string }) {
  const lines = text.replace(/\n$/, '').split('\n');
  return html`<div class="scroll source" tabindex="0" role="region" aria-label=${label}>
    <pre>${lines.map((line, index) => html`<span class="line" key=${index}>${line}${'\n'}</span>`)}</pre>
  </div>`;
}
