import { Content, defineQuery, Problem, type Query, type Reader, Strict, sampleOf, Timestamp, Type } from '../../sdk/index.ts';
import { assertEnabled } from '../admission.ts';
import type { Database } from '../database/database.ts';
import { Deferred } from '../deferred.ts';
import type { TransparencyLog } from '../log/log.ts';
import { tenantOrigin } from '../log/names.ts';
import type { Pinned } from '../log/policy-file.ts';
import { enabledPacks } from '../packs/enabled.ts';
import type { PackRegistry } from '../packs/registry.ts';
import { answered } from './document.ts';
import { populationPage } from './page.ts';
import { DEFAULT_SAMPLE, drawnSeed, Nonce, SampleSize, Seed } from './parameters.ts';
import { type Read, subjectsIn } from './population.ts';
import { type PopulationReport, populationCsv, populationDocument } from './population-report.ts';
import { type Range, rangeOf } from './range.ts';

interface PopulationServices {
  readonly packs: PackRegistry;
  readonly database: Database;
  readonly transparencyLog: TransparencyLog;
  readonly pinned: Pinned;
}

/** Auditors test populations before they look at one item: all of a type that there are, and a sample that nobody picked. */
export function populationQuery(services: PopulationServices): Query {
  return defineQuery({
    id: 'evidence.population',
    title: 'Every subject of a type that was created in a time, proven to be all',
    route: { method: 'GET', path: '/evidence/populations/:type' },
    query: Strict({
      from: Type.Optional(Timestamp),
      to: Type.Optional(Timestamp),
      sample: Type.Optional(SampleSize),
      seed: Type.Optional(Seed),
      nonce: Type.Optional(Nonce),
      format: Type.Optional(Type.Enum(['json', 'csv', 'html'])),
    }),
    media: ['application/json', 'text/csv', 'text/html'],
    async run({ db, tenant, params, query: { format = 'json', nonce = null, ...query } }) {
      const type = await knownType(db, services.packs, tenant, params.type ?? '');
      const asked = { ...query, from: momentIn('from', query.from), to: momentIn('to', query.to) };
      if (asked.from !== null && asked.to !== null && asked.from > asked.to) throw backwards();
      const { pinned, database } = services;
      const log = { tenant, origin: tenantOrigin(pinned.host, tenant) };
      const read: Read = (work) => database.transaction(tenant, 'read', work);
      return new Deferred(async () => {
        const range = await findRange(services, read, log, asked);
        const subjects = await subjectsIn(read, tenant, type, range);
        const seed = query.seed ?? drawnSeed();
        const ids = subjects.map(({ id }) => id);
        const sample = sampleOf(ids, seed, query.sample ?? DEFAULT_SAMPLE);
        const said = { from: query.from ?? null, to: query.to ?? null, seed: query.seed ?? null, sample: query.sample ?? DEFAULT_SAMPLE };
        const { from, to } = asked;
        const report: PopulationReport = { ...log, type, from, to, query: said, nonce, seed, sample, subjects, range };
        if (format === 'html') return new Content('text/html; charset=utf-8', populationPage(report));
        const filename = `${type}-${range.now.slice(0, 10)}.${format}`;
        if (format === 'csv') return answered('text/csv; charset=utf-8', populationCsv(report), { filename });
        return populationDocument(report, { read, signer: pinned.checkpointSigner }, { filename });
      });
    },
  });
}

/** Up to now is what was written by now: the last of it is waited for, and not what comes in meanwhile. */
async function findRange(
  { transparencyLog }: Pick<PopulationServices, 'transparencyLog'>,
  read: Read,
  log: { tenant: string; origin: string },
  { from, to }: { from: string | null; to: string | null },
): Promise<Range> {
  const [row] = await read((tx) => tx.query<{ past: boolean | null }>('SELECT $1::timestamptz < summit_now() AS past', [to]));
  const isPast = row?.past === true;
  if (!isPast) await transparencyLog.upToDate(log.tenant);
  return read((tx) => rangeOf(tx, log, { from, to: isPast ? to : null }));
}

/** @throws Problem `pack-disabled`; `not-found` naming those that there are */
async function knownType(db: Reader, packs: PackRegistry, tenant: string, type: string): Promise<string> {
  const enabled = await enabledPacks(db);
  const known = packs.all.flatMap(({ id, entities }) =>
    entities.filter(({ transitions }) => transitions !== null).map((entity) => ({ type: entity.type, pack: id, enabled: enabled.has(id) })),
  );
  const found = known.find((candidate) => candidate.type === type);
  if (found) {
    assertEnabled({ id: found.pack, enabled: found.enabled }, tenant);
    return type;
  }
  const there = known.filter(({ enabled }) => enabled).map((candidate) => candidate.type);
  throw new Problem('not-found', `There is no type ${type} with states. There are ${there.toSorted().join(', ')}.`);
}

/** @throws Problem `invalid-input` for a leap second, which RFC 3339 knows and our clocks do not */
function momentIn(path: string, time: string | undefined): string | null {
  if (time === undefined) return null;
  const moment = new Date(time);
  if (!Number.isNaN(moment.getTime())) return moment.toISOString();
  throw new Problem('invalid-input', `${path} is no moment that there was here`, {
    errors: [{ path, message: 'must be a moment without a leap second' }],
  });
}

function backwards(): Problem {
  return new Problem('invalid-input', 'from must not be after to', { errors: [{ path: 'from', message: 'must not be after to' }] });
}
