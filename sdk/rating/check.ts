/** What is wrong with which field. `path` is that of the field, `charges.0.tiers.1.up_to`; the message reads on from it. */
export interface PlanError {
  readonly path: string;
  readonly message: string;
}

/** Every error of a value. */
export type Check = (value: unknown, path: string) => readonly PlanError[];

type Checks = Readonly<Record<string, Check>>;

/** An object with exactly these fields; those of `optional` may be absent. */
export function object(required: Checks, optional: Checks = {}): Check {
  const known = new Map([...Object.entries(required), ...Object.entries(optional)]);
  return (value, path) => {
    if (!isObject(value)) return [{ path, message: 'must be an object' }];
    const missing = Object.keys(required).filter((name) => !Object.hasOwn(value, name));
    return [
      ...missing.map((name) => ({ path: at(path, name), message: 'is required' })),
      ...Object.entries(value).flatMap(([name, field]) => {
        const check = known.get(name);
        return check ? check(field, at(path, name)) : [{ path: at(path, name), message: 'is not a known field' }];
      }),
    ];
  };
}

/** An object with any names. */
export function record(item: Check): Check {
  return (value, path) => {
    if (!isObject(value)) return [{ path, message: 'must be an object' }];
    return Object.entries(value).flatMap(([name, field]) => item(field, at(path, name)));
  };
}

/** A list of at most so many. `whole` looks at the items beside one another. */
export function list(item: Check, most: number, whole: (items: readonly unknown[], path: string) => readonly PlanError[]): Check {
  return (value, path) => {
    if (!Array.isArray(value)) return [{ path, message: 'must be a list' }];
    if (value.length > most) return [{ path, message: `must have at most ${most} items` }];
    return [...value.flatMap((found: unknown, index) => item(found, at(path, String(index)))), ...whole(value, path)];
  };
}

export function nullable(check: Check): Check {
  return (value, path) => (value === null ? [] : check(value, path));
}

export function matching(pattern: RegExp, message: string): Check {
  return (value, path) => (typeof value === 'string' && pattern.test(value) ? [] : [{ path, message }]);
}

export const anything: Check = () => [];

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @throws TypeError naming the fields */
export function assertNone(errors: readonly PlanError[]): void {
  if (errors.length === 0) return;
  const said = errors.slice(0, MOST_SAID).map(({ path, message }) => `${path} ${message}`);
  throw new TypeError([...said, ...(errors.length > MOST_SAID ? [`and ${errors.length - MOST_SAID} more errors`] : [])].join('; '));
}

const MOST_SAID = 20;

function at(path: string, name: string): string {
  // A name that nobody has checked yet may hold what a terminal obeys.
  const step = /^\w{1,100}$/.test(name) ? name : JSON.stringify(name.slice(0, 100)).replace(/[\p{Cc}\p{Cf}]/gu, '?');
  return path === '' ? step : `${path}.${step}`;
}
