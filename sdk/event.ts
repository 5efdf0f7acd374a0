import type { Static, TSchema } from './schema.ts';

/** Something that a pack tells others about, by webhooks, when it happens: `quote.approved`. */
export interface EventType<Schema extends TSchema = TSchema> {
  /** Subscriptions name it, or all that begin alike: `quote.*`. */
  readonly type: string;
  /** Goes up with any change of `data` that a receiver could stumble over. */
  readonly version: number;
  readonly title: string;
  /**
   * Ids and business values, and no personal data: what has been told cannot be taken back, and the receipt binds it, so that
   * nothing in it can be erased. Who may know more asks for the subject by its id.
   */
  readonly data: Schema;
}

export function defineEvent<Schema extends TSchema>(event: EventType<Schema>): EventType<Schema> {
  return Object.freeze(event);
}

/** An event that has happened to one subject. */
export interface Occurrence {
  readonly event: EventType;
  readonly subject: string;
  readonly data: unknown;
}

/** @param subject the id of what the action is about, or of what it changes or inserts */
export function occurred<Schema extends TSchema>(event: EventType<Schema>, subject: string, data: Static<Schema>): Occurrence {
  return Object.freeze({ event, subject, data });
}
