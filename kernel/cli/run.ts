import type { Command } from 'commander';
import { CliError } from './cli-error.ts';
import { perform } from './client.ts';

/** The jobs that the schedule runs, when somebody cannot wait. */
export function addRunCommand(program: Command): void {
  program
    .command('run')
    .argument('<job>', 'metering or rating')
    .description('run a job of the schedule now: count usage into readings, or rate a period and draft its invoice')
    .option('--day <day>', 'of metering: the day whose readings are printed, such as 2026-11-22')
    .option('--period <month>', 'of rating: the period, such as 2026-11')
    .option('--tenant <id>', 'this tenant alone')
    .addHelpText(
      'after',
      `
Examples:
  summit run metering --day 2026-11-22
  summit run rating --period 2026-11 --tenant demo-external`,
    )
    .action(async (name: string, { day, period, tenant }: { day?: string; period?: string; tenant?: string }) => {
      if (day === undefined && period === undefined) throw new CliError(2, 'say for which --day, of metering, or --period, of rating');
      const asked = {
        name,
        ...(day === undefined ? {} : { day }),
        ...(period === undefined ? {} : { period }),
        ...(tenant === undefined ? {} : { tenant }),
      };
      const answer = await perform('runJob', asked);
      process.stdout.write(`${JSON.stringify(answer, null, 2)}\n`);
      if (answer.runs.some((run) => 'error' in run)) process.exitCode = 1;
    });
}
