import type { Command } from 'commander';
import type { Config } from '../config/config.ts';
import { ConfigError } from '../config/config-error.ts';
import { dataDirOf } from '../config/data-dir.ts';
import type { Finding } from '../doctor/finding.ts';
import { VERSION } from '../version.ts';
import { CliError } from './cli-error.ts';
import { configuration, perform } from './client.ts';
import { runningServer } from './server-file.ts';

const MARKS = { ok: 'ok', warning: 'warning', failed: 'FAILED', unreachable: 'UNREACHABLE' } satisfies Record<Finding['status'], string>;

/** Checks a deployment and says what to mend. */
export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .description('check this deployment, and say what to mend; changes nothing')
    .option('--json', 'print {"ok", "findings": [{"check", "status", "detail", "mend"}]}')
    .addHelpText(
      'after',
      '\nThe configuration is judged as a start would read it now. A server that runs on the data directory is asked about its database, packs and\n' +
        'logs; where none runs, they are opened and left as they are.\n\nExits with 1 where a check failed, else with 3 where something does not answer.\n\n' +
        'Example:\n  NODE_ENV=production summit doctor',
    )
    .action(async ({ json }: { json?: boolean }) => {
      const findings = await examined();
      const has = (status: Finding['status']) => findings.some((finding) => finding.status === status);
      if (json) process.stdout.write(`${JSON.stringify({ ok: !has('failed') && !has('unreachable'), findings })}\n`);
      else process.stdout.write(findings.map(lineOf).join(''));
      if (has('failed')) process.exitCode = 1;
      else if (has('unreachable')) process.exitCode = 3;
    });
}

async function examined(): Promise<readonly Finding[]> {
  const { findingsOf } = await import('../doctor/finding.ts');
  const { ok, failed } = findingsOf('configuration');
  const server = runningServer(dataDirOf(process.env, process.cwd()));
  const config = await configuration().catch((error: unknown) => {
    if (error instanceof ConfigError) return error;
    throw error;
  });
  if (config instanceof ConfigError) {
    const faults = config.errors.map((error) => failed(error, 'docs/deploy.md has every variable and setting.'));
    return [...faults, ...(server ? await ofServer() : [])];
  }
  const { examineSurroundings } = await import('../doctor/surroundings.ts');
  return [
    ok(`sound, for ${config.environment.NODE_ENV}`),
    ...(await examineSurroundings(config)),
    ...(server ? await ofServer() : await opened(config)),
  ];
}

/** What the server says that has the data directory. */
async function ofServer(): Promise<readonly Finding[]> {
  const { findingsOf } = await import('../doctor/finding.ts');
  const { ok, warning, unreachable } = findingsOf('server');
  try {
    const { version, findings } = await perform('doctor', {});
    return [
      version === VERSION ? ok(`runs, version ${version}`) : warning(`runs version ${version}, and this is ${VERSION}`, 'Restart it.'),
      ...findings,
    ];
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return [unreachable(error.message, 'Wait, or restart it: its log says more.')];
  }
}

/** Where no server runs. */
async function opened(config: Config): Promise<readonly Finding[]> {
  const [{ examine }, { isUnborn, openPatient }, { findingsOf }] = await Promise.all([
    import('../doctor/examine.ts'),
    import('../doctor/patient.ts'),
    import('../doctor/finding.ts'),
  ]);
  const { ok, failed } = findingsOf('start');
  if (isUnborn(config)) return [ok('nothing was started here yet: the first start makes what is needed')];
  try {
    const patient = await openPatient(config);
    try {
      return await examine(patient);
    } finally {
      await patient.database.close();
    }
  } catch (error) {
    return [failed((error as Error).message, 'Mend what it names: with it as it is, no server starts.')];
  }
}

function lineOf({ check, status, detail, mend }: Finding): string {
  const line = `${MARKS[status].padEnd(11)} ${check}: ${detail}\n`;
  return mend === null ? line : `${line}${' '.repeat(12)}→ ${mend}\n`;
}
