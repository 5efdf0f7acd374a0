import { html } from './html.ts';

/** Decoration: what it says stands beside it, or is the name of the button around it. */
export function Icon({ name }: { readonly name: string }) {
  return html`<svg class="icon" aria-hidden="true" focusable="false"><use href=${`${document.body.dataset.icons}#${name}`} /></svg>`;
}
