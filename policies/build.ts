/**
 * `node policies/build.ts` compiles every policy to WebAssembly and writes `manifest.json`;
 * with `--check` it writes nothing, and fails on anything that is not clean, tested and compiled as committed.
 */
import { cpSync, existsSync, globSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { compileAll, withFolder } from './build/compile.ts';
import { BuildError, findOpa, type Opa } from './build/opa.ts';
import { isTest, listFiles, stage } from './build/sources.ts';

const POLICIES = import.meta.dirname;
/** Of the lines of each file that is not a test, in percent. */
const MIN_COVERAGE = 95;

interface Coverage {
  readonly files: Readonly<Record<string, { readonly coverage?: number }>>;
}

function build(opa: Opa, staged: string): void {
  withFolder((fresh) => {
    const { bundles } = compileAll(opa, staged, fresh);
    rmSync(join(POLICIES, 'compiled'), { recursive: true, force: true });
    cpSync(fresh, POLICIES, { recursive: true });
    for (const { id, version, digest, tests } of bundles) {
      console.log(`${id} ${version} ${digest} (${tests.entrypoints.length} tests)`);
    }
  });
}

/** All that is wrong, in words. */
function check(opa: Opa, staged: string): string[] {
  return [
    ...complaints(opa, staged, ['fmt', '--list', '--fail', '.'], 'not formatted as opa fmt does'),
    ...untested(opa, staged),
    ...stale(opa, staged),
  ];
}

function complaints(opa: Opa, staged: string, args: readonly string[], what: string): string[] {
  const { ok, output } = opa.try(staged, args);
  return ok ? [] : [`${what}:\n${output.trimEnd()}`];
}

/** OPA counts a test that is undefined as failed. */
function untested(opa: Opa, staged: string): string[] {
  const failing = complaints(opa, staged, ['test', '-b', '.'], 'tests fail');
  return failing.length > 0 ? failing : uncovered(opa, staged);
}

function uncovered(opa: Opa, staged: string): string[] {
  const report: Coverage = JSON.parse(opa.run(staged, ['test', '-b', '.', '--coverage', '-f', 'json']));
  return listFiles(staged)
    .filter((file) => file.endsWith('.rego') && !isTest(file))
    .flatMap((file) => {
      const percent = report.files[file]?.coverage ?? 0;
      console.log(`${file}: ${percent.toFixed(1)} % covered`);
      return percent < MIN_COVERAGE ? [`${file} is covered to ${percent.toFixed(1)} %, less than ${MIN_COVERAGE} %`] : [];
    });
}

function stale(opa: Opa, staged: string): string[] {
  return withFolder((fresh) => {
    compileAll(opa, staged, fresh);
    return [...new Set([...outputs(fresh), ...outputs(POLICIES)])]
      .sort()
      .filter((file) => !sameBytes(join(fresh, file), join(POLICIES, file)))
      .map((file) => `policies/${file} is not what the sources compile to: run npm run policies:build`);
  });
}

function outputs(folder: string): string[] {
  return globSync(['manifest.json', 'compiled/*'], { cwd: folder }).map((file) => file.replaceAll('\\', '/'));
}

function sameBytes(a: string, b: string): boolean {
  return existsSync(a) && existsSync(b) && readFileSync(a).equals(readFileSync(b));
}

function main(args: readonly string[]): number {
  const opa = findOpa(POLICIES);
  return withFolder((staged) => {
    stage(POLICIES, listFiles(POLICIES), staged);
    opa.run(staged, ['check', '--strict', '-b', '.']);
    if (!args.includes('--check')) {
      build(opa, staged);
      return 0;
    }
    const wrong = check(opa, staged);
    for (const line of wrong) console.error(line);
    return wrong.length === 0 ? 0 : 1;
  });
}

try {
  process.exitCode = main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof BuildError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
