import { useId } from 'preact/hooks';
import type { ListEntry, Schema } from './catalog.ts';
import { bare } from './cell.ts';
import { choicesOf } from './form-values.ts';
import { day, words } from './format.ts';
import { html } from './html.ts';
import { Icon } from './icon.ts';
import type { Parameters } from './links.ts';
import { say } from './messages.ts';
import { Popover } from './popover.ts';
import { textOf, useTyped } from './typed.ts';

/** What every list takes beside its filters. */
const PAGING: ReadonlySet<string> = new Set(['limit', 'cursor', 'count', 'sort', 'q', 'format']);

interface FiltersProps {
  readonly list: Pick<ListEntry, 'query' | 'filters'>;
  readonly values: Readonly<Record<string, string>>;
  /** null takes a filter away. */
  readonly onChange: (changed: Parameters) => void;
  readonly titles?: Readonly<Record<string, string>>;
}

/** A list's parameters as controls, and those that are set as chips. */
export function Filters({ list, values, onChange, titles = {} }: FiltersProps) {
  const { properties = {} } = list.query;
  const offered = list.filters ?? Object.keys(properties).filter((name) => !PAGING.has(name) && isOffered(properties[name] ?? {}));
  const set = Object.keys(values).filter((name) => name in properties && !PAGING.has(name));
  const clear = () => onChange(Object.fromEntries([...set, 'q'].map((name) => [name, null])));
  return html`<div class="filters" role="search">
    ${properties.q && html`<${Search} value=${values.q ?? ''} onChange=${(q: string) => onChange({ q })} />`}
    ${offered.map(
      (name) => html`<${Filter} key=${name} title=${titles[name] ?? words(name)} schema=${properties[name] ?? {}}
        value=${values[name] ?? ''} onChange=${(value: string) => onChange({ [name]: value })} />`,
    )}
    ${
      (set.length > 0 || values.q) &&
      html`<ul class="chips" aria-label=${say('filter.active')}>
        ${set.map((name) => {
          const title = titles[name] ?? words(name);
          const shown = `${title}: ${chosenText(properties[name] ?? {}, values[name] ?? '')}`;
          return html`<li key=${name}><button type="button" class="chip" aria-label=${`${shown}. ${say('filter.remove', { name: title })}`} onClick=${() => onChange({ [name]: null })}>
            ${shown} <${Icon} name="x" /></button></li>`;
        })}
        <li><button type="button" class="link" onClick=${clear}>${say('filter.clear')}</button></li>
      </ul>`
    }
  </div>`;
}

/** Of a closed set in words, a time by its day, anything else as it is. */
function chosenText(schema: Schema, value: string): string {
  if (schema.type === 'boolean') return say(value === 'true' ? 'field.yes' : 'field.no');
  if (schema['x-summit-values'] || choicesOf(bare(schema) ?? schema)) return value.split(',').map(words).join(', ');
  return isTime(schema) && !Number.isNaN(Date.parse(value)) ? day(localDay(value)) : value;
}

/** What can be chosen or named without knowing ids. */
function isOffered(schema: Schema): boolean {
  return (
    schema['x-summit-values'] !== undefined ||
    choicesOf(bare(schema) ?? schema) !== null ||
    schema.type === 'boolean' ||
    isTime(schema) ||
    /handle/i.test(schema.description ?? '')
  );
}

function isTime({ format }: Schema): boolean {
  return format === 'date-time' || format === 'date';
}

interface FilterProps {
  readonly title: string;
  readonly schema: Schema;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function Filter({ title, schema, value, onChange }: FilterProps) {
  const id = useId();
  const several = schema['x-summit-values'];
  if (several) return html`<${Several} title=${title} choices=${several} value=${value} onChange=${onChange} />`;
  const choices = schema.type === 'boolean' ? ['true', 'false'] : choicesOf(bare(schema) ?? schema);
  const text = (choice: string) => (schema.type === 'boolean' ? say(choice === 'true' ? 'field.yes' : 'field.no') : words(choice));
  if (choices) {
    return html`<span class="filter"><label for=${id}>${title}</label><select id=${id} onChange=${(event: Event) => onChange(textOf(event))}>
      <option value="" selected=${value === ''}>${say('filter.all')}</option>
      ${choices.map((choice) => html`<option key=${choice} value=${choice} selected=${choice === value}>${text(choice)}</option>`)}
    </select></span>`;
  }
  if (isTime(schema)) {
    // While its year is typed it is a day of the first millennium.
    const onDay = (date: string) => !date.startsWith('0') && onChange(schema.format === 'date' ? date : beginningOf(date));
    return html`<span class="filter"><label for=${id}>${title}</label><${Typed} id=${id} type="date" value=${value === '' ? '' : localDay(value)} onChange=${onDay} /></span>`;
  }
  return html`<span class="filter"><label for=${id}>${title}</label><${Typed} id=${id} type="text" value=${value} onChange=${onChange} /></span>`;
}

interface TypedProps {
  readonly id: string;
  readonly type: 'text' | 'date';
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function Typed({ id, type, value, onChange }: TypedProps) {
  const [typed, setTyped] = useTyped(value);
  return html`<input id=${id} type=${type} class=${type === 'text' ? 'short' : undefined} value=${typed} onInput=${(event: Event) => setTyped(textOf(event))} onChange=${(event: Event) => onChange(textOf(event).trim())} />`;
}

/** The first moment of a day where the browser is; nothing of what is no day. */
function beginningOf(date: string): string {
  const at = new Date(`${date}T00:00`);
  return Number.isNaN(at.getTime()) ? '' : at.toISOString();
}

function localDay(value: string): string {
  if (!value.includes('T')) return value;
  const at = new Date(value);
  return `${String(at.getFullYear()).padStart(4, '0')}-${String(at.getMonth() + 1).padStart(2, '0')}-${String(at.getDate()).padStart(2, '0')}`;
}

/** Any of several values: `a,b`. */
function Several({
  title,
  choices,
  value,
  onChange,
}: {
  readonly title: string;
  readonly choices: readonly string[];
  readonly value: string;
  readonly onChange: (value: string) => void;
}) {
  const chosen = value === '' ? [] : value.split(',');
  const toggle = (choice: string) =>
    onChange(choices.filter((known) => (known === choice ? !chosen.includes(known) : chosen.includes(known))).join(','));
  const summary = html`<${Icon} name="filter" /> ${title}${chosen.length > 0 && html` <span class="count">${chosen.length}</span>`}`;
  return html`<${Popover} class="filter several" summaryClass="button quiet" summary=${summary}>
    <fieldset class="popover">
      <legend class="sr-only">${title}</legend>
      ${choices.map((choice) => html`<label key=${choice}><input type="checkbox" checked=${chosen.includes(choice)} onChange=${() => toggle(choice)} /> ${words(choice)}</label>`)}
    </fieldset>
  <//>`;
}

function Search({ value, onChange }: { readonly value: string; readonly onChange: (value: string) => void }) {
  const id = useId();
  const [typed, setTyped] = useTyped(value);
  const submit = (event: Event) => {
    event.preventDefault();
    onChange(typed.trim());
  };
  const type = (event: Event) => {
    setTyped(textOf(event));
    if (textOf(event) === '' && value !== '') onChange('');
  };
  return html`<form class="filter search" onSubmit=${submit}>
    <label for=${id} class="sr-only">${say('filter.search')}</label>
    <input id=${id} type="search" data-search placeholder=${say('filter.search')} value=${typed} maxlength="200" onInput=${type} />
  </form>`;
}
