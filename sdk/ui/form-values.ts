import type { Schema } from './catalog.ts';
import { bare } from './cell.ts';

/** What stands in a form's fields: texts, as they were typed. */
export type FormValues = Readonly<Record<string, FieldValue>>;
export type FieldValue = string | boolean | readonly FormValues[];

/** How a field is asked for. */
export type FieldKind = 'fixed' | 'choice' | 'flag' | 'number' | 'decimal' | 'long-text' | 'text' | 'time' | 'rows' | 'json';

const LONG_TEXT = 200;

export function kindOf(schema: Schema): FieldKind {
  const only = bare(schema) ?? schema;
  if (only.const !== undefined) return 'fixed';
  if (choicesOf(only)) return 'choice';
  if (only.type === 'string') return textKindOf(only);
  if (only.type === 'boolean') return 'flag';
  if (only.type === 'integer' || only.type === 'number') return 'number';
  if (only.type === 'array' && only.items?.type === 'object') return 'rows';
  // Money and quantities are taken as text and as numbers.
  return only.anyOf?.every(({ type }) => type === 'string' || type === 'integer' || type === 'number') ? 'decimal' : 'json';
}

function textKindOf({ format, maxLength = 0 }: Schema): FieldKind {
  if (format === 'date-time') return 'time';
  // Whatever has a format is one line, however long it may be.
  return maxLength > LONG_TEXT && format === undefined ? 'long-text' : 'text';
}

export function choicesOf(schema: Schema): readonly string[] | null {
  if (schema.enum) return schema.enum.map(String);
  if (schema.anyOf?.every((choice) => choice.const !== undefined)) return schema.anyOf.map((choice) => String(choice.const));
  return null;
}

/** What a form begins with: what is known, else what the schema says. */
export function initialValues(schema: Schema, known: Readonly<Record<string, unknown>> = {}): FormValues {
  return Object.fromEntries(Object.entries(schema.properties ?? {}).map(([name, field]) => [name, initialOf(field, known[name])]));
}

function initialOf(schema: Schema, known: unknown): FieldValue {
  const kind = kindOf(schema);
  const value = known ?? schema.default;
  if (kind === 'fixed') return String((bare(schema) ?? schema).const);
  if (kind === 'flag') return value === true;
  if (kind === 'rows') return Array.isArray(value) ? value.map((row) => initialValues(bare(schema)?.items ?? {}, row)) : [];
  if (value === null || value === undefined) return '';
  if (kind === 'time') return localTime(new Date(String(value)));
  return typeof value === 'object' ? JSON.stringify(value, null, 2) : String(value);
}

/** As the browser's control for a moment has it: in the zone of who sits before it. */
function localTime(at: Date): string {
  return Number.isNaN(at.getTime()) ? '' : new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** The input that the API takes; what was left empty is left out. @throws SyntaxError for JSON that is none */
export function inputOf(schema: Schema, values: FormValues): Readonly<Record<string, unknown>> {
  const filled = Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const value = read(field, values[name] ?? '');
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(filled);
}

function read(schema: Schema, value: FieldValue): unknown {
  const kind = kindOf(schema);
  if (kind === 'fixed') return (bare(schema) ?? schema).const;
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string') return value.length === 0 ? undefined : value.map((row) => inputOf(bare(schema)?.items ?? {}, row));
  const text = kind === 'long-text' ? value : value.trim();
  if (text.trim() === '') return undefined;
  // What is no number is sent as it is, so that the API says what is wrong with it.
  if (kind === 'number') return Number.isFinite(Number(text)) ? Number(text) : text;
  if (kind === 'time') return new Date(text).toISOString();
  return kind === 'json' ? JSON.parse(text) : text;
}

/** Of a form that changes what is there, only what was changed: what was emptied becomes null, and rows that are gone an empty list. */
export function changesOf(schema: Schema, before: FormValues, values: FormValues): Readonly<Record<string, unknown>> {
  const input = inputOf(schema, values);
  const changed = Object.keys(differing(before, values)).map((name) => [name, input[name] ?? (Array.isArray(values[name]) ? [] : null)] as const);
  return Object.fromEntries(changed);
}

/** What was emptied and cannot be, though nobody has to give it: the schema has no null for it. */
export function emptiedIn(schema: Schema, before: FormValues, values: FormValues): readonly FieldError[] {
  return Object.entries(differing(before, values))
    .filter(([, value]) => typeof value === 'string' && value.trim() === '')
    .filter(([name]) => !schema.required?.includes(name) && !takesNull(schema.properties?.[name]))
    .map(([path]) => ({ path, message: 'cannot be taken away' }));
}

/** The values that are not as they were. */
export function differing(before: FormValues, values: FormValues): FormValues {
  return Object.fromEntries(Object.entries(values).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name])));
}

function takesNull(schema: Schema | undefined): boolean {
  return schema?.anyOf?.some(({ type }) => type === 'null') ?? false;
}

export interface FieldError {
  /** As the API names it: `line_items.0.amount`. */
  readonly path: string;
  readonly message: string;
}

/** What can be said without asking: what is missing, and what is no number or time. */
export function errorsIn(schema: Schema, values: FormValues, at = ''): readonly FieldError[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const value = values[name] ?? '';
    const path = `${at}${name}`;
    const kind = kindOf(field);
    if (typeof value === 'object') return value.flatMap((row, index) => errorsIn(bare(field)?.items ?? {}, row, `${path}.${index}.`));
    if (typeof value === 'boolean') return [];
    if (value.trim() === '') return schema.required?.includes(name) ? [{ path, message: 'is required' }] : [];
    return wrong(kind, value.trim(), bare(field) ?? field).map((message) => ({ path, message }));
  });
}

function wrong(kind: FieldKind, text: string, schema: Schema): readonly string[] {
  if (kind === 'time') return Number.isNaN(Date.parse(text)) ? ['must be a time'] : [];
  if (kind === 'decimal') return /^-?\d+(\.\d+)?$/.test(text) ? [] : ['must be a number such as 1200.50'];
  if (kind === 'number') return wrongNumber(Number(text), schema);
  if (kind === 'json') return isJson(text) ? [] : ['must be JSON'];
  const { maxLength = Number.POSITIVE_INFINITY } = schema;
  return text.length > maxLength ? [`must be no longer than ${maxLength} characters`] : [];
}

function wrongNumber(value: number, { minimum, maximum }: Schema): readonly string[] {
  if (!Number.isFinite(value)) return ['must be a number'];
  if (minimum !== undefined && value < minimum) return [`must be ${minimum} or more`];
  return maximum !== undefined && value > maximum ? [`must be ${maximum} or less`] : [];
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
