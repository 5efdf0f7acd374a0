import { html } from './html.ts';
import { messagesOf } from './messages.ts';

const say = messagesOf({ field: '1 field', fields: '{count} fields', item: '1 item', items: '{count} items', empty: 'empty', none: 'null' });

/** So deep it is open at first. */
const OPEN = 3;

/** A value as JSON has it, to be read: objects and lists open and close. @param label what it is of, for those who hear it */
export function Tree({ value, label }: { readonly value: unknown; readonly label: string }) {
  const isPlain = typeof value !== 'object' || value === null;
  return html`<div class="tree scroll" tabindex="0" role="region" aria-label=${label}>${isPlain ? html`<${Leaf} value=${value} />` : html`<${Branch} value=${value} depth=${0} />`}</div>`;
}

function Branch({ value, depth }: { readonly value: object; readonly depth: number }) {
  const isList = Array.isArray(value);
  return html`<ul>
    ${Object.entries(value).map(
      ([name, member]) => html`<li key=${name}>
        <${Twig} name=${isList ? `${Number(name) + 1}` : name} member=${member} depth=${depth} />
      </li>`,
    )}
  </ul>`;
}

function Twig({ name, member, depth }: { readonly name: string; readonly member: unknown; readonly depth: number }) {
  if (typeof member !== 'object' || member === null) return html`<span class="tree-name">${name}</span> <${Leaf} value=${member} />`;
  const count = Object.keys(member).length;
  if (count === 0) return html`<span class="tree-name">${name}</span> <span class="quiet">${say('empty')}</span>`;
  return html`<details open=${depth < OPEN}>
    <summary><span class="tree-name">${name}</span> <span class="quiet">${counted(Array.isArray(member), count)}</span></summary>
    <${Branch} value=${member} depth=${depth + 1} />
  </details>`;
}

function counted(isList: boolean, count: number): string {
  if (count === 1) return say(isList ? 'item' : 'field');
  return say(isList ? 'items' : 'fields', { count });
}

function Leaf({ value }: { readonly value: unknown }) {
  if (value === null || value === undefined) return html`<span class="quiet">${say('none')}</span>`;
  return html`<code>${typeof value === 'string' ? value : JSON.stringify(value)}</code>`;
}
