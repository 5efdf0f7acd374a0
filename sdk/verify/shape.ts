import { fromBase64 } from './bytes.ts';
import type { Json, JsonObject } from './json.ts';

/** Hands a value on as what it was found to be. @throws TypeError naming the path */
export type Shape<T extends Json> = (value: Json, path: string) => T;

export type Of<S> = S extends Shape<infer T> ? T : never;

type Shapes = Readonly<Record<string, Shape<Json>>>;
type Members<S extends Shapes> = { readonly [K in keyof S]: Of<S[K]> };

/** An object with exactly these members; those of `more` may be absent. */
export function object<S extends Shapes>(members: S): Shape<Members<S>>;
export function object<S extends Shapes, M extends Shapes>(members: S, more: M): Shape<Members<S> & Partial<Members<M>>>;
export function object<S extends Shapes, M extends Shapes>(members: S, more?: M): Shape<Members<S> & Partial<Members<M>>> {
  const all = new Map<string, Shape<Json>>([...Object.entries(members), ...Object.entries(more ?? {})]);
  return (value, path) => {
    const found = record(anything)(value, path);
    const missing = Object.keys(members).find((name) => !Object.hasOwn(found, name));
    if (missing !== undefined) throw new TypeError(`${path} has no ${missing}`);
    for (const [name, member] of Object.entries(found)) {
      const shape = all.get(name);
      if (!shape) throw new TypeError(`${path} has the unknown member ${JSON.stringify(name.slice(0, 100))}`);
      shape(member, memberPath(path, name));
    }
    // Every member was just looked at, and none is missing or unknown.
    return found as Members<S> & Partial<Members<M>>;
  };
}

/** Of an object these members, whatever else it has. */
export function columns<S extends Shapes>(members: S): Shape<Members<S>> {
  const shape = object(members);
  return (value, path) => {
    const found = record(anything)(value, path);
    const own = Object.entries(found).filter(([name]) => Object.hasOwn(members, name));
    return shape(Object.fromEntries(own), path);
  };
}

export function list<T extends Json>(item: Shape<T>, most = MOST): Shape<readonly T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) throw new TypeError(`${path} is no list`);
    if (value.length > most) throw new TypeError(`${path} has ${value.length} items, at most ${most} are read`);
    return value.map((found: Json, index) => item(found, `${path}[${index}]`));
  };
}

/** So many items a list has at most. */
const MOST = 200_000;

/** An object with any names. */
export function record<T extends Json>(item: Shape<T>): Shape<{ readonly [name: string]: T }> {
  return (value, path) => {
    if (!isObject(value)) throw new TypeError(`${path} is no object`);
    for (const [name, found] of Object.entries(value)) item(found, memberPath(path, name));
    return value as { readonly [name: string]: T };
  };
}

export function nullable<T extends Json>(shape: Shape<T>): Shape<T | null> {
  return (value, path) => (value === null ? null : shape(value, path));
}

export function oneOf<const T extends string | boolean>(...values: readonly T[]): Shape<T> {
  return (value, path) => {
    const found = values.find((known) => known === value);
    if (found === undefined) throw new TypeError(`${path} is none of ${values.join(', ')}`);
    return found;
  };
}

export function matching(pattern: RegExp, what: string): Shape<string> {
  return (value, path) => {
    const found = text(value, path);
    if (!pattern.test(found)) throw new TypeError(`${path} is no ${what}`);
    return found;
  };
}

export const anything: Shape<Json> = (value) => value;

export const text: Shape<string> = (value, path) => {
  if (typeof value !== 'string') throw new TypeError(`${path} is no text`);
  return value;
};

export const flag: Shape<boolean> = (value, path) => {
  if (typeof value !== 'boolean') throw new TypeError(`${path} is neither true nor false`);
  return value;
};

/** From 0, exact. */
export const count: Shape<number> = (value, path) => {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw new TypeError(`${path} is no whole number`);
  return value;
};

/** From 1, exact. */
export const positive: Shape<number> = (value, path) => {
  if (value === 0) throw new TypeError(`${path} is not from 1`);
  return count(value, path);
};

export const hash: Shape<string> = (value, path) => {
  const found = text(value, path);
  if (fromBase64(found).length !== 32) throw new TypeError(`${path} is no SHA-256 in base64`);
  return found;
};

export const hex = matching(/^[0-9a-f]{64}$/, 'SHA-256 in lowercase hex');
export const commitment = matching(/^[A-Za-z0-9_-]{43}$/, 'commitment');
export const name = matching(/^[^\p{Cc}]{1,500}$/u, 'name of 1 to 500 characters without control characters');

/** In one spelling but for zeros at its end. Arithmetic with longer ones would take as long as a file likes. */
export const decimal = matching(/^-?(0|[1-9][0-9]{0,98})(\.[0-9]{1,100})?$/, 'decimal as "12.50", of at most 100 digits before and after its point');

/** A day of the calendar, in one spelling: they sort as texts. */
export const day: Shape<string> = (value, path) => {
  const found = text(value, path);
  const isDay = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(found) && new Date(`${found}T00:00:00.000Z`).toJSON()?.slice(0, 10) === found;
  if (!isDay) throw new TypeError(`${path} is no day as 2026-01-31`);
  return found;
};

export const month = matching(/^[0-9]{4}-(0[1-9]|1[0-2])$/, 'month as 2026-01');

/** RFC 3339, UTC, with milliseconds: in this one spelling, times sort as texts. */
export const time: Shape<string> = (value, path) => {
  const found = text(value, path);
  const isTime =
    /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{12}Z$/.test(found) && !Number.isNaN(Date.parse(found)) && new Date(found).toISOString() === found;
  if (!isTime) throw new TypeError(`${path} is no time as 2026-01-31T12:00:00.000Z`);
  return found;
};

function memberPath(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
