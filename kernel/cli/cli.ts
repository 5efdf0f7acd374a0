import { Command, CommanderError } from 'commander';
import { Problem } from '../../sdk/errors.ts';
import { ConfigError } from '../config/config-error.ts';
import { VERSION } from '../version.ts';
import { CliError } from './cli-error.ts';
import { configuration, perform } from './client.ts';
import { addDoctorCommand } from './doctor.ts';
import { addLogCommands } from './log.ts';
import { addNewPackCommand } from './new-pack.ts';
import { addPackCommands } from './pack.ts';
import { addPacksCommand } from './packs.ts';
import { addPolicyCommands } from './policy.ts';
import { addRateCommand } from './rate.ts';
import { addResetDemoCommand } from './reset-demo.ts';
import { addRunCommand } from './run.ts';
import { addSeedCommand } from './seed.ts';
import { takeSignals } from './signals.ts';
import { addVerifierCommand } from './verifier.ts';
import { addVerifyCommand } from './verify.ts';
import { addWitnessCommands } from './witness.ts';

// What a command runs is loaded when it runs: an auditor who verifies loads nothing of the kernel.
const program = new Command('summit')
  .description('Governed actions, and what proves them.')
  .version(VERSION)
  .exitOverride()
  .configureHelp({ showGlobalOptions: true })
  .addHelpText('after', '\nExit codes: 0 ok · 1 the check failed · 2 usage · 3 cannot reach what it needs');

program
  .command('start')
  .description('start the server; prints one line to stdout when it is ready')
  .addHelpText('after', '\nExample:\n  PORT=9000 summit start')
  .action(async () => {
    const onSignal = takeSignals();
    const [config, { openEngine }] = await Promise.all([configuration(), import('../database/engine.ts')]);
    // The embedded database opens in its thread while this one loads the kernel.
    const engine = openEngine(config.environment, config.dataDir);
    const { startSummit } = await import('../main.ts');
    const summit = await startSummit(config, { engine });
    const { log } = summit.services;
    let closing: Promise<void> | undefined;
    onSignal((signal) => {
      // At a terminal nobody has to hear of it first.
      const seconds = signal === 'SIGTERM' ? config.environment.SUMMIT_DRAIN_SECONDS : 0;
      log.info({ signal, seconds }, 'stopping: answers for so long, then takes no new requests, and those underway finish');
      const stopped = summit.leave(seconds * 1_000).then(() => {
        // Whoever stops npm at a terminal sends both signals.
        closing ??= summit.close();
        return closing;
      });
      stopped.then(
        () => process.exit(0),
        (error: unknown) => {
          log.fatal({ err: error }, 'the stop failed');
          process.exit(1);
        },
      );
    });
    // Whoever reads this may stop it at once.
    process.stdout.write(`Switchboard ready at ${summit.url}\n`);
    // Whoever comes first finds it built. What goes wrong is logged, and told to whoever asks for it.
    summit.services.switchboard.bundle().catch((error: unknown) => log.error({ err: error }, 'the Switchboard does not build'));
    if (config.seedsAtStart) void summit.services.seeding.inBackground();
  });

program
  .command('migrate')
  .description('bring the database up to this version, and apply what changed in the tenant files')
  .addHelpText('after', '\nExample:\n  DATABASE_URL=postgres://owner@db/summit summit migrate')
  .action(async () => {
    takeSignals();
    const { openKernel } = await import('../main.ts');
    const kernel = await openKernel(await configuration());
    await kernel.close();
    process.stderr.write('The database is up to date.\n');
  });

program
  .command('token')
  .description('print a bearer token for a person, good for 12 hours; works while the server runs')
  .requiredOption('--tenant <id>', 'the tenant')
  .requiredOption('--user <handle>', 'the person')
  .option('--json', 'print {"token": …}')
  .addHelpText('after', '\nExample:\n  TOKEN=$(summit token --tenant demo-external --user engineer)')
  .action(async ({ tenant, user, json }: { tenant: string; user: string; json?: boolean }) => {
    const { token } = await perform('token', { tenant, user });
    process.stdout.write(json ? `${JSON.stringify({ token })}\n` : `${token}\n`);
  });

addDoctorCommand(program);
addNewPackCommand(program);
addPacksCommand(program);
addSeedCommand(program);
addResetDemoCommand(program);
addPolicyCommands(program);
addPackCommands(program);
addLogCommands(program);
addRateCommand(program);
addRunCommand(program);
addVerifyCommand(program);
addVerifierCommand(program);
addWitnessCommands(program);

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
}

function exitCodeOf(error: unknown): number {
  // Commander has printed its message already; help and version are not errors.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  process.stderr.write(`summit: ${error instanceof Error ? error.message : String(error)}\n`);
  if (error instanceof CliError) return error.exitCode;
  if (error instanceof ConfigError) return 2;
  if (error instanceof Problem) return error.status >= 500 ? 3 : 1;
  return 3;
}
