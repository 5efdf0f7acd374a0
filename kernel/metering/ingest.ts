import { create, defineAction, Nullable, none, Strict, Type, unchanged } from '../../sdk/index.ts';
import type { Transaction } from '../database/database.ts';
import { transactionOf } from '../database/reader.ts';
import { UsageBatches } from '../database/tables.ts';
import type { PackRegistry } from '../packs/registry.ts';
import { type FieldError, invalidInput } from '../validation.ts';
import { type Reported, readCloudEvent } from './cloud-event.ts';
import type { ReportedUsage } from './record.ts';

/** So many events in one request (1,000), and the bytes that they may have together. */
const MAX_EVENTS = 1_000;
const MAX_BATCH_BYTES = 4 * 1024 * 1024;

/** A clock that is ahead of ours by more is wrong. */
const TOLERANCE_MS = 5 * 60_000;

/** What reports usage, whoever does it. */
export const RECORD_USAGE = 'metering.events.record';

const Outcome = Strict({
  source: Nullable(Type.String()),
  id: Nullable(Type.String()),
  status: Type.Enum(['accepted', 'duplicate', 'rejected']),
  event_id: Type.Optional(Type.String({ description: 'Its id here: also of a duplicate, that of the first' })),
  errors: Type.Optional(Type.Array(Strict({ path: Type.String(), message: Type.String() }))),
});

type Outcome =
  | { readonly status: 'accepted'; readonly event: ReportedUsage }
  | { readonly status: 'duplicate'; readonly event_id: string }
  | { readonly status: 'rejected'; readonly errors: readonly FieldError[] };

/**
 * Takes CloudEvents 1.0, one or a list of up to 1,000, each by itself: what is malformed or there already does not hold up the rest.
 * All that is accepted shares one receipt.
 */
export function recordUsage(packs: PackRegistry) {
  return defineAction({
    id: RECORD_USAGE,
    title: 'Report usage',
    route: { method: 'POST', path: '/metering/events' },
    roles: ['operator', 'finance'],
    input: Type.Union([Type.Object({}), Type.Array(Type.Unknown(), { minItems: 1, maxItems: MAX_EVENTS })], {
      description: `a CloudEvent, or a list of 1 to ${MAX_EVENTS} CloudEvents`,
    }),
    media: {
      'application/cloudevents+json': 'object',
      'application/cloudevents-batch+json': 'list',
      'application/json': 'either',
    },
    maxBodyBytes: MAX_BATCH_BYTES,
    answer: Strict({
      accepted: Type.Integer(),
      duplicates: Type.Integer(),
      rejected: Type.Integer(),
      events: Type.Array(Outcome, { description: 'In the order of the request' }),
    }),
    entity: UsageBatches,
    from: [],
    policy: none('who may report usage is said by their role, and every event stays on record'),
    // The events are bound by the root of the tree over them, each to be shown without the others.
    binds: (input) => ({ events: Array.isArray(input) ? input.length : 1 }),

    async load({ db, tenant, input }) {
      const sent = Array.isArray(input) ? input : [input];
      const read = sent.map((value) => readCloudEvent(packs, value));
      const events = read.flatMap((each) => ('event' in each ? [each.event] : []));
      const tx = transactionOf(db);
      const known = await knownAmong(tx, tenant, events);
      const named = events.flatMap(({ source, corrects }) => (corrects === null ? [] : (known.get(keyOf({ source, id: corrects })) ?? [])));
      const targets = await targetsAmong(tx, tenant, named);
      return { sent, read, known, targets, isBatch: Array.isArray(input) };
    },
    subject: () => null,

    apply({ sent, read, known, targets, isBatch }, at) {
      const intake = new Intake(at, known, targets);
      const outcomes = read.map((each): Outcome => ('event' in each ? intake.take(each.event) : { status: 'rejected', errors: each.errors }));
      const [only] = outcomes;
      if (!isBatch && only?.status === 'rejected') throw invalidInput(only.errors);
      const accepted = outcomes.flatMap((outcome) => (outcome.status === 'accepted' ? [outcome.event] : []));
      const countOf = (status: Outcome['status']) => outcomes.filter((outcome) => outcome.status === status).length;
      const counts = { accepted: accepted.length, duplicates: countOf('duplicate'), rejected: countOf('rejected') };
      const answer = { ...counts, events: outcomes.map((outcome, index) => shown(sent[index], outcome)) };
      if (accepted.length === 0) return unchanged(answer);
      return {
        subjects: [create(UsageBatches, at, { id: at.subjectId, status: 'recorded', ...counts })],
        edges: none('usage is counted, and related to nothing'),
        usage: accepted,
        answer,
      };
    },
  });
}

/** An event that another may correct. */
interface Target {
  readonly type: string;
  readonly timestamp: string;
  readonly is_corrected: boolean;
}

/** Judges events one after the other: what came earlier in a batch is there for what comes later. */
class Intake {
  readonly #now: string;
  readonly #newId: () => string;
  readonly #known: Map<string, string>;
  readonly #targets: Map<string, Target>;

  constructor(at: { now: string; newId: () => string }, known: ReadonlyMap<string, string>, targets: ReadonlyMap<string, Target>) {
    this.#now = at.now;
    this.#newId = at.newId;
    this.#known = new Map(known);
    this.#targets = new Map(targets);
  }

  take(event: Reported): Outcome {
    const { source, id: external_id, pack, type, subject, quantity, metadata } = event;
    const existing = this.#known.get(keyOf(event));
    if (existing !== undefined) return { status: 'duplicate', event_id: existing };
    const corrects = event.corrects === null ? null : this.#known.get(keyOf({ source, id: event.corrects }));
    const target = corrects ? this.#targets.get(corrects) : undefined;
    if (corrects !== null && !target) return rejected('corrects', `names ${event.corrects}, which ${source} has not reported`);
    if (target?.is_corrected) return rejected('corrects', `names ${event.corrects}, which was corrected before: name what corrects it`);
    if (target && target.type !== type) return rejected('type', `must be ${target.type}, as that of the event that it corrects`);
    // A correction stays where it is: what happened at another time is another event, and this one is taken back.
    if (target && event.time !== null && event.time !== target.timestamp) {
      return rejected('time', `must be ${target.timestamp}, as that of the event that it corrects, or left out`);
    }
    const timestamp = target?.timestamp ?? event.time ?? this.#now;
    if (Date.parse(timestamp) > Date.parse(this.#now) + TOLERANCE_MS) return rejected('time', `is in the future: it is ${this.#now} here`);
    const id = this.#newId();
    this.#known.set(keyOf(event), id);
    this.#targets.set(id, { type, timestamp, is_corrected: false });
    if (corrects && target) this.#targets.set(corrects, { ...target, is_corrected: true });
    const reported = { id, source, external_id, pack, timestamp, corrects: corrects ?? null };
    return { status: 'accepted', event: { type, subject, quantity, metadata, reported } };
  }
}

function rejected(path: string, message: string): Outcome {
  return { status: 'rejected', errors: [{ path, message }] };
}

function shown(sent: unknown, outcome: Outcome) {
  const named = typeof sent === 'object' && sent !== null ? (sent as { source?: unknown; id?: unknown }) : {};
  const textOf = (value: unknown) => (typeof value === 'string' ? value : null);
  const { status } = outcome;
  return {
    source: textOf(named.source),
    id: textOf(named.id),
    status,
    ...(status === 'accepted' ? { event_id: outcome.event.reported.id } : {}),
    ...(status === 'duplicate' ? { event_id: outcome.event_id } : {}),
    ...(status === 'rejected' ? { errors: outcome.errors } : {}),
  };
}

function keyOf({ source, id }: Pick<Reported, 'source' | 'id'>): string {
  return JSON.stringify([source, id]);
}

/** Of these events, and of those that they correct, the ones that are there: our id by source and id. */
async function knownAmong(tx: Transaction, tenant: string, events: readonly Reported[]): Promise<ReadonlyMap<string, string>> {
  if (events.length === 0) return new Map();
  const named = events.flatMap(({ source, id, corrects }) => [{ source, id }, ...(corrects === null ? [] : [{ source, id: corrects }])]);
  const rows = await tx.query<{ source: string; id: string; event_id: string }>(
    `SELECT k.source, k.external_id AS id, k.event_id FROM unnest($2::text[], $3::text[]) AS n (source, id)
       JOIN usage_event_keys k ON k.tenant_id = $1 AND k.source = n.source AND k.external_id = n.id`,
    [tenant, named.map(({ source }) => source), named.map(({ id }) => id)],
  );
  return new Map(rows.map((row) => [keyOf(row), row.event_id]));
}

async function targetsAmong(tx: Transaction, tenant: string, ids: readonly string[]): Promise<ReadonlyMap<string, Target>> {
  if (ids.length === 0) return new Map();
  const rows = await tx.query<Target & { id: string }>(
    `SELECT e.id, e.type, e.timestamp, c.corrected_id IS NOT NULL AS is_corrected FROM usage_events e
       LEFT JOIN usage_corrections c ON c.tenant_id = $1 AND c.corrected_id = e.id
       WHERE e.tenant_id = $1 AND e.id = ANY($2::uuid[])`,
    [tenant, ids],
  );
  return new Map(rows.map(({ id, ...target }) => [id, target]));
}
