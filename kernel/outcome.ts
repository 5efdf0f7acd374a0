import { setTimeout as sleep } from 'node:timers/promises';
import type { Action } from '../sdk/index.ts';
import type { ActionResult } from './action.ts';
import type { Caller } from './admission.ts';
import type { Config } from './config/config.ts';
import type { Database } from './database/database.ts';
import type { Answer } from './idempotency.ts';
import type { OutboxWorker } from './outbox/outbox.ts';
import type { PackRegistry } from './packs/registry.ts';
import type { QueryRunner } from './query.ts';

const POLL_MS = 50;

/** Waits, for a few seconds, for what an action has set in motion, and answers with how it turned out. */
export class Outcomes {
  readonly #database: Database;
  readonly #outbox: OutboxWorker;
  readonly #queries: QueryRunner;
  readonly #packs: PackRegistry;
  readonly #waitMs: number;

  constructor(services: { database: Database; outbox: OutboxWorker; queries: QueryRunner; packs: PackRegistry; config: Config }) {
    this.#database = services.database;
    this.#outbox = services.outbox;
    this.#queries = services.queries;
    this.#packs = services.packs;
    this.#waitMs = services.config.outcomeWaitMs;
  }

  /** @returns the settled resource with 200, or 202 where it takes longer */
  async of(action: Action, caller: Caller, result: ActionResult, idempotencyKey: string | undefined): Promise<Answer> {
    if (result.settled || !action.settles) return result;
    const { settles } = action;
    const found = this.#packs.query(settles.query);
    if (!found) throw new TypeError(`${action.id} settles by the query ${settles.query}, which no pack has`);
    const { operation: query, pack } = found;
    const deadline = Date.now() + this.#waitMs;
    await Promise.race([this.#outbox.deliver(caller.tenant, result.messages), sleep(this.#waitMs, undefined, { ref: false })]);
    for (;;) {
      const resource = (await this.#queries.run(query, pack, caller, { params: { id: result.subjectId }, query: {} })) as Answer['body'];
      const body = { ...resource, receipt: result.body.receipt };
      if (!settles.while.includes(String(resource.status))) {
        if (idempotencyKey !== undefined) await this.#remember(caller, idempotencyKey, body);
        return { ...result, status: 200, body, settled: true };
      }
      if (Date.now() >= deadline) return { ...result, status: 202, body, settled: false };
      await sleep(POLL_MS);
    }
  }

  #remember({ tenant, userId }: Caller, key: string, body: object): Promise<unknown> {
    return this.#database.transaction(tenant, 'write', (tx) =>
      tx.commitWith(
        'UPDATE idempotency_keys SET status = 200, body = $4, settled = true WHERE tenant_id = $1 AND user_id = $2 AND key = $3 AND NOT settled',
        [tenant, userId, key, JSON.stringify(body)],
      ),
    );
  }
}
