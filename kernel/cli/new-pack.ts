import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { CliError } from './cli-error.ts';
import { packEntry } from './pack-entry.ts';

const SDK_PACKAGE = fileURLToPath(new URL('../../sdk/dist', import.meta.url));

/** The beginning of a pack: what it writes is a whole one, whose tests pass. */
export function addNewPackCommand(program: Command): void {
  program
    .command('new-pack')
    .argument('<id>', 'what the pack is called, such as equipment-loans')
    .description('make a pack that works: an entity, an action, a policy with its tests, a list, a dashboard; needs opa to compile the policy')
    .option('--out <dir>', 'the folder to make; packs/<id> unless said')
    .option('--json', 'print {"folder": …, "files": […]}')
    .addHelpText(
      'after',
      `
Examples:
  summit new-pack equipment-loans
  summit new-pack equipment-loans --out ../equipment-loans && summit pack test ../equipment-loans`,
    )
    .action(async (id: string, { out, json }: { out?: string; json?: boolean }) => {
      const { faultInId, isFree, writePack } = await import('./pack-template.ts');
      const fault = faultInId(id);
      if (fault !== null) throw new CliError(2, fault);
      const folder = resolve(out ?? join('packs', id));
      if (!isFree(folder)) throw new CliError(2, `${folder} is there already: name another folder with --out`);
      const files = writePack(id, folder);
      const shown = relative(process.cwd(), folder) || '.';
      process.stdout.write(json ? `${JSON.stringify({ folder, files })}\n` : files.map((file) => `${join(shown, file)}\n`).join(''));
      await compile(join(folder, 'policies'), shown);
      const config = process.env.SUMMIT_CONFIG || 'config/summit.json';
      process.stderr.write(nextSteps({ id, folder, shown, config }));
    });
}

/** @throws CliError with what is left to do, where there is no OPA */
async function compile(policies: string, shown: string): Promise<void> {
  const [{ buildPolicies }, { OpaMissing }] = await Promise.all([
    import('../../policies/build/build-policies.ts'),
    import('../../policies/build/opa.ts'),
  ]);
  try {
    await buildPolicies(policies);
  } catch (error) {
    if (!(error instanceof OpaMissing)) throw error;
    throw new CliError(
      3,
      `the pack is written, and its policy is not compiled yet: ${error.message}\nThen: npx summit policy build ${shown}/policies`,
    );
  }
}

interface Made {
  readonly id: string;
  readonly folder: string;
  /** The folder, from where the command runs. */
  readonly shown: string;
  /** The file of the configuration, likewise. */
  readonly config: string;
}

function nextSteps({ id, folder, shown, config }: Made): string {
  return `
Test it:      npx summit pack test ${shown}
Types for it: ${typesFor(folder, shown)}
Load it:      add "${packEntry(folder, config)}" to "packs" of ${config}
Switch it on: "${id}": { "enabled": true } under "packs" of a file in config/tenants, or PUT /tenants/<tenant>/packs/${id}
Then ${shown}/README.md, and docs/packs.md of Summit.
`;
}

/** An editor finds the SDK of the checkout by itself for what lies within. */
function typesFor(folder: string, shown: string): string {
  if (!shown.startsWith('..')) return 'they are there, in the checkout';
  return `npm run sdk:build && (cd ${shown} && npm install --save-dev ${relative(folder, SDK_PACKAGE)})`;
}
