import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/**
 * The variables with each secret that is given as a file: orchestrators mount secrets, and what lies in a variable is seen by whoever
 * may look at the process. A line break at the end of a file is not part of the secret.
 * @param names of what may be given so, by `<name>_FILE` @param errors is told of what is given twice, cannot be read, or is empty
 */
export function withSecretFiles(variables: NodeJS.ProcessEnv, names: readonly string[], root: string, errors: string[]): NodeJS.ProcessEnv {
  return { ...variables, ...Object.fromEntries(names.flatMap((name) => fromFile(name, variables, root, errors))) };
}

function fromFile(name: string, variables: NodeJS.ProcessEnv, root: string, errors: string[]): readonly (readonly [string, string])[] {
  const variable = `${name}_FILE`;
  const file = variables[variable];
  if (!file) return [];
  if (variables[name]) {
    errors.push(`environment: ${name} and ${variable} are both set: leave one of them out`);
    return [];
  }
  const path = resolve(root, file);
  try {
    const secret = readFileSync(path, 'utf8').trim();
    if (secret !== '') return [[name, secret]];
    errors.push(`environment: ${variable}: ${path} is empty`);
  } catch (error) {
    errors.push(`environment: ${variable}: ${path} cannot be read: ${(error as Error).message}`);
  }
  return [];
}
