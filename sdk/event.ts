import type { Static, TSchema } from './schema.ts';

/** Something that a pack tells others about, by webhooks, when it happens: `quote.approved`. */
export interface EventType<Schema extends TSchema = TSchema> {
  /** Subscriptions name it, or all that begin alike: `quote.*`. */
  readonly type: string;
  /** From 1. It goes up with any change of `data` that a receiver could stumble over. */
  readonly version: number;
  readonly title: string;
  /**
   * Ids and business values, and no personal data: what has been told cannot be taken back, and the receipt binds it, so that
   * nothing in it can be erased. Who may know more asks for the subject by its id.
   */
  readonly data: Schema;
}

/**
 * Declares an event, for the pack's `events`: whoever subscribes to its type is told by a signed webhook, at least once.
 *
 * @example
 * ```ts
 * const vendorActivated = defineEvent({
 *   type: 'vendor.activated',
 *   version: 1,
 *   title: 'A vendor may be bought from',
 *   data: Strict({ vendor_id: Id, country: Type.String() }),
 * });
 * // No personal data: what has been told cannot be taken back.
 * assert.ok(!accepts(vendorActivated.data, { vendor_id: vendor.id, country: 'NL', contact: 'ann@globex.example' }));
 * ```
 */
export function defineEvent<Schema extends TSchema>(event: EventType<Schema>): EventType<Schema> {
  return Object.freeze(event);
}

/** An event that has happened to one subject, made by `occurred` for `Changes.events`. */
export interface Occurrence {
  readonly event: EventType;
  readonly subject: string;
  readonly data: unknown;
}

/**
 * Says that an event has happened. It is told once the action is committed, and not where it is not. The kernel refuses an
 * event that the pack does not declare, that is about something which the action does not touch, or whose data is not valid by
 * its schema: 500, and nothing changes.
 *
 * @param subject the id of what the action is about, or of what it changes or inserts
 * @example
 * ```ts
 * const data = Strict({ name: Type.String() });
 * const vendorRenamed = defineEvent({ type: 'vendor.renamed', version: 1, title: 'A vendor has another name', data });
 * const renamed = change(Vendor, at, vendor, { name: 'Globex Ltd' });
 * const events = [occurred(vendorRenamed, renamed.after.id, { name: renamed.after.name })];
 * assert.deepEqual(events[0]?.data, { name: 'Globex Ltd' });
 * ```
 */
export function occurred<Schema extends TSchema>(event: EventType<Schema>, subject: string, data: Static<Schema>): Occurrence {
  return Object.freeze({ event, subject, data });
}
