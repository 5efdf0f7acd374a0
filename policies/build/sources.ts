import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TestCase } from './cases.ts';
import { BuildError, type Opa } from './opa.ts';
import { isLibrary, isTest, listFiles, type Staged } from './stage.ts';

/** Rego and data that are compiled together with their tests. Files are relative to the folder of policies. */
export interface TestedSources {
  readonly files: readonly string[];
  readonly tests: readonly string[];
  readonly testEntrypoints: readonly string[];
}

/** A folder with a rule that is annotated as entrypoint; its files are its own and those of the libraries it reaches. */
export interface PolicySource extends TestedSources {
  readonly id: string;
  readonly version: string;
  readonly entrypoint: string;
}

interface Inspection {
  readonly namespaces: Readonly<Record<string, readonly string[]>>;
  readonly annotations?: readonly Annotated[];
}

interface Annotated {
  readonly annotations: {
    readonly scope: string;
    readonly entrypoint?: boolean;
    readonly custom?: { readonly version?: string };
  };
  readonly location: { readonly file: string };
  readonly path: readonly { readonly value: string }[];
}

/**
 * The policies among the staged files, sorted by id.
 * @throws BuildError when there is none, or one has no version, no tests, a package that its folder is not named after, or more than one entrypoint
 */
export function findPolicies(opa: Opa, staged: Staged, cases: readonly TestCase[]): PolicySource[] {
  const { annotations = [], namespaces }: Inspection = JSON.parse(opa.run(staged.folder, ['inspect', '-a', '-f', 'json', '.']));
  const policies = annotations
    .filter(({ annotations: { entrypoint } }) => entrypoint)
    .map((rule): PolicySource => {
      const { file } = rule.location;
      const names = namesOf(rule);
      const path = names.slice(0, -1);
      const id = path.join('.');
      if (dirname(file) !== path.join('/')) throw new BuildError(`${file}: the package ${id} belongs into the folder ${path.join('/')}`);
      const own = staged.own.filter((other) => other.startsWith(`${dirname(file)}/`));
      const tested = withTests(own, cases);
      if (tested.testEntrypoints.length === 0) throw new BuildError(`${file}: the policy ${id} has no tests`);
      return {
        id,
        version: versionOf(annotations, id, file),
        entrypoint: names.join('/'),
        ...tested,
        files: withLibraries(staged.folder, tested.files, namespaces),
      };
    })
    .sort((a, b) => (a.id < b.id ? -1 : 1));

  if (policies.length === 0) throw new BuildError('there is no policy: no rule is annotated with `entrypoint: true`');
  const twice = policies.find((policy, index) => policy.id === policies[index + 1]?.id);
  if (twice) throw new BuildError(`package ${twice.id} has more than one entrypoint`);
  return policies;
}

/** The libraries with the tests that the folder brings for them, or null: a library has no entrypoint that would lead to its tests. */
export function findLibraries({ folder, own }: Staged, cases: readonly TestCase[]): TestedSources | null {
  const { tests, testEntrypoints } = withTests(own.filter(isLibrary), cases);
  if (testEntrypoints.length === 0) return null;
  return { files: listFiles(folder).filter((file) => isLibrary(file) && !isTest(file)), tests, testEntrypoints };
}

function withTests(own: readonly string[], cases: readonly TestCase[]): TestedSources {
  const tests = own.filter(isTest);
  return {
    files: own.filter((file) => !isTest(file)),
    tests,
    testEntrypoints: cases.filter(({ file }) => tests.includes(file)).map(({ entrypoint }) => entrypoint),
  };
}

function versionOf(annotations: readonly Annotated[], id: string, file: string): string {
  const about = annotations.find((other) => other.annotations.scope === 'package' && namesOf(other).join('.') === id);
  const version = about?.annotations.custom?.version;
  if (!version) throw new BuildError(`${file}: the METADATA of package ${id} needs custom.version`);
  return version;
}

/** The files and, through all they mention, those of `data.lib`. */
function withLibraries(folder: string, files: readonly string[], namespaces: Inspection['namespaces']): string[] {
  const libraries = Object.entries(namespaces).filter(([name]) => name.startsWith('data.lib.'));
  const reached = new Set(files);
  for (const file of reached) {
    const text = readFileSync(join(folder, file), 'utf8');
    for (const [name, members] of libraries) {
      if (!mentions(text, name)) continue;
      for (const member of members) if (!isTest(member)) reached.add(member);
    }
  }
  return [...reached].sort();
}

/** Whole names only: `data.lib.role` is not meant by `data.lib.roles`. */
function mentions(text: string, name: string): boolean {
  return new RegExp(`\\b${name.replaceAll('.', '\\.')}\\b`).test(text);
}

/** The path of an annotated thing, without `data`. */
function namesOf({ path }: Annotated): string[] {
  return path.slice(1).map(({ value }) => value);
}
