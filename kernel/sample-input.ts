import type { TSchema } from '../sdk/index.ts';
import { errorsIn } from './validation.ts';

/** What is read of a schema to make a value of it. */
interface Described {
  readonly type?: string;
  readonly examples?: readonly unknown[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Described[];
  readonly properties?: Readonly<Record<string, Described>>;
  readonly required?: readonly string[];
  readonly items?: Described;
  readonly minItems?: number;
  readonly minLength?: number;
  readonly minimum?: number;
}

/** Inputs that the schema takes: nothing at all, those that it names as examples, and the smallest that can be made of it. None where none can. */
export function sampleInputs(schema: TSchema & Described): readonly object[] {
  const samples = [{}, ...(schema.examples ?? []), smallestOf(schema)].filter(isObject);
  const distinct = samples.filter((sample, index) => samples.findIndex((other) => isSame(other, sample)) === index);
  return distinct.filter((sample) => isValid(schema, sample));
}

function smallestOf(schema: Described): unknown {
  const [named] = [...(schema.examples ?? []), ...(schema.const === undefined ? [] : [schema.const]), ...(schema.enum ?? [])];
  if (named !== undefined) return named;
  if (schema.anyOf) return schema.anyOf.map(smallestOf).find((value, index) => isValid(schema.anyOf?.[index] ?? {}, value));
  switch (schema.type) {
    case 'object':
      return Object.fromEntries((schema.required ?? []).map((name) => [name, smallestOf(schema.properties?.[name] ?? {})]));
    case 'array':
      return Array.from({ length: schema.minItems ?? 0 }, () => smallestOf(schema.items ?? {}));
    case 'string':
      return 'x'.repeat(Math.max(1, schema.minLength ?? 1));
    case 'integer':
    case 'number':
      return schema.minimum ?? 0;
    case 'boolean':
      return false;
    default:
      return null;
  }
}

function isValid(schema: object, value: unknown): boolean {
  // What is checked is given its defaults.
  return errorsIn(schema, structuredClone(value)).length === 0;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
