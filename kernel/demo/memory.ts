import type { Database } from '../database/database.ts';

/**
 * What the keys of stories begin with. They are idempotency keys that are never swept, and that nobody can send: over HTTP
 * a key has no spaces.
 */
export const STORY_KEYS = 'seed ';

/** A story as a whole belongs to nobody. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

/** Its place in a tenant: what has become of it, and since when. */
export interface StoryMark {
  /** When it was begun first, RFC 3339. */
  readonly begun: string;
  /** The same in the tenant's time zone: `YYYY-MM-DD`. */
  readonly day: string;
  /** Whether it was told to its end, by now. */
  readonly ended: boolean;
}

/** Of every step: each stays what it was, also where a later version words it otherwise. Its key alone tells it from others. */
export const STEP_DIGEST = 'the step of a story';

export function stepKey(pack: string, step: string): string {
  return `${STORY_KEYS}${pack}/${step}`;
}

/** Remembers that a story was begun. Who comes later, or at the same time, finds what the first one wrote. */
export async function beginStory(database: Database, tenant: string, pack: string): Promise<StoryMark> {
  await database.transaction(tenant, 'write', (tx) =>
    tx.commitWith(
      `INSERT INTO idempotency_keys (tenant_id, user_id, key, request_digest, subject_id, status, body, settled, created_at)
         VALUES ($1, $2, $3, '', NULL, 202, '', false, summit_now()) ON CONFLICT DO NOTHING`,
      [tenant, NOBODY, STORY_KEYS + pack],
    ),
  );
  const [mark] = await database.transaction(tenant, 'read', (tx) =>
    tx.query<StoryMark>(
      `SELECT k.created_at AS begun, to_char(k.created_at AT TIME ZONE t.time_zone, 'YYYY-MM-DD') AS day, k.settled AS ended
         FROM idempotency_keys k JOIN tenant_configurations t ON t.tenant_id = $1
         WHERE k.tenant_id = $1 AND k.user_id = $2 AND k.key = $3`,
      [tenant, NOBODY, STORY_KEYS + pack],
    ),
  );
  if (!mark) throw new TypeError(`the tenant ${tenant} has no configuration`);
  return mark;
}

export async function endStory(database: Database, tenant: string, pack: string): Promise<void> {
  await database.transaction(tenant, 'write', (tx) =>
    tx.commitWith('UPDATE idempotency_keys SET status = 200, settled = true WHERE tenant_id = $1 AND user_id = $2 AND key = $3', [
      tenant,
      NOBODY,
      STORY_KEYS + pack,
    ]),
  );
}
