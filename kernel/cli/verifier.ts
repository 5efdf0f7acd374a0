import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { CliError } from './cli-error.ts';

/** The auditor's page: what `summit verify` does, in a browser, from one file that needs no network. */
export function addVerifierCommand(program: Command): void {
  program
    .command('verifier')
    .description('write the verifier as one page that works offline, from a disk')
    .option('--out <file>', 'where to', 'verify.html')
    .addHelpText('after', '\nThe same version gives the same bytes, so its digest can be compared.\n\nExample:\n  summit verifier --out verify.html')
    .action(async ({ out }: { out: string }) => {
      const { buildVerifier } = await import('./verifier-page.ts');
      const page = await buildVerifier();
      try {
        writeFileSync(out, page);
      } catch (error) {
        throw new CliError(3, `${out} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
      }
      process.stdout.write(`${createHash('sha256').update(page).digest('hex')}  ${out}\n`);
    });
}
