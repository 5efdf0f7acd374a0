import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { CliError } from './cli-error.ts';
import { configuration, perform } from './client.ts';
import { tellOf } from './seed.ts';

export function addResetDemoCommand(program: Command): void {
  program
    .command('reset-demo')
    .description('delete the embedded database, its keys and its guard, all tenants with it, and seed anew; in development only')
    .option('--yes', 'do not ask')
    .addHelpText('after', '\nRefused in production, while a server runs, and for a PostgreSQL of your own.\n\nExample:\n  summit reset-demo --yes')
    .action(async ({ yes }: { yes?: boolean }) => {
      const { assertNotInProduction } = await import('../demo/not-in-production.ts');
      assertNotInProduction(process.env, 'reset');
      const config = await configuration();
      const { emptyDataDir, holdingsOf } = await import('../demo/empty-data-dir.ts');
      const holdings = holdingsOf(config);
      if (!yes && holdings.length > 0) await confirm(`This deletes ${holdings.join(', ')}: the data of every tenant, and what proves it.`);
      emptyDataDir(config);
      const { stories } = await perform('seed', {});
      tellOf(stories);
    });
}

/** @throws CliError where the answer is no, or nobody can give one */
async function confirm(what: string): Promise<void> {
  if (!process.stdin.isTTY) throw new CliError(2, `${what} Nobody can be asked here: say --yes.`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`${what} Go on? [y/N] `);
    if (!/^y(es)?$/i.test(answer.trim())) throw new CliError(1, 'nothing was deleted');
  } finally {
    terminal.close();
  }
}
