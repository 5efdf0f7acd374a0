import { setTimeout as sleep } from 'node:timers/promises';
import { CliError } from './cli-error.ts';
import { inSession, type Session } from './client.ts';
import type { CommandResults } from './commands.ts';
import { candidatesIn } from './policy-folder.ts';
import { runText } from './policy-report.ts';
import { RunProgress } from './run-progress.ts';

const POLL_MS = 200;

export type Kind = 'replay' | 'backtest';

export interface LookBackOptions {
  readonly tenant?: string;
  readonly since?: string;
  /** A folder of compiled policies. */
  readonly candidate?: string;
  /** Id of a run. */
  readonly resume?: string;
  readonly json?: boolean;
}

/** One run that is asked for. */
interface Errand {
  readonly tenant: string;
  /** The bundle that is tried, by name and version, where that is known. */
  readonly bundle: string | null;
  /** @returns the id of a run that there is from now on, whatever becomes of this process */
  readonly begin: () => Promise<string>;
}

/** Performs the runs one after another and reports on each. @throws CliError */
export async function lookBack(kind: Kind, options: LookBackOptions): Promise<void> {
  const runs = await untilInterrupted((signal) => inSession((session) => performAll(session, kind, options, signal)));
  if (options.json) {
    const isOne = options.tenant !== undefined && runs.length === 1;
    process.stdout.write(`${JSON.stringify(isOne ? runs[0] : runs)}\n`);
  }
  const isPassed = runs.every(
    ({ status, report }) => status === 'done' && (kind === 'backtest' || Object.keys(report?.differences ?? {}).length === 0),
  );
  if (!isPassed) process.exitCode = 1;
}

async function performAll(session: Session, kind: Kind, options: LookBackOptions, signal: AbortSignal) {
  const errands = await errandsOf(session, kind, options);
  const finished: (CommandResults['followRun'] & { tenant: string })[] = [];
  for (const [index, { tenant, bundle, begin }] of errands.entries()) {
    if (signal.aborted) throw new CliError(130, 'interrupted');
    const id = await begin();
    const run = await follow(session, { tenant, kind, id }, signal).catch((error: Error) => {
      const notBegun = errands.slice(index + 1).map((errand) => errand.tenant);
      const goOn = `summit policy ${kind} --tenant ${tenant} --resume ${id}${options.json ? ' --json' : ''}`;
      const rest = notBegun.length > 0 ? `\nNot begun: ${notBegun.join(', ')}` : '';
      throw new CliError(signal.aborted ? 130 : 3, `${signal.aborted ? 'interrupted' : error.message}\nTo go on: ${goOn}${rest}`);
    });
    finished.push({ tenant, ...run });
    if (!options.json) process.stdout.write(runText({ tenant, bundle, run }));
  }
  return finished;
}

async function errandsOf(session: Session, kind: Kind, options: LookBackOptions): Promise<readonly Errand[]> {
  const { tenant, since, resume } = options;
  if (tenant !== undefined && resume !== undefined) {
    const begin = async () => (await session.perform('followRun', { tenant, kind, id: resume })).id;
    return [{ tenant, bundle: null, begin }];
  }
  const tenants = tenant === undefined ? (await session.perform('tenants', {})).ids : [tenant];
  if (kind === 'replay') {
    return tenants.map((of) => ({ tenant: of, bundle: null, begin: async () => (await session.perform('startReplay', { tenant: of, since })).id }));
  }
  return backtests(session, tenants, options);
}

/** Every candidate is tested before the first is tried: what is refused should not be learnt halfway through. */
async function backtests(
  session: Session,
  tenants: readonly string[],
  { candidate: folder = '', since }: LookBackOptions,
): Promise<readonly Errand[]> {
  const candidates = await candidatesIn(folder);
  const errands: Errand[] = [];
  for (const tenant of tenants) {
    for (const candidate of candidates) {
      const { digest } = await session.perform('admitCandidate', { tenant, candidate });
      const begin = async () => (await session.perform('startBacktest', { tenant, candidate: digest, since })).id;
      errands.push({ tenant, bundle: `${candidate.id} ${candidate.version}`, begin });
    }
  }
  return errands;
}

/** Asks again and again how far the run has come; where the database is open in this process, that is also what drives it. */
async function follow(session: Session, asked: { tenant: string; kind: Kind; id: string }, signal: AbortSignal) {
  const progress = new RunProgress(process.stderr, `${asked.tenant}: ${asked.kind} ${asked.id}`);
  try {
    for (;;) {
      const run = await session.perform('followRun', asked);
      progress.show(run.progress);
      if (run.status !== 'running') return run;
      await sleep(POLL_MS, undefined, { signal });
    }
  } finally {
    progress.end();
  }
}

/** The first Ctrl-C lets the work come to a clean end; the second ends the process, as if this were not here. */
async function untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const interruption = new AbortController();
  const stop = () => {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    interruption.abort();
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  try {
    return await work(interruption.signal);
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}
