import { copyFileSync, globSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BuildError, type Opa } from './opa.ts';

/** A folder below `policies/` with a rule that is annotated as entrypoint. Files are relative to `policies/`. */
export interface PolicySource {
  readonly id: string;
  readonly version: string;
  readonly entrypoint: string;
  /** Rego and data of the policy, and the libraries it reaches. */
  readonly files: readonly string[];
  readonly tests: readonly string[];
  readonly testEntrypoints: readonly string[];
}

interface Inspection {
  readonly namespaces: Readonly<Record<string, readonly string[]>>;
  readonly annotations?: readonly {
    readonly annotations: {
      readonly scope: string;
      readonly entrypoint?: boolean;
      readonly custom?: { readonly version?: string };
    };
    readonly location: { readonly file: string };
    readonly path: readonly { readonly value: string }[];
  }[];
}

interface TestCase {
  readonly location: { readonly file: string };
  readonly package: string;
  readonly name: string;
}

/** Every file that OPA reads, sorted, relative to `policies/`. */
export function listFiles(policies: string): string[] {
  return globSync('**/{*.rego,data.json}', { cwd: policies, exclude: ['compiled/**', 'build/**'] })
    .map((file) => file.replaceAll('\\', '/'))
    .sort();
}

/** Copies files aside, so that OPA sees those alone and by the same relative names wherever it runs. */
export function stage(policies: string, files: readonly string[], folder: string): void {
  for (const file of files) {
    mkdirSync(join(folder, dirname(file)), { recursive: true });
    copyFileSync(join(policies, file), join(folder, file));
  }
}

/**
 * The policies among the staged files, sorted by id.
 * @throws BuildError when one has no version or no tests, or its package more than one entrypoint
 */
export function findPolicies(opa: Opa, staged: string): PolicySource[] {
  const files = listFiles(staged);
  const inspection: Inspection = JSON.parse(opa.run(staged, ['inspect', '-a', '-f', 'json', '.']));
  // Lists the failing ones too: whether they pass is for `opa test` and the compiled tests to say.
  const cases: readonly TestCase[] | null = JSON.parse(opa.try(staged, ['test', '-b', '.', '-f', 'json']).stdout);
  const annotations = inspection.annotations ?? [];

  const policies = annotations
    .filter(({ annotations: { entrypoint } }) => entrypoint)
    .map(({ path, location }): PolicySource => {
      const names = path.slice(1).map(({ value }) => value);
      const id = names.slice(0, -1).join('.');
      const about = annotations.find((other) => other.annotations.scope === 'package' && dotted(other.path) === id);
      const version = about?.annotations.custom?.version;
      if (!version) throw new BuildError(`${location.file}: the METADATA of package ${id} needs custom.version`);

      const own = files.filter((file) => file.startsWith(`${dirname(location.file)}/`));
      const tests = own.filter(isTest);
      const testEntrypoints = (cases ?? [])
        .filter(({ location: { file } }) => tests.includes(file))
        .map((test) => `${test.package.replace(/^data\./, '').replaceAll('.', '/')}/${test.name}`)
        .sort();
      if (testEntrypoints.length === 0) throw new BuildError(`${location.file}: the policy ${id} has no tests`);
      return {
        id,
        version,
        entrypoint: names.join('/'),
        files: withLibraries(
          staged,
          own.filter((file) => !isTest(file)),
          inspection.namespaces,
        ),
        tests,
        testEntrypoints,
      };
    })
    .sort((a, b) => (a.id < b.id ? -1 : 1));

  const twice = policies.find((policy, index) => policy.id === policies[index + 1]?.id);
  if (twice) throw new BuildError(`package ${twice.id} has more than one entrypoint`);
  return policies;
}

/** The files and, through all they mention, those of `data.lib`. */
function withLibraries(staged: string, files: readonly string[], namespaces: Inspection['namespaces']): string[] {
  const reached = new Set(files);
  for (const file of reached) {
    const text = readFileSync(join(staged, file), 'utf8');
    for (const [name, members] of Object.entries(namespaces)) {
      if (!name.startsWith('data.lib.') || !text.includes(name)) continue;
      for (const member of members) if (!isTest(member)) reached.add(member);
    }
  }
  return [...reached].sort();
}

export function isTest(file: string): boolean {
  return file.endsWith('_test.rego');
}

function dotted(path: readonly { readonly value: string }[]): string {
  return path
    .slice(1)
    .map(({ value }) => value)
    .join('.');
}
