import { cpus } from 'node:os';
import { measureAuthzen } from './authzen.ts';
import { measureBacktest } from './backtest.ts';
import { measureHttp } from './http.ts';
import { measureLog } from './log.ts';
import { measurePolicy } from './policy.ts';
import { Missing, openBenchDatabase } from './postgres.ts';
import { print } from './report.ts';
import { measureStart } from './start.ts';
import { startSubject } from './subject.ts';
import { measureWrites } from './writes.ts';

/** Nothing here takes this long; a benchmark that hangs is one that failed. */
const LIMIT_MS = process.env.BENCH_BACKTEST ? 3_600_000 : 480_000;

/** What is open, to be closed last first, whether the benchmark ends, fails or is interrupted. */
const open: { close(): Promise<void> }[] = [];
let closing: Promise<void> | null = null;

function closeAll(): Promise<void> {
  closing ??= (async () => {
    while (open.length > 0) await closeLast();
  })();
  return closing;
}

async function closeLast(): Promise<void> {
  await open
    .pop()
    ?.close()
    .catch((error: Error) => console.error(`bench: while closing: ${error.message}`));
}

function giveUp(reason: string, exitCode: number): void {
  // What fails because it is being closed is no news.
  if (closing) return;
  console.error(`bench: ${reason}`);
  closeAll().finally(() => process.exit(exitCode));
}

async function run(): Promise<void> {
  const database = await openBenchDatabase();
  open.push(database);
  console.log(`Node ${process.version}, ${database.server}, ${cpus().length} CPUs. Medians; whatever else the machine does shows.`);
  const subject = await startSubject(database.url);
  open.push(subject);
  print(`Creating a request, in process, per second`, await measureWrites(subject, database.url));
  print(`Creating a request, over HTTP with a token, per second`, await measureHttp(subject));
  print(`Policy decisions per second`, await measurePolicy(subject));
  print(`The log, per second`, await measureLog(subject));
  print(`AuthZEN evaluations over HTTP, per second`, await measureAuthzen(database.url));
  // Two servers of one database would share the work of a backtest.
  await closeLast();
  print(`Backtests of what was decided, decisions per second`, await measureBacktest(database.url));
  await closeAll();
  print(`Starting, with the embedded database`, await measureStart());
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => giveUp('interrupted', 130));
setTimeout(() => giveUp(`not done after ${LIMIT_MS / 1_000} s`, 1), LIMIT_MS).unref();

try {
  await run();
} catch (error) {
  if (error instanceof Missing) giveUp(`this is missing: ${error.message}`, 3);
  else giveUp(error instanceof Error ? (error.stack ?? error.message) : String(error), 1);
}
