import type { Command } from 'commander';

/** What-if pricing. It reads no configuration, and needs no database, no server and no network. */
export function addRateCommand(program: Command): void {
  program
    .command('rate')
    .description('what a price plan makes of a period, offline: its lines and their total, as JSON')
    .requiredOption('--plan <file>', 'a price plan, as in config/plans; - for standard input')
    .requiredOption('--usage <file>', '{"period": "2026-11", "quantities": {"policy_decisions": "12345"}}; - for standard input')
    .option('--json', 'print the JSON in one line')
    .addHelpText(
      'after',
      `
Exit codes: 0 rated · 1 the plan or the usage is wrong, and stderr says where · 2 usage · 3 a file cannot be read

Examples:
  summit rate --plan config/plans/internal-demo.json --usage november.json
  echo '{"quantities": {"policy_decisions": 12345}}' | summit rate --plan next-year.json --usage - --json`,
    )
    .action(async ({ plan, usage, json }: { plan: string; usage: string; json?: boolean }, command: Command) => {
      if (plan === '-' && usage === '-') command.error("error: only one of '--plan' and '--usage' can be standard input");
      const { rateFiles } = await import('./rate-files.ts');
      const { rated, notes } = await rateFiles(plan, usage);
      for (const note of notes) process.stderr.write(`${note}\n`);
      if (rated) process.stdout.write(`${JSON.stringify(rated, null, json ? 0 : 2)}\n`);
      else process.exitCode = 1;
    });
}
