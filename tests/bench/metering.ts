import { newId } from '../../kernel/ids.ts';
import { rate } from '../../packs/finops/rating.ts';
import { planFor } from '../../packs/finops/settings.ts';
import type { Job } from '../../sdk/index.ts';
import { startHttpLoad } from './http-load.ts';
import { median } from './load.ts';
import { mebibytes, memoryOf } from './memory.ts';
import { BATCH, DAYS, MeteredTenants } from './metered-tenants.ts';
import { type Figure, perSecond } from './report.ts';
import { ENGINEER, type Subject, startSubject, TENANT } from './subject.ts';

/** A month of 100 tenants; BENCH_METERING names another number of events. */
const EVENTS = Number(process.env.BENCH_METERING ?? 1_000_000);
const TENANTS = 100;

const INGEST_CLIENTS = 4;
const WARM_UP_MS = 2_000;
const INGEST_MS = 4_000;
const EVENTS_PER_SECOND = 10_000;

/** Of the bare statement, tenant by tenant. */
const AGAINST_BARE = 1.5;
const BARE_ROUNDS = 3;
/** By how much counting what is new is faster than counting all. */
const FASTER = 50;
const NEW_ROUNDS = 5;
const SPREAD = 10;
const GROWTH_MIB = 64;
const SAMPLE_MS = 20;

const METERING = 'finops.metering';
const RATING = 'finops.rating';

const INVOICES = 10_000;

/** Usage from the request to the invoice: taken in, counted against the bare statement, rated. */
export async function measureMetering(databaseUrl: string): Promise<readonly Figure[]> {
  const subject = await startSubject(databaseUrl, { ...ENGINEER, user: 'operator' });
  try {
    const ingested = await measureIngest(subject);
    // What is counted here is not to be counted by the hour as well.
    await subject.summit.services.jobs.stop();
    const tenants = await MeteredTenants.open(subject, databaseUrl, TENANTS);
    try {
      return [ingested, ...(await measureCounting(subject, tenants)), ...(await measureRating(subject, tenants))];
    } finally {
      await tenants.close();
    }
  } finally {
    await subject.close();
  }
}

/** Stands for something else in each request. */
const FRESH = '<request>';

async function measureIngest({ summit, token }: Subject): Promise<Figure> {
  const time = new Date().toISOString();
  const events = Array.from({ length: BATCH }, (_, n) => {
    const data = { quantity: '1', workflow: 'deploy' };
    return { specversion: '1.0', id: `${FRESH}-${n}`, source: '/gateway', type: 'workflow_run', time, subject: `run-${n}`, data };
  });
  const contentType = 'application/cloudevents-batch+json';
  const batch = { url: `${summit.url}/metering/events`, token, body: JSON.stringify(events), contentType, fresh: FRESH };
  const http = startHttpLoad();
  try {
    const put = (ms: number) => http.put({ requests: [batch], status: 200, clients: INGEST_CLIENTS, ms });
    await put(WARM_UP_MS);
    const eventsPerSecond = (await put(INGEST_MS)).rate * BATCH;
    return {
      what: `events taken in over HTTP, ${INGEST_CLIENTS} clients, batches of ${BATCH.toLocaleString('en-US')}`,
      value: perSecond(eventsPerSecond),
      target: `>= ${perSecond(EVENTS_PER_SECOND)}`,
      met: eventsPerSecond >= EVENTS_PER_SECOND,
    };
  } finally {
    http.close();
  }
}

async function measureCounting(subject: Subject, tenants: MeteredTenants): Promise<readonly Figure[]> {
  const { ids } = tenants;
  const [first = ''] = ids;
  const perTenant = Math.ceil(EVENTS / TENANTS / BATCH) * BATCH;
  // What was taken in before is not to be counted with the rest.
  await runFor(subject, METERING, TENANT);
  for (const tenant of ids) await tenants.add(tenant, perTenant);
  await tenants.settle();

  const bare: number[] = [];
  const bareOfEach = async () => {
    for (const tenant of ids) await tenants.countBare(tenant);
  };
  bare.push(await timed(bareOfEach));
  const memory = watchMemory();
  const ours = await timed(() => runEverywhere(subject, METERING));
  const { before, peak } = memory.stop();
  bare.push(await timed(bareOfEach), await timed(bareOfEach));
  for (const tenant of ids) assertCounted(tenant, await tenants.counted(tenant), perTenant);
  const whole: number[] = [];
  for (let round = 0; round < BARE_ROUNDS; round++) whole.push(await timed(() => tenants.countAllBare()));

  const alone: number[] = [];
  for (const tenant of ids.slice(0, NEW_ROUNDS)) {
    await tenants.add(tenant, BATCH);
    alone.push(await timed(() => runFor(subject, METERING, tenant)));
  }
  // An hour later, every log has long been signed.
  await tenants.signed();
  await tenants.add(first, BATCH);
  const round = await timed(() => runEverywhere(subject, METERING));
  for (const tenant of ids) await tenants.add(tenant, SPREAD);
  const spread = await timed(() => runEverywhere(subject, METERING));

  const counted = `${(perTenant * TENANTS).toLocaleString('en-US')} events of ${TENANTS} tenants counted by the hourly job`;
  const batch = BATCH.toLocaleString('en-US');
  return [
    {
      ...against(counted, ours, ['a bare statement for each tenant', median(bare)]),
      ...{ target: `<= ${AGAINST_BARE}`, met: ours <= AGAINST_BARE * median(bare) },
    },
    against('  for reference', ours, ['one bare statement for all', median(whole)]),
    {
      ...{ what: '  memory at its peak (RSS)', value: mebibytes(peak), against: `before ${mebibytes(before)}` },
      ...{ target: `< + ${mebibytes(GROWTH_MIB)}`, met: peak - before < GROWTH_MIB },
    },
    faster(`${batch} new events, counted for their tenant`, median(alone), ['all events', ours]),
    ratioTo('  for reference', median(alone), ["the tenant's events", ours / TENANTS]),
    faster(`${batch} new events of one tenant, counted by the hourly job`, round, ['all events', ours]),
    faster(`${SPREAD} new events of each tenant, counted by the hourly job`, spread, ['all events', ours]),
  ];
}

function assertCounted(tenant: string, counted: number, events: number): void {
  if (counted !== events) throw new Error(`${counted} of ${events} events of ${tenant} were counted`);
}

/** Of this process, which counts. */
function watchMemory() {
  const now = () => memoryOf(process.pid).now;
  const before = now();
  let peak = before;
  const look = () => {
    peak = Math.max(peak, now());
  };
  const timer = setInterval(look, SAMPLE_MS);
  return {
    stop() {
      clearInterval(timer);
      look();
      return { before, peak };
    },
  };
}

/** Milliseconds. The ratio is of the time. */
function against(what: string, ours: number, [name, theirs]: readonly [string, number]): Figure {
  return { what, value: milliseconds(ours), against: `${name} ${milliseconds(theirs)}`, ratio: ours / theirs };
}

/** By how much ours is faster. */
function ratioTo(what: string, ours: number, [name, theirs]: readonly [string, number]) {
  return { what, value: milliseconds(ours), against: `${name} ${milliseconds(theirs)}`, ratio: theirs / ours };
}

function faster(what: string, ours: number, other: readonly [string, number]): Figure {
  const figure = ratioTo(what, ours, other);
  return { ...figure, target: `>= ${FASTER}`, met: figure.ratio >= FASTER };
}

async function measureRating(subject: Subject, tenants: MeteredTenants): Promise<readonly Figure[]> {
  await tenants.signed();
  const drafting = await timed(() => runEverywhere(subject, RATING));
  return [
    { what: `invoices rated, ${INVOICES.toLocaleString('en-US')} tenants, in memory`, value: perSecond(ratedPerSecond(subject)) },
    { what: `invoices drafted by the nightly job, ${TENANTS} tenants`, value: perSecond((TENANTS * 1_000) / drafting) },
  ];
}

/** A month of daily readings each. */
function ratedPerSecond({ summit }: Subject): number {
  const { config, packs } = summit.services;
  const { meters } = packs;
  const [period, now] = ['2026-06', '2026-07-01T00:00:00.000Z'];
  const settings = config.tenants.find(({ id }) => id === TENANT)?.packs.finops?.settings ?? {};
  const plan = planFor(period, { settings });
  if (!plan) throw new Error('there is no price plan to rate by');
  const actor = { id: newId(), handle: 'bench', roles: [], system: true };
  const started = performance.now();
  for (let tenant = 0; tenant < INVOICES; tenant++) {
    const context = { actor, settings, now, newId, input: {}, subjectId: newId(), decision: null, approval: null };
    const at = { tenant: `tenant-${tenant}`, ...context };
    const readings = meters.flatMap(({ id: meter, event_type, aggregation }) =>
      Array.from({ length: DAYS }, (_, day) => ({
        ...{ tenant_id: at.tenant, created_at: now, id: newId(), day: `${period}-${String(day + 1).padStart(2, '0')}`, period },
        ...{ meter, event_type, aggregation, quantity: String(tenant + day), event_count: tenant + day, time_zone: 'UTC' },
        ...{ revision: 1, ledger_id: newId(), ledger_version: 1 },
      })),
    );
    rate({ invoice: newId(), revision: 1, period, plan, meters, readings, adjusted: [] }, at);
  }
  return (INVOICES * 1_000) / (performance.now() - started);
}

function runFor({ summit }: Subject, id: string, tenant: string): Promise<unknown> {
  return summit.services.jobs.run('finops', jobOf(summit, id), tenant);
}

/** As the schedule does it, in a period of its own. */
function runEverywhere({ summit }: Subject, id: string): Promise<void> {
  return summit.services.jobs.runEverywhere('finops', jobOf(summit, id), new Date());
}

function jobOf({ services }: Subject['summit'], id: string): Job {
  const job = services.packs.find('finops')?.jobs.find((one) => one.id === id);
  if (!job) throw new Error(`there is no job ${id} to measure`);
  return job;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

function milliseconds(time: number): string {
  return `${time < 100 ? time.toFixed(1) : Math.round(time).toLocaleString('en-US')} ms`;
}
