import { html } from './html.ts';

/** A tab: a link to its own address. */
export interface TabLink {
  readonly id: string;
  readonly title: string;
  readonly href: string;
  readonly count?: number | null;
}

/** Tabs that are pages, each with its own address: links, and the one that is open says so. */
export function Tabs({ label, tabs, open }: { readonly label: string; readonly tabs: readonly TabLink[]; readonly open: string }) {
  return html`<nav class="tabs" aria-label=${label}>
    <ul>
      ${tabs.map(
        ({ id, title, href, count }) => html`<li key=${id}>
          <a href=${href} aria-current=${id === open ? 'page' : undefined}>${title}${typeof count === 'number' && html` <span class="count">${count}</span>`}</a>
        </li>`,
      )}
    </ul>
  </nav>`;
}
