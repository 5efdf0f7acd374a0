import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { mebibytes } from './memory.ts';
import { type OwnProcess, startOwnProcess } from './own-process.ts';
import { type Figure, perSecond } from './report.ts';
import { ENGINEER, QUESTION } from './subject.ts';

/** The bench is to stay short; BENCH_BACKTEST names one more number of decisions, such as 1000000. */
const COUNTS = [10_000, 100_000, ...(process.env.BENCH_BACKTEST ? [Number(process.env.BENCH_BACKTEST)] : [])];

/** A tenant in which nothing else was decided, and one who may look back. */
const SETTING = { ...ENGINEER, tenant: 'summit-internal', user: 'operator' };

const BACKTESTS = '/policy-backtests';
const POLL_MS = 50;
/** One bound for every number of decisions. A long run settles at what V8 allows itself between two collections, a short one never gets there. */
const BOUND_MIB = 512;

/** A copy a millisecond, back from the decision itself: distinct ids in the order of time, as UUIDv7 has them. */
const COPY = `INSERT INTO policy_decisions
  SELECT copy.* FROM generate_series($4::integer, $3::integer, -1) AS n, policy_decisions d,
      LATERAL (SELECT lpad(to_hex(('x' || left(replace(d.id::text, '-', ''), 12))::bit(48)::bigint - n), 12, '0') AS moment, md5(n::text) AS random) AS x,
      LATERAL jsonb_populate_record(d, jsonb_build_object('id', moment || '7' || left(random, 3) || '8' || right(random, 15))) AS copy
    WHERE d.tenant_id = $1 AND d.id = $2`;

interface Decision {
  readonly id: string;
  readonly bundle_digest: string;
}

interface Run {
  readonly id: string;
  readonly status: string;
  readonly error: string | null;
  readonly report: { readonly evaluated: number } | null;
}

/**
 * Backtests over HTTP of the bundle that decides on all it has decided, each in a server of its own: decisions per
 * second, and memory, which is bounded however many they are.
 */
export async function measureBacktest(databaseUrl: string): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  let decision: Decision | null = null;
  let there = 1;
  for (const count of COUNTS) {
    const server = await startOwnProcess(databaseUrl, SETTING);
    try {
      decision ??= await decide(server);
      await copy(databaseUrl, decision, there, count);
      there = count;
      const before = server.memory().now;
      const rate = await backtest(server, decision, count);
      const { peak } = server.memory();
      figures.push({ what: `${count.toLocaleString('en-US')} decisions`, value: perSecond(rate) });
      figures.push({
        ...{ what: '  memory at its peak (RSS)', value: mebibytes(peak), against: `before ${mebibytes(before)}` },
        ...{ target: `< ${mebibytes(BOUND_MIB)}`, met: peak < BOUND_MIB },
      });
    } finally {
      await server.close();
    }
  }
  return figures;
}

/** A decision as the product makes it. */
async function decide(server: OwnProcess): Promise<Decision> {
  const { context } = await send<{ context: { decision_id: string } }>(server, '/access/v1/evaluation', QUESTION);
  return send<Decision>(server, `/policy-decisions/${context.decision_id}`);
}

/** Makes so many out of `there` decisions. The owner of the tables may insert only what is the tenant's, too. */
async function copy(databaseUrl: string, { id }: Decision, there: number, count: number): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query("SELECT set_config('summit.tenant', $1, false)", [SETTING.tenant]);
    await client.query(COPY, [SETTING.tenant, id, there, count - 1]);
    await client.query('ANALYZE policy_decisions');
  } finally {
    await client.end();
  }
}

/** @returns decisions per second, from the request to the report */
async function backtest(server: OwnProcess, { bundle_digest: candidate }: Decision, count: number): Promise<number> {
  const started = performance.now();
  let run = await send<Run>(server, BACKTESTS, { candidate });
  while (run.status === 'running') {
    await sleep(POLL_MS);
    run = await send<Run>(server, `${BACKTESTS}/${run.id}`);
  }
  const seconds = (performance.now() - started) / 1_000;
  if (run.report?.evaluated !== count) throw new Error(`the backtest of ${count} decisions: ${run.error ?? JSON.stringify(run.report)}`);
  return count / seconds;
}

/** POST with a body, GET without. */
async function send<Answer>({ url, token }: OwnProcess, path: string, body?: object): Promise<Answer> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const response = await fetch(url + path, body ? { method: 'POST', headers, body: JSON.stringify(body) } : { headers });
  if (!response.ok) throw new Error(`${path} answered ${response.status} ${await response.text()}`);
  return (await response.json()) as Answer;
}
