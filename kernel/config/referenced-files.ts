import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Puts in the place of each `{"$file": "<path from this file>"}` the JSON of that file, so that a price plan can be a file of its own.
 * What it says is then part of the tenant file: it is applied with it, and its digest is on record.
 * @param path of the file that the value is from @param errors is told of what cannot be read
 */
export function withFiles(value: unknown, path: string, errors: string[]): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => withFiles(item, path, errors));
  if ('$file' in value && typeof value.$file === 'string' && Object.keys(value).length === 1) return fileAt(value.$file, path, errors);
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withFiles(member, path, errors)]));
}

function fileAt(name: string, from: string, errors: string[]): unknown {
  const path = resolve(dirname(from), name);
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as unknown;
  } catch (error) {
    errors.push(`${from}: $file ${name}: ${(error as Error).message}`);
    return null;
  }
}
