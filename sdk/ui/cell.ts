import { Badge } from './badge.ts';
import type { ListEntry, Schema } from './catalog.ts';
import { day, number, shortId, words } from './format.ts';
import { type ComponentChildren, html } from './html.ts';
import { say } from './messages.ts';
import { Time } from './time.ts';

/** A value as its schema says what it is. */
export function shownValue(value: unknown, name: string, schema: Schema | undefined): ComponentChildren {
  if (value === null || value === undefined || value === '') return html`<span class="quiet">${say('none')}</span>`;
  if (typeof value === 'boolean') return say(value ? 'field.yes' : 'field.no');
  if (typeof value === 'number') return number(value);
  if (Array.isArray(value)) return listed(value, name, schema);
  if (typeof value === 'object') return html`<pre class="json">${JSON.stringify(value, null, 2)}</pre>`;
  return textOf(String(value), name, bare(schema));
}

/** A field that may be null is what it is otherwise. */
export function bare(schema: Schema | undefined): Schema | undefined {
  const choices = schema?.anyOf?.filter(({ type }) => type !== 'null');
  return choices?.length === 1 ? choices[0] : schema;
}

/** How a column stands: numbers under one another. */
export function isNumeric(name: string, schema: Schema | undefined): boolean {
  const { type } = bare(schema) ?? {};
  return type === 'integer' || type === 'number' || /(^|_)(amount|percent|quantity|price|total)$/.test(name);
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
const DAY = /^\d{4}-\d\d-\d\d$/;
const DECIMAL = /^-?\d+(\.\d+)?$/;

function textOf(text: string, name: string, schema: Schema | undefined): ComponentChildren {
  if (name === 'status' || name === 'outcome') return html`<${Badge} status=${text} />`;
  // Whatever looks like a time and is none is shown as it is.
  if (TIME.test(text) && !Number.isNaN(Date.parse(text))) return html`<${Time} at=${text} />`;
  if (DAY.test(text)) return day(text);
  if (name === 'id' || name.endsWith('_id') || /_(digest|hash)$/.test(name)) return html`<code title=${text}>${shortId(text)}</code>`;
  if (isNumeric(name, schema) && DECIMAL.test(text)) return number(text);
  return text;
}

function listed(values: readonly unknown[], name: string, schema: Schema | undefined): ComponentChildren {
  if (values.length === 0) return html`<span class="quiet">${say('none')}</span>`;
  if (values.every((value) => typeof value === 'string'))
    return values.map((value) => (/(roles|approvals)$/.test(name) ? words(value) : value)).join(', ');
  const [first] = values;
  if (typeof first !== 'object' || first === null) return values.join(', ');
  const columns = Object.keys(first).filter((column) => column !== 'id');
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${words(name)}><table class="small">
    <thead><tr>${columns.map((column) => html`<th scope="col" key=${column}>${words(column)}</th>`)}</tr></thead>
    <tbody>${(values as readonly Readonly<Record<string, unknown>>[]).map(
      (row, index) =>
        html`<tr key=${index}>${columns.map((column) => html`<td key=${column}>${shownValue(row[column], column, schema?.items?.properties?.[column])}</td>`)}</tr>`,
    )}</tbody></table></div>`;
}

const MOST_COLUMNS = 7;
/** What tells things apart comes first, and when it was last. */
const FIRST = ['id', 'number', 'name', 'title', 'handle'];
const LAST = ['status', 'created_at', 'at'];

/** The columns of a table that nobody has chosen: fields that fit into a cell. */
export function columnsOf(list: Pick<ListEntry, 'columns' | 'item'>, example: Readonly<Record<string, unknown>> | undefined): readonly string[] {
  if (list.columns) return list.columns;
  const { properties } = list.item ?? {};
  const fits = properties
    ? Object.keys(properties).filter((name) => !['object', 'array'].includes(String(bare(properties[name])?.type)) && !bare(properties[name])?.anyOf)
    : Object.keys(example ?? {}).filter((name) => typeof example?.[name] !== 'object');
  const middle = fits.filter((name) => ![...FIRST, ...LAST, 'version', 'tenant_id', 'updated_at'].includes(name));
  const first = FIRST.filter((name) => fits.includes(name));
  const last = LAST.filter((name) => fits.includes(name));
  return [...first, ...middle.slice(0, MOST_COLUMNS - first.length - last.length), ...last];
}

/** `/x/{id}` as a title of one: what people call it, or its id. */
export function nameOfItem(item: Readonly<Record<string, unknown>>): string {
  const found = ['number', 'name', 'title', 'handle', 'account', 'company', 'target', 'action']
    .map((name) => item[name])
    .find((value) => typeof value === 'string');
  return typeof found === 'string' ? found : shortId(String(item.id ?? ''));
}
