import { type Command, Option } from 'commander';
import type { LookBackOptions } from './look-back.ts';

/** The commands that look back at all that was decided. */
export function addPolicyRunCommands(policy: Command): void {
  addSharedOptions(policy.command('replay'))
    .description('make all stored decisions again, each by the very bundle that made it, and compare')
    .addHelpText(
      'after',
      `
Exit codes: 0 all come out the same · 1 one does not, or the run failed · 2 usage · 3 cannot reach what it needs · 130 interrupted

Examples:
  summit policy replay
  summit policy replay --tenant demo-external --since 2026-01-01T00:00:00Z --json
  summit policy replay --tenant demo-external --resume 01985c3e-7d1a-7e2b-9c4f-1a2b3c4d5e6f`,
    )
    .action((options: LookBackOptions, command: Command) => run('replay', options, command));

  addSharedOptions(policy.command('backtest'))
    .description('try compiled policies on all stored decisions, and show which would come out otherwise; switches nothing on')
    .addOption(new Option('--candidate <dir>', 'a folder of compiled policies, as summit policy build leaves it').conflicts('resume'))
    .addHelpText(
      'after',
      `
Exit codes: 0 it ran · 1 the candidate is refused, or the run failed · 2 usage · 3 cannot reach what it needs · 130 interrupted

Examples:
  summit policy build packs/acme/policies && summit policy backtest --candidate packs/acme/policies
  summit policy backtest --candidate packs/acme/policies --tenant demo-external --since 2026-01-01T00:00:00Z --json
  summit policy backtest --tenant demo-external --resume 01985c3e-7d1a-7e2b-9c4f-1a2b3c4d5e6f`,
    )
    .action((options: LookBackOptions, command: Command) => {
      if (!options.candidate && !options.resume) command.error("error: required option '--candidate <dir>' not specified");
      return run('backtest', options, command);
    });
}

function addSharedOptions(command: Command): Command {
  return command
    .addOption(new Option('--since <time>', 'decisions made from then on; without it, all').conflicts('resume'))
    .option('--tenant <id>', 'one tenant; without it, all in turn')
    .option('--resume <run>', 'go on with a run that was cut off, or watch one that is underway; needs --tenant')
    .option('--json', 'print {"tenant": …, "status": …, "report": …}; in an array unless one run is asked for');
}

/** Loaded only now: neither the server nor other commands need any of it. */
async function run(kind: 'replay' | 'backtest', options: LookBackOptions, command: Command): Promise<void> {
  const { resume, tenant, since } = options;
  if (resume && !tenant) command.error("error: option '--resume <run>' needs option '--tenant <id>'");
  const [{ Id, Timestamp }, { errorsIn }, { lookBack }] = await Promise.all([
    import('../../sdk/schema.ts'),
    import('../validation.ts'),
    import('./look-back.ts'),
  ]);
  const invalid = (option: string, value: string, wanted: string) =>
    command.error(`error: option '${option}' argument '${value}' is invalid. It must be ${wanted}.`);
  if (since !== undefined && errorsIn(Timestamp, since).length > 0) {
    invalid('--since <time>', since, 'a time by RFC 3339, such as 2026-01-31T00:00:00Z');
  }
  if (resume !== undefined && errorsIn(Id, resume).length > 0) invalid('--resume <run>', resume, 'the id of a run');
  await lookBack(kind, options);
}
