import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCompiledTests } from '../compiled-tests.ts';
import { withSources } from './build-policies.ts';
import { compileAll } from './compile.ts';
import { disagreements } from './engines.ts';
import type { Opa } from './opa.ts';
import { isTest, type Staged, withFolder } from './stage.ts';

/** Of the lines of each file that is not a test, in percent. */
const MIN_COVERAGE = 95;

export interface CheckReport {
  /** All that is wrong, in words. */
  readonly complaints: readonly string[];
  readonly coverage: readonly FileCoverage[];
}

interface FileCoverage {
  readonly file: string;
  readonly percent: number;
}

/**
 * Whether a folder of policies is clean, tested, the same in both engines, and compiled as it stands. Writes nothing.
 * @throws OpaMissing; BuildError for Rego that does not compile
 */
export function checkPolicies(folder: string): Promise<CheckReport> {
  return withSources(folder, (opa, staged, cases) =>
    withFolder(async (fresh) => {
      await compileAll(opa, staged, cases, fresh);
      const failing = failures(opa, staged, ['test', '-b', '.'], 'tests fail');
      // OPA measures what passing tests cover, and nothing else.
      const coverage = failing.length > 0 ? [] : coverageOf(opa, staged);
      return {
        complaints: [
          ...failures(opa, staged, ['fmt', '--list', '--fail', '.'], 'not formatted as opa fmt does'),
          ...failing,
          ...disagreements(cases, await runCompiledTests(fresh)),
          ...uncovered(coverage),
          ...stale(folder, fresh),
        ],
        coverage,
      };
    }),
  );
}

function failures(opa: Opa, staged: Staged, args: readonly string[], what: string): string[] {
  const { ok, output } = opa.try(staged.folder, args);
  return ok ? [] : [`${what}:\n${output.trimEnd()}`];
}

function coverageOf(opa: Opa, staged: Staged): FileCoverage[] {
  const report: { readonly files: Readonly<Record<string, { readonly coverage?: number }>> } = JSON.parse(
    opa.run(staged.folder, ['test', '-b', '.', '--coverage', '-f', 'json']),
  );
  return staged.own.filter((file) => file.endsWith('.rego') && !isTest(file)).map((file) => ({ file, percent: report.files[file]?.coverage ?? 0 }));
}

function uncovered(coverage: readonly FileCoverage[]): string[] {
  return coverage
    .filter(({ percent }) => percent < MIN_COVERAGE)
    .map(({ file, percent }) => `${file} is covered to ${percent.toFixed(1)} %, less than ${MIN_COVERAGE} %`);
}

function stale(folder: string, fresh: string): string[] {
  return [...new Set([...outputs(fresh), ...outputs(folder)])]
    .sort()
    .filter((file) => !sameBytes(join(fresh, file), join(folder, file)))
    .map((file) => `${file} is not what the sources compile to: run summit policy build`);
}

function outputs(folder: string): string[] {
  return globSync(['manifest.json', 'compiled/*'], { cwd: folder }).map((file) => file.replaceAll('\\', '/'));
}

function sameBytes(a: string, b: string): boolean {
  return existsSync(a) && existsSync(b) && readFileSync(a).equals(readFileSync(b));
}
