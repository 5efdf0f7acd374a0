import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { Problem, type Static, type TSchema } from '../sdk/index.ts';
import { didYouMean } from '../sdk/known-keys.ts';

export interface FieldError {
  readonly path: string;
  readonly message: string;
}

/**
 * A schema is not itself checked against the meta-schema: that costs a tenth of a second of every start, and TypeBox's
 * types and Ajv's strict mode refuse what is no schema.
 */
const OPTIONS = { allErrors: true, useDefaults: true, validateSchema: false, verbose: true } as const;

/** What schemas say beside what they check. */
const ANNOTATIONS = ['x-summit-values'];

/** Bodies and configuration are taken as they are; what stands in a URL is text and is converted. */
const strict = addFormats.default(new Ajv2020(OPTIONS).addVocabulary(ANNOTATIONS));
const converting = addFormats.default(new Ajv2020({ ...OPTIONS, coerceTypes: true }).addVocabulary(ANNOTATIONS));

const compiled = { body: new WeakMap<object, ValidateFunction>(), url: new WeakMap<object, ValidateFunction>() };

/** Every error of a value against its schema, each naming its field; none where it is valid. */
export function errorsIn(schema: object, value: unknown, from: 'body' | 'url' = 'body'): readonly FieldError[] {
  const cache = compiled[from];
  let validate = cache.get(schema);
  if (!validate) {
    validate = (from === 'body' ? strict : converting).compile(schema);
    cache.set(schema, validate);
  }
  return validate(value) ? [] : eachOnce(causesAmong(validate.errors ?? []).map(fieldError));
}

/** Every error of what came from outside: against its schema, or in what can be kept of it. */
export function validityErrors(schema: object, value: unknown, from: 'body' | 'url' = 'body'): readonly FieldError[] {
  const found = errorsIn(schema, value, from);
  return found.length > 0 ? found : unstorableIn(value);
}

/** The refusal that lists every error. */
export function invalidInput(errors: readonly FieldError[]): Problem {
  return new Problem('invalid-input', inWords(errors), { errors });
}

export function inWords(errors: readonly FieldError[]): string {
  return errors.map(({ path, message }) => `${path} ${message}`).join('; ');
}

/** @throws Problem `invalid-input`, listing every error */
export function assertValid<Schema extends TSchema>(schema: Schema, value: unknown, from: 'body' | 'url' = 'body'): asserts value is Static<Schema> {
  const errors = validityErrors(schema, value, from);
  if (errors.length > 0) throw invalidInput(errors);
}

function eachOnce(errors: readonly FieldError[]): readonly FieldError[] {
  return errors.filter(({ path, message }, index) => errors.findIndex((other) => other.path === path && other.message === message) === index);
}

/** Deeper JSON is nobody's, and what reads it recursively would run out of stack. */
const MAX_DEPTH = 64;

/** What JSON can carry and PostgreSQL, or canonical JSON, cannot. */
function unstorableIn(value: unknown): readonly FieldError[] {
  const found: FieldError[] = [];
  collectUnstorable(value, [], found);
  return found;
}

/** @param at the names on the way to the value, of which a path is made only where something is wrong: it nearly never is */
function collectUnstorable(value: unknown, at: string[], found: FieldError[]): void {
  const message = whyUnstorable(value, at.length);
  if (message !== null) found.push({ path: at.join('.') || '(body)', message });
  // Bytes are stored as they are.
  else if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)) {
    for (const [name, member] of Object.entries(value)) {
      at.push(name);
      if (!isText(name)) found.push({ path: at.join('.'), message: NO_TEXT });
      collectUnstorable(member, at, found);
      at.pop();
    }
  }
}

const NO_TEXT = 'must hold no NUL and no lone surrogate';

function whyUnstorable(value: unknown, depth: number): string | null {
  if (depth > MAX_DEPTH) return `must not be nested deeper than ${MAX_DEPTH}`;
  if (typeof value === 'number' && !Number.isFinite(value)) return 'is too large a number';
  return typeof value === 'string' && !isText(value) ? NO_TEXT : null;
}

function isText(value: string): boolean {
  return !value.includes('\0') && value.isWellFormed();
}

/**
 * `anyOf` fails once for itself and once for each branch: its description says what is wrong or, where it has none, the branches do.
 * Where a field says which branch is meant, that one alone does.
 */
function causesAmong(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const unions = errors.filter(({ keyword }) => keyword === 'anyOf');
  const meant = new Map(unions.map((whole) => [whole, branchMeantBy(whole)]));
  const described = unions.filter((whole) => !meant.get(whole) && (descriptionOf(whole) !== undefined || tagOf(whole) !== undefined));
  const isBranch = ({ schemaPath, instancePath }: ErrorObject) =>
    unions.some((whole) => {
      const isIn = instancePath.startsWith(whole.instancePath) && schemaPath.startsWith(`${whole.schemaPath}/`);
      const branch = meant.get(whole);
      return isIn && (branch ? !schemaPath.startsWith(`${whole.schemaPath}/${branch}/`) : described.includes(whole));
    });
  const isCause = (error: ErrorObject) => !ALTERNATIVES.has(error.keyword) && !isBranch(error) && !isNullBranch(error, errors);
  const causes = errors.filter((error) => described.includes(error) || isCause(error));
  // What fails is never let through for want of words.
  return causes.length > 0 ? causes : errors;
}

/** The field that is another constant in every branch of a union of objects, as `model` is in those of a price. */
function tagOf({ schema, data }: ErrorObject): string | undefined {
  if (!Array.isArray(schema) || typeof data !== 'object' || data === null || Array.isArray(data)) return undefined;
  const [first] = schema as readonly Branch[];
  return Object.keys(first?.properties ?? {}).find((name) => schema.every((branch: Branch) => branch.properties?.[name]?.const !== undefined));
}

interface Branch {
  readonly properties?: Readonly<Record<string, { readonly const?: unknown }>>;
}

/** Its index, as a schema path has it. */
function branchMeantBy(whole: ErrorObject): string | undefined {
  const tag = tagOf(whole);
  if (tag === undefined) return undefined;
  const index = tagsOf(whole, tag).indexOf((whole.data as Readonly<Record<string, unknown>>)[tag]);
  return index < 0 ? undefined : String(index);
}

function tagsOf({ schema }: ErrorObject, tag: string): readonly unknown[] {
  return (schema as readonly Branch[]).map(({ properties }) => properties?.[tag]?.const);
}

const ALTERNATIVES: ReadonlySet<string> = new Set(['anyOf', 'oneOf']);

/** What may be null and is something else is judged by what else it may be. */
function isNullBranch({ keyword, params, instancePath }: ErrorObject, errors: readonly ErrorObject[]): boolean {
  return keyword === 'type' && params.type === 'null' && errors.some((whole) => whole.keyword === 'anyOf' && whole.instancePath === instancePath);
}

function descriptionOf({ parentSchema }: ErrorObject): string | undefined {
  return typeof parentSchema?.description === 'string' ? parentSchema.description : undefined;
}

function fieldError(error: ErrorObject): FieldError {
  const { instancePath, keyword, params, message = 'is not valid' } = error;
  const parent = instancePath.slice(1).replaceAll('/', '.');
  const at = (name: string) => (parent === '' ? name : `${parent}.${name}`);
  if (keyword === 'required') return { path: at(String(params.missingProperty)), message: 'is required' };
  if (keyword === 'additionalProperties') return unknownField(error, at(String(params.additionalProperty)));
  if (keyword === 'enum') return { path: parent || '(body)', message: `must be one of ${(params.allowedValues as unknown[]).join(', ')}` };
  if (keyword === 'const') return { path: parent || '(body)', message: `must be ${String(params.allowedValue)}` };
  if (keyword === 'anyOf') return unionError(error, parent);
  if (keyword === 'pattern' && params.pattern === '\\S') return { path: parent, message: 'must not be blank' };
  // A regular expression is no explanation, where there is one.
  const said = keyword === 'pattern' || keyword === 'format' ? descriptionOf(error) : undefined;
  return { path: parent || '(body)', message: said === undefined ? message : `is not valid: ${said}` };
}

function unknownField({ params, parentSchema }: ErrorObject, path: string): FieldError {
  const known = Object.keys((parentSchema?.properties as object | undefined) ?? {});
  return { path, message: `is not a known field${didYouMean(String(params.additionalProperty), known)}` };
}

function unionError(error: ErrorObject, path: string): FieldError {
  const tag = tagOf(error);
  if (tag === undefined) return { path: path || '(body)', message: `must be ${descriptionOf(error)}` };
  return { path: path === '' ? tag : `${path}.${tag}`, message: `must be one of ${tagsOf(error, tag).join(', ')}` };
}
