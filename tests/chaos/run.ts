import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { Missing } from '../support/postgres-server.ts';
import { clockJump } from './faults/clock-jump.ts';
import { diskFull } from './faults/disk-full.ts';
import { failover } from './faults/failover.ts';
import { killPostgres } from './faults/kill-postgres.ts';
import { killReplica } from './faults/kill-replica.ts';
import { outboxDown } from './faults/outbox-down.ts';
import { slowDatabase } from './faults/slow-database.ts';
import { type Outcome, rehearse } from './rehearse.ts';
import { printOutcome, printTable } from './report.ts';
import type { Fault } from './scene.ts';

/** In their order. */
const FAULTS: readonly Fault[] = [killReplica, killPostgres, failover, diskFull, slowDatabase, clockJump, outboxDown];

const EXIT = { lost: 1, usage: 2, lacking: 3, interrupted: 130 };

/** What is open, to be closed last first, whatever ends this. */
const open: (() => Promise<void>)[] = [];

async function closeAll(): Promise<void> {
  for (let close = open.pop(); close; close = open.pop()) {
    await close().catch((error: Error) => console.error(`chaos: while closing: ${error.message}`));
  }
}

async function run(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: { short: { type: 'boolean', default: false }, seed: { type: 'string', default: String(Date.now() % 1_000_000) } },
    allowPositionals: true,
  });
  const unknown = positionals.find((name) => !FAULTS.some((fault) => fault.name === name));
  const seed = Number(values.seed);
  if (unknown !== undefined || !Number.isSafeInteger(seed)) {
    console.error(`usage: npm run chaos -- [--short] [--seed <number>] [${FAULTS.map(({ name }) => name).join(' | ')}]…`);
    return EXIT.usage;
  }
  console.log(`Node ${process.version}, ${cpus().length} CPUs, --seed ${seed}`);
  const outcomes: Outcome[] = [];
  const lacking: string[] = [];
  for (const fault of FAULTS.filter(({ name }) => positionals.length === 0 || positionals.includes(name))) {
    try {
      const outcome = await bounded(fault, seed, values.short);
      printOutcome(outcome);
      outcomes.push(outcome);
    } catch (error) {
      if (!(error instanceof Missing)) throw error;
      lacking.push(`${fault.name}: this machine lacks ${error.message}`);
    } finally {
      await closeAll();
    }
  }
  printTable(outcomes, lacking);
  if (outcomes.some(({ findings }) => findings.length > 0)) return EXIT.lost;
  return lacking.length > 0 ? EXIT.lacking : 0;
}

/** What hangs is found too. */
async function bounded(fault: Fault, seed: number, short: boolean): Promise<Outcome> {
  const late = Promise.withResolvers<Outcome>();
  const findings = [`it came to no end within ${fault.limitMs / 1_000} s`];
  const patience = setTimeout(() => late.resolve({ fault, done: 'given up', ledger: null, leaves: 0, findings }), fault.limitMs);
  const rehearsed = rehearse(fault, seed, short, (close) => open.push(close)).catch((error: unknown): Outcome => {
    if (error instanceof Missing) throw error;
    return {
      fault,
      done: 'broken off',
      ledger: null,
      leaves: 0,
      findings: [error instanceof Error ? (error.stack ?? error.message) : String(error)],
    };
  });
  try {
    return await Promise.race([rehearsed, late.promise]);
  } finally {
    clearTimeout(patience);
  }
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    closeAll().finally(() => process.exit(EXIT.interrupted));
  });
}

process.exit(await run());
