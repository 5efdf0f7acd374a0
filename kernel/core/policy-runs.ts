import {
  type Action,
  change,
  create,
  defineAction,
  defineEffect,
  defineQuery,
  Id,
  listOf,
  Nullable,
  none,
  Problem,
  type Reader,
  type Row,
  Strict,
  statesOf,
  Timestamp,
  Type,
  valuesOf,
} from '../../sdk/index.ts';
import { PolicyRunFindings, PolicyRuns } from '../database/policy-tables.ts';
import { transactionOf } from '../database/reader.ts';
import { knownBundle } from '../policy/queries.ts';
import type { PolicyRunner } from '../policy/run.ts';
import type { RunReport } from '../policy/run-report.ts';
import { Digest } from './policy-activation.ts';

const roles = ['operator', 'security_officer', 'auditor'];
const EFFECT = 'policy-run';
const MAX_RUNNING = 3;

const since = Type.Optional({ ...Timestamp, description: 'Decisions made from then on; all of them where it is absent' });

/** `POST /policy-backtests`: what would have become of every decision on record, had this bundle made it. */
export const startBacktest = defineAction({
  ...starting('backtest', 'Try a policy bundle on all that was decided'),
  input: Strict({ candidate: Digest, since }),
  async load({ db, input }) {
    const { digest } = await knownBundle(db, input.candidate);
    await assertRoom(db);
    return digest;
  },
  apply: (candidate, at) => started('backtest', candidate, at.input.since ?? null, at),
});

/** `POST /policy-replays`: makes every decision on record again, by the bundle that made it. */
export const startReplay = defineAction({
  ...starting('replay', 'Make all decisions again'),
  input: Strict({ since }),
  load: async ({ db }) => assertRoom(db),
  apply: (_, at) => started('replay', null, at.input.since ?? null, at),
});

export const finishRun = defineAction({
  id: 'policy-run.finish',
  title: 'Record what a policy run has found',
  roles: [],
  // The runner alone makes reports: how one is made up is said by its type.
  input: Strict({ report: Nullable(Type.Unsafe<RunReport>({ type: 'object' })), error: Nullable(Type.String()) }),
  entity: PolicyRuns,
  from: ['running'],
  policy: none('it records what happened'),
  load: ({ db, params }) => db.lock(PolicyRuns, params.id ?? ''),
  subject: (run) => run,
  apply(run, at) {
    const { report, error } = at.input;
    const subject = change(PolicyRuns, at, run, { status: error === null ? 'done' : 'failed', report, error });
    return { subjects: [subject], ...unmetered, answer: {} };
  },
});

export function policyRunEffect(runner: PolicyRunner) {
  return defineEffect({ id: EFFECT, outcome: finishRun, run: runner.run });
}

const runs = listOf(PolicyRuns, { sort: ['created_at', 'updated_at', 'status'], search: ['candidate'], people: ['requested_by'] });
const findings = listOf(PolicyRunFindings, { sort: ['id', 'difference'], search: ['difference', 'subject_id'], people: ['actor'] });

export const policyRunQueries = (['backtest', 'replay'] as const).flatMap((kind) => [
  defineQuery({
    id: `policy-${kind}.list`,
    title: kind === 'backtest' ? 'Backtests of policy bundles' : 'Replays of all decisions',
    route: { method: 'GET', path: `/policy-${kind}s` },
    query: Strict({ status: Type.Optional(statesOf(PolicyRuns)), ...runs.parameters }),
    async run({ db, query: { status, limit, cursor, count, sort, q } }) {
      const page = await db.page(runs, { where: { kind, status: valuesOf(status) }, limit, cursor, count, sort, q });
      return { ...page, items: page.items.map(({ tenant_id: _, report: __, ...run }) => run) };
    },
  }),
  defineQuery({
    id: `policy-${kind}.get`,
    title: kind === 'backtest' ? 'One backtest, with its report' : 'One replay, with its report',
    route: { method: 'GET', path: `/policy-${kind}s/:id` },
    query: Strict({}),
    run: ({ db, params, tenant }) => runView(db, tenant, kind, params.id ?? ''),
  }),
  defineQuery({
    id: `policy-${kind}.findings`,
    title: 'The decisions that come out otherwise',
    route: { method: 'GET', path: `/policy-${kind}s/:id/findings` },
    query: Strict({ subject_id: Type.Optional(Id), difference: Type.Optional(Type.String()), ...findings.parameters }),
    async run({ db, params, query: { limit, cursor, count, sort, q, ...where } }) {
      const { id: run_id } = await one(db, kind, params.id ?? '');
      const page = await db.page(findings, { where: { run_id, ...where }, limit, cursor, count, sort, q });
      return { ...page, items: page.items.map(({ tenant_id: _, run_id: __, id, ...finding }) => ({ decision_id: id, ...finding })) };
    },
  }),
]);

/** A run with how far it has come. */
export async function runView(db: Reader, tenant: string, kind: Row<typeof PolicyRuns>['kind'], id: string) {
  const { tenant_id: _, ...run } = await one(db, kind, id);
  const [progress] = await transactionOf(db).query<{ evaluated: number; skipped: number; total: number }>(
    'SELECT evaluated, skipped, total FROM policy_run_progress WHERE tenant_id = $1 AND run_id = $2',
    [tenant, id],
  );
  return { ...run, progress: progress ?? { evaluated: 0, skipped: 0, total: null } };
}

/** @throws Problem `conflict` where as many are underway as the server can bear: each has a thread to itself */
async function assertRoom(db: Reader): Promise<null> {
  const running = await db.find(PolicyRuns, { status: 'running' });
  if (running.length < MAX_RUNNING) return null;
  throw new Problem('conflict', `${running.length} runs are underway: wait for one of them to end.`);
}

async function one(db: Reader, kind: string, id: string): Promise<Row<typeof PolicyRuns>> {
  const run = await db.one(PolicyRuns, id);
  if (run.kind !== kind) throw new Problem('not-found', `There is no ${kind} ${id}.`);
  return run;
}

const unmetered = { edges: none('runs are no nodes of the graph'), usage: none('looking back is not metered') };

function starting(kind: 'backtest' | 'replay', title: string) {
  return {
    id: `policy-${kind}.start`,
    title,
    route: { method: 'POST', path: `/policy-${kind}s` },
    roles,
    entity: PolicyRuns,
    from: [],
    policy: none('looking back changes nothing; who may is a matter of role'),
    subject: () => null,
    settles: { query: `policy-${kind}.get`, while: ['running'] },
  } as const;
}

function started(kind: 'backtest' | 'replay', candidate: string | null, from: string | null, at: Parameters<Action['apply']>[1]) {
  const content = { kind, candidate, since: from, requested_by: at.actor.id, report: null, error: null };
  const run = create(PolicyRuns, at, { id: at.subjectId, status: 'running', ...content });
  const { tenant_id: _, ...shown } = run.after;
  return { subjects: [run], ...unmetered, messages: [{ effect: EFFECT, subject: at.subjectId, payload: {} }], answer: shown };
}
