import { useId } from 'preact/hooks';
import { getAll, type ListPage } from './api.ts';
import type { Schema } from './catalog.ts';
import { bare } from './cell.ts';
import { choicesOf, type FieldError, type FieldKind, type FieldValue, type FormValues, initialValues, kindOf } from './form-values.ts';
import { words } from './format.ts';
import { type ComponentType, html } from './html.ts';
import { Icon } from './icon.ts';
import { apiPath } from './links.ts';
import { say } from './messages.ts';
import { useResource } from './resource.ts';
import { textOf } from './typed.ts';
import type { Item } from './view.ts';

/** What a pack says of a field that its schema does not. */
export interface FieldView {
  readonly label?: string;
  readonly hint?: string;
  /** Not asked for, and not sent. */
  readonly hidden?: true;
  /** A value, or what works it out when the form is shown. */
  readonly initial?: unknown;
  /** In words what a field of one value has, where that is worth showing. */
  readonly fixed?: string;
  /** The values to choose from, where the schema does not list them, or what works them out; or where the tenant's data has them. Of a list of texts several may be chosen. */
  readonly options?: readonly Option[] | (() => readonly Option[]) | OptionSource;
}

/** A list of the API, read to its end, and the choices that its items make. */
export interface OptionSource {
  readonly path: string;
  readonly of: (list: Item) => readonly Option[];
}

/** One of several values to choose from, as it is sent and as it is read. */
export interface Option {
  readonly value: string;
  readonly text: string;
}

interface FieldProps {
  readonly name: string;
  /** As the API names it in its errors. */
  readonly path: string;
  readonly schema: Schema;
  readonly required: boolean;
  readonly value: FieldValue;
  readonly errors: readonly FieldError[];
  readonly view?: FieldView | undefined;
  readonly onChange: (value: FieldValue) => void;
}

/** One field of a form: its name, what it is, what is wrong with it, and the native control for it. */
export function Field(props: FieldProps) {
  const { name, path, schema, required, errors, view = {} } = props;
  const id = useId();
  const kind = kindOf(schema);
  if (view.hidden) return null;
  const Own = isSeveral(kind, view) ? Several : OWN[kind];
  if (Own) return html`<${Own} ...${props} />`;
  const error = errors.find((found) => found.path === path);
  const hint = view.hint ?? sentence(schema.description ?? bare(schema)?.description);
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ') || undefined;
  const control = { id, name: path, 'aria-describedby': described, 'aria-invalid': error ? 'true' : undefined };
  const label = view.label ?? words(name);
  if (kind === 'flag') return html`<${Flag} ...${props} id=${id} control=${control} error=${error} label=${label} hint=${hint} />`;
  return html`<div class=${error ? 'field invalid' : 'field'}>
    <label for=${id}>${label}${!required && html` <span class="quiet">(${say('field.optional')})</span>`}</label>
    ${hint && html`<p class="hint" id=${`${id}-hint`}>${hint}</p>`}
    ${error && html`<p class="error" id=${`${id}-error`}>${label} ${error.message}</p>`}
    <${Control} kind=${kind} control=${control} ...${props} />
  </div>`;
}

type FlagProps = Pick<FieldProps, 'value' | 'onChange'> & {
  readonly id: string;
  readonly control: Readonly<Record<string, unknown>>;
  readonly error: FieldError | undefined;
  readonly label: string;
  readonly hint: string | undefined;
};

function Flag({ id, control, error, label, hint, value, onChange }: FlagProps) {
  return html`<div class=${error ? 'field flag invalid' : 'field flag'}>
    <label><input type="checkbox" ...${control} checked=${value === true} onChange=${(event: Event) => onChange(checkedOf(event))} /> ${label}</label>
    ${hint && html`<p class="hint" id=${`${id}-hint`}>${hint}</p>`}
    ${error && html`<p class="error" id=${`${id}-error`}>${label} ${error.message}</p>`}
  </div>`;
}

/** Nothing to choose: said where it is worth saying. */
function Fixed({ name, view = {} }: FieldProps) {
  return view.fixed === undefined ? null : html`<div class="field"><p class="label">${view.label ?? words(name)}</p><p>${view.fixed}</p></div>`;
}

/** Of the formats for which a browser has a keyboard of its own. */
const INPUT_TYPES: Readonly<Record<string, string>> = { email: 'email', uri: 'url' };

function Control(props: FieldProps & { readonly kind: ReturnType<typeof kindOf>; readonly control: Readonly<Record<string, unknown>> }) {
  const { kind, control, schema, view, onChange } = props;
  const value = String(props.value);
  const onInput = (event: Event) => onChange(textOf(event));
  const only = bare(schema) ?? schema;
  if (view?.options && 'path' in view.options) return html`<${Choices} ...${props} source=${view.options} />`;
  const options = optionsOf(view) ?? choicesOf(only)?.map((choice) => ({ value: choice, text: words(choice) }));
  if (options) return html`<${Select} control=${control} options=${options} value=${value} onChange=${onChange} />`;
  if (kind === 'long-text' || kind === 'json')
    return html`<textarea ...${control} rows="4" maxlength=${only.maxLength} value=${value} onInput=${onInput}></textarea>`;
  if (kind === 'time') return html`<input type="datetime-local" ...${control} value=${value} onInput=${onInput} />`;
  const numeric = kind === 'number' || kind === 'decimal';
  return html`<input
    type=${INPUT_TYPES[only.format ?? ''] ?? 'text'}
    inputmode=${kind === 'number' ? 'numeric' : kind === 'decimal' ? 'decimal' : undefined}
    class=${numeric ? 'short' : ''}
    autocomplete="off"
    maxlength=${only.maxLength}
    ...${control}
    value=${value}
    onInput=${onInput}
  />`;
}

/** Those that need not be asked for. */
function optionsOf({ options }: FieldView = {}): readonly Option[] | undefined {
  if (typeof options === 'function') return options();
  return options && 'path' in options ? undefined : options;
}

/** A list of which the view says what there is to choose from. */
function isSeveral(kind: FieldKind, view: FieldView): boolean {
  return kind === 'json' && optionsOf(view) !== undefined;
}

function Choices({ source, ...props }: FieldProps & { readonly source: OptionSource; readonly control: Readonly<Record<string, unknown>> }) {
  const { value, error } = useResource<ListPage<Item>>(apiPath(source.path), { read: getAll<Item> });
  // Whoever may not read the choices may still know one.
  if (error)
    return html`<input type="text" ...${props.control} value=${String(props.value)} onInput=${(event: Event) => props.onChange(textOf(event))} />`;
  const options = value ? source.of({ ...value }) : [];
  return html`<${Select} control=${props.control} options=${options} value=${String(props.value)} onChange=${props.onChange} />`;
}

interface SelectProps {
  readonly control: Readonly<Record<string, unknown>>;
  readonly options: readonly Option[];
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function Select({ control, options, value, onChange }: SelectProps) {
  const known = value === '' || options.some((option) => option.value === value);
  return html`<select ...${control} value=${value} onChange=${(event: Event) => onChange(textOf(event))}>
    <option value="">${say('field.choose')}</option>
    ${!known && html`<option value=${value}>${value}</option>`}
    ${options.map((option) => html`<option key=${option.value} value=${option.value} selected=${option.value === value}>${option.text}</option>`)}
  </select>`;
}

/** A list of texts, each of them an option. */
function Several({ name, path, required, value, errors, view, onChange }: FieldProps) {
  const options = optionsOf(view) ?? [];
  const chosen: readonly unknown[] = typeof value === 'string' && value !== '' ? JSON.parse(value) : [];
  const error = errors.find((found) => found.path === path || found.path.startsWith(`${path}.`));
  const toggle = (event: Event, option: string) => {
    const isChosen = checkedOf(event);
    const values = options.map((one) => one.value).filter((one) => (one === option ? isChosen : chosen.includes(one)));
    onChange(JSON.stringify(values));
  };
  return html`<fieldset class=${error ? 'field invalid' : 'field'}>
    <legend>${view?.label ?? words(name)}${!required && html` <span class="quiet">(${say('field.optional')})</span>`}</legend>
    ${view?.hint && html`<p class="hint">${view.hint}</p>`}
    ${error && html`<p class="error">${error.message}</p>`}
    <div class="checks">${options.map(
      ({ value: option, text }) =>
        html`<label key=${option}><input type="checkbox" name=${path} checked=${chosen.includes(option)} onChange=${(event: Event) => toggle(event, option)} /> ${text}</label>`,
    )}</div>
  </fieldset>`;
}

/** A list of small objects, each a row of fields. */
function Rows({ name, path, schema, required, value, errors, view, onChange }: FieldProps) {
  const rows = Array.isArray(value) ? (value as readonly FormValues[]) : [];
  const item = bare(schema)?.items ?? {};
  const own = errors.find((found) => found.path === path);
  const replace = (index: number, field: string, changed: FieldValue) =>
    onChange(rows.map((row, position) => (position === index ? { ...row, [field]: changed } : row)));
  return html`<fieldset class="rows">
    <legend>${view?.label ?? words(name)}${!required && html` <span class="quiet">(${say('field.optional')})</span>`}</legend>
    ${view?.hint && html`<p class="hint">${view.hint}</p>`}
    ${own && html`<p class="error">${own.message}</p>`}
    ${rows.map(
      (row, index) => html`<div class="row" key=${index}>
        ${Object.entries(item.properties ?? {}).map(
          ([field, fieldSchema]) => html`<${Field}
            key=${field}
            name=${field}
            path=${`${path}.${index}.${field}`}
            schema=${fieldSchema}
            required=${item.required?.includes(field) ?? false}
            value=${row[field] ?? ''}
            errors=${errors}
            onChange=${(changed: FieldValue) => replace(index, field, changed)}
          />`,
        )}
        <button type="button" class="button quiet" onClick=${() => onChange(rows.filter((_, position) => position !== index))}>${say('field.remove')}</button>
      </div>`,
    )}
    <button type="button" class="button" name=${path} onClick=${() => onChange([...rows, initialValues(item)])}><${Icon} name="plus" /> ${say('field.add')}</button>
  </fieldset>`;
}

/** Those that are more than a name and a control. */
const OWN: Partial<Readonly<Record<FieldKind, ComponentType<FieldProps>>>> = { fixed: Fixed, rows: Rows };

/** What a schema says of a field goes on from its name; in a form it stands by itself. */
function sentence(description: string | undefined): string | undefined {
  return description && description.charAt(0).toUpperCase() + description.slice(1);
}

function checkedOf(event: Event): boolean {
  return event.target instanceof HTMLInputElement && event.target.checked;
}
