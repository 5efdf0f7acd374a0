import { isObject, matching, object, type PlanError } from '../../sdk/rating/check.ts';
import { isPlan, type Line, planErrors, quantityErrors, ratePlan } from '../../sdk/rating/index.ts';
import { readBytes } from './read-file.ts';

export interface RatedFiles {
  /** Null where a file is wrong. */
  readonly rated: { readonly lines: readonly Line[]; readonly total: string } | null;
  /** For people: every error, or the meters that were ignored. */
  readonly notes: readonly string[];
}

/** Rates the usage in one file by the plan in another. @throws CliError where one cannot be read */
export async function rateFiles(planPath: string, usagePath: string): Promise<RatedFiles> {
  const plan = await foundIn(planPath, JSON.parse, isPlan, planErrors);
  const usage = await foundIn(usagePath, parseAsWritten, isUsage, usageErrors);
  if (plan.value === null || usage.value === null) return { rated: null, notes: [...plan.errors, ...usage.errors] };
  const { lines, total, ignored } = ratePlan(plan.value, usage.value.quantities);
  return { rated: { lines, total }, notes: ignored.map((meter) => `note: ${JSON.stringify(meter)} is ignored: the plan does not charge it`) };
}

/** Without a value there is an error. */
interface Found<T> {
  readonly value: T | null;
  readonly errors: readonly string[];
}

/** Many times the length of any plan. */
const LONGEST = 4 * 1_048_576;

async function foundIn<T>(
  path: string,
  parse: (text: string) => unknown,
  isWanted: (value: unknown) => value is T,
  errorsOf: (value: unknown) => readonly PlanError[],
): Promise<Found<T>> {
  const text = (await readBytes(path, { longest: LONGEST, exitCode: 3 })).toString();
  try {
    const value = parse(text);
    if (isWanted(value)) return { value, errors: [] };
    return { value: null, errors: errorsOf(value).map((error) => `${path}: ${error.path} ${error.message}`) };
  } catch (error) {
    return { value: null, errors: [`${path} is no JSON: ${error instanceof Error ? error.message : String(error)}`] };
  }
}

/** Numbers become the text that they are written with, which is exact where the number might not be. */
function parseAsWritten(text: string): unknown {
  return JSON.parse(text, (_, value: unknown, { source }: { source?: string } = {}) => (typeof value === 'number' ? source : value));
}

/** A month says nothing of the price, so that it may be left out. */
const usageFile = object({ quantities: quantityErrors }, { period: matching(/^[0-9]{4}-(0[1-9]|1[0-2])$/, 'must be a month such as 2026-11') });

function usageErrors(value: unknown): readonly PlanError[] {
  return isObject(value) ? usageFile(value, '') : [{ path: '(usage)', message: 'must be an object' }];
}

function isUsage(value: unknown): value is { readonly quantities: Readonly<Record<string, string>> } {
  return usageErrors(value).length === 0;
}
