import { BuildError, type Opa } from './opa.ts';

/** A Rego test as `opa test` ran it. */
export interface TestCase {
  readonly file: string;
  /** The path of the rule: `high_risk/operations_test/test_valid_request`. */
  readonly entrypoint: string;
  readonly outcome: 'passes' | 'fails' | 'is skipped';
}

interface Reported {
  readonly location: { readonly file: string };
  readonly package: string;
  readonly name: string;
  readonly fail?: boolean;
  readonly error?: object;
  readonly skip?: boolean;
}

/** Every test in a folder, sorted by its path. OPA counts one that is undefined as failed. */
export function runCases(opa: Opa, folder: string): TestCase[] {
  const { stdout, output } = opa.try(folder, ['test', '-b', '.', '-f', 'json']);
  if (stdout.trim() === '') throw new BuildError(`opa test failed:\n${output}`);
  const reported: readonly Reported[] | null = JSON.parse(stdout);
  return (reported ?? [])
    .map((test) => ({
      file: test.location.file,
      entrypoint: `${test.package.replace(/^data\./, '').replaceAll('.', '/')}/${test.name}`,
      outcome: outcomeOf(test),
    }))
    .sort((a, b) => (a.entrypoint < b.entrypoint ? -1 : 1));
}

function outcomeOf({ fail, error, skip }: Reported): TestCase['outcome'] {
  if (skip) return 'is skipped';
  return fail || error ? 'fails' : 'passes';
}
