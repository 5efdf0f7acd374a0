import type { TestResult } from '../compiled-tests.ts';
import type { TestCase } from './cases.ts';

/**
 * Where `opa test` and the compiled tests do not say the same of the same tests, in words.
 * A test that one engine passes and the other does not even run is such a case: nobody would notice that it never ran.
 */
export function disagreements(cases: readonly TestCase[], results: readonly TestResult[]): string[] {
  const native = new Map<string, string>(cases.map(({ entrypoint, outcome }) => [entrypoint, outcome]));
  const compiled = new Map(results.map(({ name, failure }) => [name, failure === null ? 'passes' : 'fails']));
  return [...new Set([...native.keys(), ...compiled.keys()])].sort().flatMap((name) => {
    const [first, second] = [native.get(name) ?? 'is not run', compiled.get(name) ?? 'is not run'];
    return first === second ? [] : [`${name} ${first} in opa test, but ${second} in WebAssembly`];
  });
}
