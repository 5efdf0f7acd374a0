import { ActionRunner } from '../../kernel/action.ts';
import type { Transaction } from '../../kernel/database/database.ts';
import { LogQueue } from '../../kernel/database/log-tables.ts';
import { proofsOf } from '../../kernel/log/leaves.ts';
import { createWriter } from '../../kernel/write.ts';
import { interleave, throughput, type Variant } from './load.ts';
import { clientsInWords, compared, type Figure, perSecond } from './report.ts';
import { REQUEST, type Subject, TENANT } from './subject.ts';
import { CLIENTS } from './writes.ts';

const ROUNDS = 5;
const ROUND_MS = 1_500;
const WARM_UP_MS = 500;
const ON_AGAINST_OFF = 0.9;

/** Its log is filled with leaves that belong to no receipt, so that it is not the one that is measured otherwise. */
const FILLED = 'summit-internal';
const LEAVES = 1_000_000;
const LEAVES_PER_SECOND = 20_000;
const STATEMENT_LEAVES = 50_000;

const PROOFS = 2_000;
const PROOF_P99_MS = 5;
/** One after another; the fourth is sent along with the third. */
const STATEMENTS_OF_PROOF = 3;

/** What the log costs a write, how fast it takes up a backlog, and what a proof costs in a large one. */
export async function measureLog(subject: Subject): Promise<readonly Figure[]> {
  return [...(await measureCost(subject)), await measureBacklog(subject), ...(await measureProofs(subject))];
}

/** Writes with the log, while it is being sequenced and signed beside them, against the same writes without. */
async function measureCost({ summit, creation }: Subject): Promise<readonly Figure[]> {
  const { transparencyLog } = summit.services;
  const variants = new Map<string, Variant>([
    ['on', creation],
    ['off', withoutLog(summit)],
  ]);
  const figures: Figure[] = [];
  for (const clients of CLIENTS) {
    for (const variant of variants.values()) await throughput(variant, clients, WARM_UP_MS);
    const rates = await interleave(variants, ROUNDS, async (variant) => {
      const rate = await throughput(variant, clients, ROUND_MS);
      await transparencyLog.advance(TENANT);
      return rate;
    });
    figures.push(compared(`writes, ${clientsInWords(clients)}`, rates, 'on', ['off', 'without the log'], ON_AGAINST_OFF));
  }
  return figures;
}

/** The same runner, whose receipts never wait for a place and are promised none. */
function withoutLog({ services }: Subject['summit']): Variant {
  const write = createWriter(services.database.orm, () => undefined);
  const runner = new ActionRunner({
    database: services.database,
    admission: services.admission,
    packs: services.packs,
    policy: services.policy,
    refusals: services.refusals,
    config: services.config,
    promises: { of: async () => '' },
    transparencyLog: services.transparencyLog,
    write: (tx, tenant, writes) =>
      write(
        tx,
        tenant,
        writes.filter(({ entity }) => entity !== LogQueue),
      ),
  });
  const found = services.packs.operations.find(({ operation }) => operation.id === 'high-risk-ops.request.create');
  if (found?.kind !== 'action') throw new Error('there is no action to measure');
  const caller = services.commands.token({ tenant: TENANT, user: 'engineer' }).then(({ token }) => services.tokens.verify(token));
  return {
    name: 'without the log',
    run: async () => {
      await runner.run(found.operation, found.pack, await caller, { params: {}, read: async () => ({ body: { ...REQUEST } }) });
    },
  };
}

async function measureBacklog({ summit }: Subject): Promise<Figure> {
  const { database, transparencyLog } = summit.services;
  await transparencyLog.advance(FILLED);
  for (let filled = 0; filled < LEAVES; filled += STATEMENT_LEAVES) {
    await database.transaction(FILLED, 'write', (tx) =>
      tx.commitWith(
        `INSERT INTO log_queue (tenant_id, at, receipt_id, leaf_hash)
           SELECT $1, summit_now() + n * interval '1 microsecond', gen_random_uuid(), sha256(n::text::bytea) FROM generate_series($2::int + 1, $3::int) n`,
        [FILLED, filled, filled + STATEMENT_LEAVES],
      ),
    );
  }
  const started = performance.now();
  await transparencyLog.advance(FILLED);
  const rate = (LEAVES * 1_000) / (performance.now() - started);
  return {
    what: 'leaves integrated, signed and stored',
    value: perSecond(rate),
    target: `>= ${perSecond(LEAVES_PER_SECOND)}`,
    met: rate >= LEAVES_PER_SECOND,
  };
}

/** Against as many statements that do nothing, since the slowest of a hundred also says how often the machine was elsewhere. */
async function measureProofs({ summit }: Subject): Promise<readonly Figure[]> {
  const { database } = summit.services;
  const leaves = await database.transaction(FILLED, 'read', (tx) =>
    tx.query<{ id: string }>(
      'SELECT receipt_id AS id FROM log_leaves WHERE tenant_id = $1 AND epoch = 1 AND leaf_index = ANY(ARRAY(SELECT (random() * $2)::bigint FROM generate_series(1, $3::int)))',
      [FILLED, LEAVES - 1, PROOFS],
    ),
  );
  const proofs: number[] = [];
  const empty: number[] = [];
  for (const { id } of leaves) {
    proofs.push(await timed(database.transaction(FILLED, 'read', (tx) => proofsOf(tx, FILLED, [id], 0))));
    empty.push(await timed(database.transaction(FILLED, 'read', statementsOf(STATEMENTS_OF_PROOF))));
  }
  const p99 = percentile(proofs, 0.99);
  const [what, of] = [`a proof among ${LEAVES.toLocaleString('en-US')} leaves`, `${STATEMENTS_OF_PROOF} empty statements`];
  return [
    {
      what: `${what}, p99`,
      value: inMs(p99),
      against: `${of} ${inMs(percentile(empty, 0.99))}`,
      target: `<= ${PROOF_P99_MS} ms`,
      met: p99 <= PROOF_P99_MS,
    },
    { what: '  for reference, the median', value: inMs(percentile(proofs, 0.5)), against: `${of} ${inMs(percentile(empty, 0.5))}` },
  ];
}

function statementsOf(count: number) {
  return async (tx: Transaction) => {
    for (let statement = 0; statement < count; statement++) await tx.query('SELECT $1::int', [statement]);
  };
}

async function timed(work: Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work;
  return performance.now() - started;
}

function percentile(times: readonly number[], share: number): number {
  return times.toSorted((a, b) => a - b)[Math.ceil(times.length * share) - 1] ?? Number.NaN;
}

function inMs(time: number): string {
  return `${time.toFixed(1)} ms`;
}
