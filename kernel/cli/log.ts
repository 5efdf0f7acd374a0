import type { Command } from 'commander';
import { perform } from './client.ts';

/** The commands for those who keep a log's keys, and for those who pin them. */
export function addLogCommands(program: Command): void {
  program
    .command('log-policy')
    .description('print the file that an auditor pins: whose signatures prove anything')
    .requiredOption('--tenant <id>', 'the tenant')
    .option('--json', 'print {"policy": …}')
    .addHelpText('after', '\nExample:\n  summit log-policy --tenant demo-external > demo-external.policy')
    .action(async ({ tenant, json }: { tenant: string; json?: boolean }) => {
      const answer = await perform('logPolicy', { tenant });
      process.stdout.write(json ? `${JSON.stringify(answer)}\n` : answer.policy);
    });

  const log = program.command('log').description("look after a tenant's log");

  log
    .command('status')
    .description('how far the log is integrated, signed and guarded')
    .requiredOption('--tenant <id>', 'the tenant')
    .addHelpText('after', '\nExample:\n  summit log status --tenant demo-external')
    .action(async ({ tenant }: { tenant: string }) => {
      const status = await perform('logStatus', { tenant });
      process.stdout.write(`${JSON.stringify(status, null, 2)}\n`);
      if (status.halted !== null) process.exitCode = 1;
    });

  log
    .command('rotate')
    .description('replace the keys: begins the next epoch of the log, under another name')
    .requiredOption('--tenant <id>', 'the tenant')
    .addHelpText(
      'after',
      '\nAuditors then need the new file of `summit log-policy`, and witnesses the new log.\n\nExample:\n  summit log rotate --tenant demo-external',
    )
    .action(({ tenant }: { tenant: string }) => beginEpoch(tenant, 'rotated'));

  log
    .command('recover')
    .description('begin the next epoch of a log that stands still, since its signer refuses what the database holds')
    .requiredOption('--tenant <id>', 'the tenant')
    .addHelpText(
      'after',
      '\nWhat was signed and is gone stays gone: the receipt of the new epoch says how much that is.\n\nExample:\n  summit log recover --tenant demo-external',
    )
    .action(({ tenant }: { tenant: string }) => beginEpoch(tenant, 'recovered'));
}

async function beginEpoch(tenant: string, reason: 'rotated' | 'recovered'): Promise<void> {
  const epoch = await perform('beginEpoch', { tenant, reason });
  process.stdout.write(`${JSON.stringify(epoch, null, 2)}\n`);
}
