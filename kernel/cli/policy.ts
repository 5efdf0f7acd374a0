import type { Command } from 'commander';
import { CliError } from './cli-error.ts';
import { builtFolders, policyFolder } from './policy-folder.ts';
import { addPolicyRunCommands } from './policy-runs.ts';

/** The commands for those who write policies. What they run is loaded only then: the server needs none of it. */
export function addPolicyCommands(program: Command): void {
  const policy = program.command('policy').description('work on policies');

  policy
    .command('build')
    .argument('[dir]', 'a folder of policies; without it, the configured one')
    .description('compile the policies of a folder to WebAssembly; needs opa')
    .addHelpText('after', '\nExample:\n  summit policy build packs/acme/policies')
    .action(async (dir: string | undefined) => {
      for (const { id, version, digest, tests } of await build(await policyFolder(dir))) {
        process.stdout.write(`${id} ${version} ${digest} (${tests.entrypoints.length} tests)\n`);
      }
    });

  policy
    .command('test')
    .argument('[dir]', 'a folder of compiled policies; without it, the configured one and those that packs bring')
    .description('run the compiled tests of a folder of policies; needs no opa')
    .option('--json', 'print {"passed": …, "failed": [{"name": …, "failure": …}]}')
    .addHelpText('after', '\nExample:\n  summit policy build packs/acme/policies && summit policy test packs/acme/policies')
    .action(async (dir: string | undefined, { json }: { json?: boolean }) => {
      if (!(await testPolicies(await builtFolders(dir), json))) process.exitCode = 1;
    });

  addPolicyRunCommands(policy);
}

/** Prints what failed, and how many passed. @returns whether all did @throws CliError where they were compiled from other sources than these */
export async function testPolicies(folders: readonly string[], json = false): Promise<boolean> {
  const results = [];
  for (const folder of folders) results.push(...(await test(folder)));
  const failed = results.filter(({ failure }) => failure !== null);
  const passed = results.length - failed.length;
  process.stdout.write(json ? `${JSON.stringify({ passed, failed })}\n` : failed.map(({ name, failure }) => `${name} ${failure}\n`).join(''));
  process.stderr.write(`${passed} passed, ${failed.length} failed\n`);
  return failed.length === 0;
}

async function build(folder: string) {
  const [{ buildPolicies }, { BuildError, OpaMissing }] = await Promise.all([
    import('../../policies/build/build-policies.ts'),
    import('../../policies/build/opa.ts'),
  ]);
  try {
    return (await buildPolicies(folder)).bundles;
  } catch (error) {
    if (error instanceof BuildError) throw new CliError(error instanceof OpaMissing ? 3 : 1, error.message);
    throw error;
  }
}

/** Tests that were compiled from other sources than those of today would prove nothing. */
async function test(folder: string) {
  const [{ discrepancies }, { runCompiledTests }] = await Promise.all([
    import('../../policies/discrepancies.ts'),
    import('../../policies/compiled-tests.ts'),
  ]);
  const found = discrepancies(folder);
  if (found.length > 0) throw new CliError(1, `in ${folder}, run summit policy build first:\n${found.map((line) => `  - ${line}`).join('\n')}`);
  return runCompiledTests(folder);
}
