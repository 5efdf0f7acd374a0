import { cpus } from 'node:os';
import { Missing } from '../support/postgres-server.ts';
import { measureAuthzen } from './authzen.ts';
import { measureBacktest } from './backtest.ts';
import { measureGrowth } from './growth.ts';
import { measureHttp } from './http.ts';
import { measureLog } from './log.ts';
import { measureMetering } from './metering.ts';
import { measurePolicy } from './policy.ts';
import { openBenchDatabase } from './postgres.ts';
import { type Figure, print } from './report.ts';
import { measureSoak } from './soak.ts';
import { measureStart } from './start.ts';
import { type Subject, startSubject } from './subject.ts';
import { measureTenants } from './tenants.ts';
import { measureWrites } from './writes.ts';

/** Nothing here takes this long; a benchmark that hangs is one that failed. */
const LIMIT_MS = process.env.BENCH_BACKTEST ? 3_600_000 : 1_800_000;

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

interface Bench {
  readonly name: string;
  readonly title: string;
  /** What it needs: the one Summit that several share; the database, with no other server on it; nothing. */
  readonly needs: 'summit' | 'database' | 'nothing';
  /** Takes many minutes, so it is run where it is named. */
  readonly long?: true;
  readonly measure: (databaseUrl: string, subject: () => Subject) => Promise<readonly Figure[] | string>;
}

/** In their order. */
const BENCHES: readonly Bench[] = [
  { name: 'writes', needs: 'summit', title: 'Creating a request, in process, per second', measure: (url, subject) => measureWrites(subject(), url) },
  {
    name: 'http',
    needs: 'summit',
    title: 'Creating a request, over HTTP with a token, per second',
    measure: (url, subject) => measureHttp(subject(), url),
  },
  { name: 'policy', needs: 'summit', title: 'Policy decisions per second', measure: (_, subject) => measurePolicy(subject()) },
  { name: 'log', needs: 'summit', title: 'The log, per second', measure: (_, subject) => measureLog(subject()) },
  { name: 'authzen', needs: 'summit', title: 'AuthZEN evaluations over HTTP, per second', measure: measureAuthzen },
  { name: 'backtest', needs: 'database', title: 'Backtests of what was decided, decisions per second', measure: measureBacktest },
  { name: 'metering', needs: 'database', title: 'Usage, taken in, counted and rated', measure: measureMetering },
  { name: 'growth', needs: 'database', long: true, title: '95 of 100 calls within, with many requests against few', measure: measureGrowth },
  { name: 'tenants', needs: 'database', long: true, title: '95 of 100 calls within, with many tenants against one', measure: measureTenants },
  { name: 'soak', needs: 'database', long: true, title: "An hour's worth of requests", measure: measureSoak },
  { name: 'start', needs: 'nothing', title: 'Starting, with the embedded database', measure: measureStart },
];

/** Those that are named, such as `npm run bench -- log growth`; all that are not long where none is. */
async function run(names: readonly string[]): Promise<void> {
  const unknown = names.find((name) => !BENCHES.some((bench) => bench.name === name));
  if (unknown !== undefined) throw new Missing(`a bench ${unknown}: there are ${BENCHES.map(({ name }) => name).join(', ')}`);
  const chosen = BENCHES.filter(({ name, long }) => (names.length === 0 ? !long : names.includes(name)));
  const database = await openBenchDatabase();
  open.push(database);
  console.log(`Node ${process.version}, ${database.server}, ${cpus().length} CPUs. Medians; whatever else the machine does shows.`);
  let subject: Subject | null = null;
  if (chosen.some(({ needs }) => needs === 'summit')) {
    subject = await startSubject(database.url);
    open.push(subject);
  }
  const shared = () => {
    if (!subject) throw new TypeError('a bench that needs no Summit asks for it');
    return subject;
  };
  for (const { title, needs, measure } of chosen) {
    // Two servers of one database would share the work.
    if (needs !== 'summit' && subject) {
      await closeLast();
      subject = null;
    }
    if (needs === 'nothing') await closeAll();
    print(title, await measure(database.url, shared));
  }
  await closeAll();
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => giveUp('interrupted', 130));
setTimeout(() => giveUp(`not done after ${LIMIT_MS / 1_000} s`, 1), LIMIT_MS).unref();

try {
  await run(process.argv.slice(2));
} catch (error) {
  if (error instanceof Missing) giveUp(`this is missing: ${error.message}`, 3);
  else giveUp(error instanceof Error ? (error.stack ?? error.message) : String(error), 1);
}
