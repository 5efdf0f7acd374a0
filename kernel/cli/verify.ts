import type { Command } from 'commander';
import type { VerifyFiles } from './verify-files.ts';

/** The auditor's command. It reads no configuration, and needs no database, no server and no network. */
export function addVerifyCommand(program: Command): void {
  program
    .command('verify')
    .argument('<bundle>', 'an evidence bundle or a population; - for standard input')
    .description('check evidence offline: that it is untouched, complete, in a log that you trust, and decided as it says')
    .requiredOption('--policy <file>', 'whom you trust, as summit log-policy prints it: get it once, by a way that you trust, and keep it')
    .option('--state <file>', 'what you remember of the logs; written where all is well')
    .option('--nonce <text>', 'what you asked for: the bundle was made for it')
    .option('--subject <id>', 'what the bundle is to be about')
    .option('--promise <file>', 'a promise that an answer gave: whether it was kept')
    .option('--json', 'print {"ok": …, "integrity": …, "completeness": …, "replay": …, "findings": …}')
    .addHelpText(
      'after',
      `
Exit codes: 0 verified · 1 not verified · 2 usage, or no such policy file · 3 the bundle cannot be read

Examples:
  summit verify evidence.json --policy demo-external.policy
  summit verify evidence.json --policy demo-external.policy --state seen.json --nonce 4711 --json`,
    )
    .action(async (bundle: string, options: Omit<VerifyFiles, 'bundle'> & { json?: boolean }) => {
      const { EvaluatorThread } = await import('./evaluator.ts');
      // It starts while the verifier is loaded and the files are read.
      const thread = new EvaluatorThread();
      try {
        const { verifyFiles } = await import('./verify-files.ts');
        const { ok, text } = await verifyFiles({ ...options, bundle }, thread.evaluate, options.json ? 'json' : 'words');
        process.stdout.write(text);
        if (!ok) process.exitCode = 1;
      } finally {
        await thread.close();
      }
    });
}
