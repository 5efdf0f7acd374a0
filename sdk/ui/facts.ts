import { type ComponentChildren, html } from './html.ts';

/** A term with its value. */
export interface Fact {
  readonly term: string;
  readonly value: ComponentChildren;
  /** Takes the whole width. */
  readonly wide?: boolean;
}

/** Terms with their values. */
export function Facts({ facts }: { readonly facts: readonly Fact[] }) {
  return html`<dl class="facts">
    ${facts.map(({ term, value, wide }) => html`<div key=${term} class=${wide ? 'wide' : ''}><dt>${term}</dt><dd>${value}</dd></div>`)}
  </dl>`;
}
