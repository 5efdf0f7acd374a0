import type { TSchema } from '../sdk/index.ts';
import { errorsIn } from './validation.ts';

/** What is read of a schema to make a value of it. */
interface Described {
  readonly type?: string;
  readonly examples?: readonly unknown[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly anyOf?: readonly Described[];
  readonly oneOf?: readonly Described[];
  readonly properties?: Readonly<Record<string, Described>>;
  readonly required?: readonly string[];
  readonly items?: Described;
  readonly minItems?: number;
  readonly minLength?: number;
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
}

/** Inputs that the schema takes: nothing at all, those that it names as examples, and the smallest that can be made of it. None where none can. */
export function sampleInputs(schema: TSchema & Described): readonly object[] {
  const samples = [{}, ...(schema.examples ?? []), smallestOf(schema)].filter(isObject);
  const distinct = samples.filter((sample, index) => samples.findIndex((other) => isSame(other, sample)) === index);
  return distinct.filter((sample) => isValid(schema, sample));
}

/** The smallest value that can be made of a schema; of its examples, constants and defaults the first, where it names any. It need not be valid. */
export function smallestOf(schema: Described): unknown {
  const [named] = [...(schema.examples ?? []), schema.const, schema.default, ...(schema.enum ?? [])].filter((value) => value !== undefined);
  if (named !== undefined) return named;
  const branches = schema.anyOf ?? schema.oneOf;
  if (branches) return branches.map(smallestOf).find((value, index) => isValid(branches[index] ?? {}, value));
  switch (schema.type) {
    case 'object':
      return Object.fromEntries((schema.required ?? []).map((name) => [name, smallestOf(schema.properties?.[name] ?? {})]));
    case 'array':
      return Array.from({ length: schema.minItems ?? 0 }, () => smallestOf(schema.items ?? {}));
    case 'string':
      return textOf(schema);
    case 'integer':
    case 'number':
      return schema.minimum ?? (schema.exclusiveMinimum === undefined ? 0 : Math.floor(schema.exclusiveMinimum) + 1);
    case 'boolean':
      return false;
    default:
      return null;
  }
}

/** What texts with a pattern or a format mostly are. */
const USUAL = [
  ...['x', 'X', '1', '1.00', 'USD', '2026-01', '2026-01-31', '2026-01-31T12:00:00.000Z', '12:00', 'P1D', '0123456789abcdef'],
  ...['someone@example.com', 'https://example.com', 'example.com', '127.0.0.1', '00000000-0000-7000-8000-000000000000', 'a'.repeat(64)],
];

function textOf(schema: Described): string {
  const plain = 'x'.repeat(Math.max(1, schema.minLength ?? 1));
  if (schema.pattern === undefined && schema.format === undefined) return plain;
  return [plain, ...USUAL].find((text) => isValid(schema, text)) ?? plain;
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
