import type { Command } from 'commander';
import { perform } from './client.ts';

/** What is loaded, and what is not and why. */
export function addPacksCommand(program: Command): void {
  program
    .command('packs')
    .description('list the packs, the tenants that have them, and those that failed with the reason')
    .option('--json', 'print {"packs": [{"id", "version", "title", "enabled_for"}], "failed": [{"id", "reason"}]}')
    .addHelpText('after', '\nExample:\n  summit packs --json\n\nExits with 1 where a pack has failed.')
    .action(async ({ json }: { json?: boolean }) => {
      const answer = await perform('packs', {});
      const lines = answer.packs.map(({ id, version, enabled_for }) => `${id} ${version}: ${enabled_for.join(', ') || 'no tenant has it'}\n`);
      process.stdout.write(json ? `${JSON.stringify(answer)}\n` : lines.join(''));
      for (const { id, reason } of answer.failed) process.stderr.write(`${id} failed and is disabled: ${reason}\n`);
      if (answer.failed.length > 0) process.exitCode = 1;
    });
}
