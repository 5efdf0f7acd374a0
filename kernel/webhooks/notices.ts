import type { Changes, Message, Occurrence } from '../../sdk/index.ts';
import type { Transaction } from '../database/database.ts';
import type { PackRegistry } from '../packs/registry.ts';
import type { Happening } from '../record.ts';
import { errorsIn, inWords } from '../validation.ts';
import { endpointsOf, subscribes } from './endpoints.ts';

/** The effect that delivers a notice. */
export const WEBHOOK_EFFECT = 'webhook.deliver';

/** What is sent, as it is sent. */
export interface Notice {
  readonly type: string;
  readonly version: number;
  /** When the action was, RFC 3339. */
  readonly timestamp: string;
  readonly tenant: string;
  readonly subject: { readonly type: string; readonly id: string };
  readonly data: unknown;
}

/** What a message to an endpoint holds. */
export interface NoticeTo {
  readonly endpoint: string;
  readonly body: Notice;
}

type Told = Pick<Happening, 'action' | 'pack' | 'tenant' | 'now' | 'subject'>;

/**
 * A message for each event and each endpoint that wants it: one that is down is tried again, and no other is told twice.
 * Endpoints are read only where there are events.
 * @throws TypeError for an event that the pack does not declare, of what its action does not touch, or with data against its schema
 */
export async function noticesOf(packs: PackRegistry, tx: Transaction, happening: Told, changes: Changes): Promise<readonly Message[]> {
  const { events = [] } = changes;
  if (events.length === 0) return [];
  const types = typesIn(happening, changes);
  // Also where nobody listens: a mistake is to be found before somebody does.
  const notices = events.map((occurrence) => noticeOf(packs, happening, types, occurrence));
  const endpoints = await endpointsOf(tx, happening.tenant);
  return notices.flatMap((body) =>
    endpoints
      .filter((endpoint) => subscribes(endpoint, body.type))
      .map(({ id }) => ({ effect: WEBHOOK_EFFECT, subject: body.subject.id, payload: { endpoint: id, body } })),
  );
}

function noticeOf(
  packs: PackRegistry,
  { pack, tenant, now }: Told,
  types: ReadonlyMap<string, string>,
  { event, subject, data }: Occurrence,
): Notice {
  const { type, version } = event;
  if (!packs.find(pack)?.events.includes(event)) throw new TypeError(`the pack ${pack} does not declare the event ${type}`);
  const subjectType = types.get(subject);
  if (subjectType === undefined) throw new TypeError(`the event ${type} is about ${subject}, which its action does not touch`);
  // Ajv fills in defaults, and what a pack has made is not ours to change.
  const checked = structuredClone(data);
  const errors = errorsIn(event.data, checked);
  if (errors.length > 0) throw new TypeError(`the event ${type}: ${inWords(errors)}`);
  return { type, version, timestamp: now, tenant, subject: { type: subjectType, id: subject }, data: checked };
}

/** By id, the type of all that an action may tell of. */
function typesIn({ action, subject }: Told, { subjects, rows = [] }: Changes): ReadonlyMap<string, string> {
  return new Map([
    [subject.id, action.entity.type],
    ...subjects.map(({ entity, after }) => [after.id, entity.type] as const),
    ...rows.map(({ entity, row }) => [row.id, entity.type] as const),
  ]);
}
