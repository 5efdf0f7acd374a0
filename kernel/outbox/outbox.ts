import { setTimeout as sleep } from 'node:timers/promises';
import { SpanKind } from '@opentelemetry/api';
import type { Logger } from 'pino';
import { type Effect, isNone, Problem } from '../../sdk/index.ts';
import type { ActionRunner } from '../action.ts';
import { KERNEL_PACK } from '../admission.ts';
import type { Database } from '../database/database.ts';
import { endedWithin } from '../ended-within.ts';
import type { PackRegistry } from '../packs/registry.ts';
import { sideBySide } from '../side-by-side.ts';
import { inSpan } from '../telemetry/span.ts';

interface Message {
  readonly id: string;
  readonly pack: string;
  readonly effect: string;
  readonly subject_id: string;
  readonly payload: Readonly<Record<string, unknown>>;
  /** Of its pack, as they were when the message was claimed. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly attempts: number;
}

/** A claim lasts this long, and as long again for each attempt before: a crashed worker's message is taken up after it. */
const CLAIM_SECONDS = 8;
const LONGEST_CLAIM_SECONDS = 600;
/** Enough for the longest: beyond a thousand doublings no number is left. */
const MOST_DOUBLINGS = 10;
/** No claim lasts longer: what would have to wait for longer was written before the clock was set back. */
const IS_DUE = `(available_at <= summit_now() OR available_at > summit_now() + interval '${LONGEST_CLAIM_SECONDS} seconds')`;

/** How often what fails is tried within so many hours, from the claims above: sooner at first, and six times an hour then. */
export function attemptsWithin(hours: number): number {
  const longest = Math.log2(LONGEST_CLAIM_SECONDS / CLAIM_SECONDS);
  return Math.ceil(longest + (hours * 3_600) / LONGEST_CLAIM_SECONDS);
}

const HOLD_EVERY_MS = 3_000;
const BATCH = 20;
/** What takes longer goes on by itself, and holds up nothing else that waits. */
const SWEEP_WAITS_MS = 5_000;
/** Of one tenant: where the other side does not answer, what waits is left where it is. */
const MOST_UNDERWAY = 2 * BATCH;
const TENANTS_AT_A_TIME = 4;
/** So long a stop waits for what goes on. A claim that is left behind runs out. */
const LAST_EFFECTS_MS = 10_000;

/** What a pack that is switched off has left waits until it is switched on again. What others are to be told has happened, and is told all the same. */
export const MAY_BE_DELIVERED = `(pack = '${KERNEL_PACK}' OR EXISTS
  (SELECT FROM pack_enablements e WHERE e.tenant_id = $1 AND e.pack_id = outbox.pack AND e.status = 'enabled'))`;

/**
 * Delivers what actions have left in the outbox: runs the effect, then records its outcome by a governed action. At
 * least once: a crash anywhere in between means that the effect runs again, and the outcome is recorded once.
 */
export class OutboxWorker {
  readonly #database: Database;
  readonly #packs: PackRegistry;
  readonly #runner: ActionRunner;
  readonly #log: Logger;
  readonly #stopping = new AbortController();
  readonly #underway = new Set<Promise<void>>();
  /** By tenant, how many messages are being delivered here. */
  readonly #delivering = new Map<string, number>();

  constructor(services: { database: Database; packs: PackRegistry; runner: ActionRunner; log: Logger }) {
    this.#database = services.database;
    this.#packs = services.packs;
    this.#runner = services.runner;
    this.#log = services.log.child({ service: 'outbox' });
  }

  /** Delivers the messages now, if nobody else has claimed them. Never throws: what fails is tried again later. */
  async deliver(tenant: string, ids: readonly string[]): Promise<void> {
    const work = Promise.all(ids.map((id) => this.#deliverOne(tenant, id))).then(() => undefined);
    this.#underway.add(work);
    await work.finally(() => this.#underway.delete(work));
  }

  /** Takes up what waits: left by a crash, or failed before. @throws AggregateError once all have had their turn, where one has failed */
  async sweep(tenants: readonly string[]): Promise<void> {
    const failures: unknown[] = [];
    await sideBySide(tenants, TENANTS_AT_A_TIME, async (tenant) => {
      await this.#sweepOne(tenant).catch((error: unknown) => failures.push(error));
    });
    if (failures.length > 0) throw new AggregateError(failures, `the outbox of ${failures.length} tenants could not be read`);
  }

  async #sweepOne(tenant: string): Promise<void> {
    const room = Math.min(BATCH, MOST_UNDERWAY - (this.#delivering.get(tenant) ?? 0));
    if (room <= 0) return;
    const due = await this.#database.transaction(tenant, 'read', (tx) =>
      tx.query<{ id: string }>(
        `SELECT id FROM outbox WHERE tenant_id = $1 AND done_at IS NULL AND ${IS_DUE} AND ${MAY_BE_DELIVERED}
           ORDER BY available_at LIMIT $2`,
        [tenant, room],
      ),
    );
    const ids = due.map(({ id }) => id);
    await Promise.race([this.deliver(tenant, ids), sleep(SWEEP_WAITS_MS, undefined, { ref: false })]);
  }

  /** Begins to deliver what waits for this subject and nobody else has claimed. Resolves before it is delivered. */
  async takeUp(tenant: string, subject: string): Promise<void> {
    const due = await this.#database.transaction(tenant, 'read', (tx) =>
      tx.query<{ id: string }>(`SELECT id FROM outbox WHERE tenant_id = $1 AND subject_id = $2 AND done_at IS NULL AND ${IS_DUE}`, [tenant, subject]),
    );
    void this.deliver(
      tenant,
      due.map(({ id }) => id),
    );
  }

  /** Tells what takes long to stop, and resolves once nothing is underway, or it has lasted too long to wait for. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    if (await endedWithin(Promise.all(this.#underway), LAST_EFFECTS_MS)) return;
    const messages = [...this.#delivering.values()].reduce((sum, count) => sum + count, 0);
    this.#log.warn({ messages }, 'effects have not ended, and are left');
  }

  async #deliverOne(tenant: string, id: string): Promise<void> {
    const count = (by: number) => this.#delivering.set(tenant, (this.#delivering.get(tenant) ?? 0) + by);
    count(1);
    try {
      const message = await this.#claim(tenant, id);
      if (!message) return;
      try {
        await this.#traced(tenant, message);
        await this.#mark(tenant, id, 'done_at = summit_now(), last_error = NULL', []);
      } catch (error) {
        if (this.#stopping.signal.aborted) {
          // It did not fail, it was told to stop: whoever comes next need not wait until this claim has run out.
          await this.#mark(tenant, id, 'available_at = summit_now()', []);
          return;
        }
        if (await this.#givenUp(tenant, message, error)) return;
        this.#log.error(
          { err: error, tenant, message: id, effect: message.effect, attempts: message.attempts },
          'effect failed, it will be tried again',
        );
        await this.#mark(tenant, id, 'last_error = $3', [messageOf(error)]);
      }
    } catch (error) {
      this.#log.error({ err: error, tenant, message: id }, 'outbox message could not be claimed, given up or marked');
    } finally {
      count(-1);
    }
  }

  /** A part of the request that waits for it, else a trace of its own. */
  #traced(tenant: string, message: Message): Promise<void> {
    const { id, pack, effect, subject_id: subject, attempts } = message;
    const attributes = { 'summit.effect': effect, 'summit.pack': pack, 'summit.tenant': tenant, 'summit.message': id, 'summit.subject': subject };
    const options = { kind: SpanKind.CONSUMER, attributes: { ...attributes, 'summit.attempt': attempts } };
    return inSpan(`effect ${effect}`, options, () => this.#perform(tenant, message));
  }

  async #perform(tenant: string, message: Message): Promise<void> {
    const effect = this.#effect(message);
    const log = this.#log.child({ tenant, effect: effect.id, message: message.id, subject: message.subject_id });
    const { id: messageId, subject_id: subject, payload, settings } = message;
    const context = { tenant, messageId, subject, payload, settings, log, signal: this.#stopping.signal };
    await this.#holding(tenant, messageId, async () => {
      const outcome = await effect.run(context);
      if (isNone(effect.outcome)) return;
      await this.#runner.recordOutcome(effect.outcome, message.pack, tenant, effect.id, subject, outcome).catch((error: unknown) => {
        // An earlier attempt has recorded the outcome and died before it could say so.
        if (!(error instanceof Problem && error.code === 'invalid-state')) throw error;
      });
    });
  }

  /** Once it has failed for as often as its effect is tried, that is recorded, and it is done. */
  async #givenUp(tenant: string, message: Message, error: unknown): Promise<boolean> {
    const { id, pack, effect, subject_id: subject, payload, attempts } = message;
    const givesUp = this.#packs.find(pack)?.effects.find((one) => one.id === effect)?.givesUp;
    if (!givesUp || attempts < givesUp.afterAttempts) return false;
    this.#log.error({ err: error, tenant, message: id, effect, attempts }, 'effect failed, and is given up');
    const input = { message_id: id, payload, error: messageOf(error) };
    await this.#runner.recordOutcome(givesUp.action, pack, tenant, effect, subject, input);
    await this.#mark(tenant, id, 'done_at = summit_now(), last_error = $3', [messageOf(error)]);
    return true;
  }

  #effect({ pack, effect }: Message): Effect {
    const found = this.#packs.find(pack)?.effects.find(({ id }) => id === effect);
    if (!found) throw new Error(`the pack ${pack} has no effect ${effect}: is it loaded?`);
    return found;
  }

  /**
   * Claims by moving the time at which the message is next available: no lock is held while the effect runs. Whether its pack is
   * switched on is read in the same statement, and not believed.
   */
  async #claim(tenant: string, id: string): Promise<Message | undefined> {
    const [message] = await this.#database.transaction(tenant, 'write', (tx) =>
      tx.commitWith<Message>(
        `UPDATE outbox SET attempts = attempts + 1, available_at = summit_now() + make_interval(secs => least($3 * 2 ^ least(attempts, ${MOST_DOUBLINGS}), $4))
           WHERE tenant_id = $1 AND id = $2 AND done_at IS NULL AND ${IS_DUE} AND ${MAY_BE_DELIVERED}
           RETURNING id, pack, effect, subject_id, payload, attempts,
             coalesce((SELECT settings FROM pack_enablements e WHERE e.tenant_id = $1 AND e.pack_id = outbox.pack), '{}') AS settings`,
        [tenant, id, CLAIM_SECONDS, LONGEST_CLAIM_SECONDS],
      ),
    );
    return message;
  }

  /** Keeps the claim on a message for as long as the work takes: nobody is to take it for crashed. */
  async #holding(tenant: string, id: string, work: () => Promise<void>): Promise<void> {
    const hold = () => this.#mark(tenant, id, 'available_at = greatest(available_at, summit_now() + make_interval(secs => $3))', [CLAIM_SECONDS]);
    const timer = setInterval(() => {
      hold().catch((error: unknown) => this.#log.warn({ err: error, tenant, message: id }, 'the claim on an outbox message could not be kept'));
    }, HOLD_EVERY_MS);
    // An effect that a stop has left behind keeps no process.
    timer.unref();
    try {
      await work();
    } finally {
      clearInterval(timer);
    }
  }

  #mark(tenant: string, id: string, set: string, values: readonly unknown[]): Promise<unknown> {
    return this.#database.transaction(tenant, 'write', (tx) =>
      tx.commitWith(`UPDATE outbox SET ${set} WHERE tenant_id = $1 AND id = $2`, [tenant, id, ...values]),
    );
  }
}

function messageOf(error: unknown): string {
  return String(error instanceof Error ? error.message : error).slice(0, 1_000);
}
