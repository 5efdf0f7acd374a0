import type { Logger } from 'pino';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { validate as isUuid } from 'uuid';
import { type Action, type Actor, Problem, type ProblemCode } from '../../sdk/index.ts';
import type { Config } from '../config/config.ts';
import type { Database } from '../database/database.ts';
import { DatabaseUnavailable, isRetryable } from '../database/errors.ts';
import { newId } from '../ids.ts';
import { tenantOrigin } from '../log/names.ts';
import { recordOf } from '../record.ts';
import type { Writer } from '../write.ts';

/** What was attempted. */
export interface Attempt {
  readonly action: Action;
  readonly pack: string;
  readonly tenant: string;
  readonly actor: Actor;
  readonly params: Readonly<Record<string, string>>;
  /** null where it was refused before that was read. */
  readonly input: unknown;
}

/** Who may at all, and who may not because of what they did before. The policy's denials have receipts of their own. */
const REFUSALS: ReadonlySet<ProblemCode> = new Set(['forbidden', 'pack-disabled', 'separation-of-duties']);

/** So many a minute leave a receipt, for each person and action, so that nobody floods the log. */
const RECEIPTED = { refused: { points: 1, duration: 60 }, failed: { points: 30, duration: 60 } };

/** Leaves the receipts of what was attempted and did not happen, each in a transaction of its own. */
export class Refusals {
  readonly #database: Database;
  readonly #write: Writer;
  readonly #config: Pick<Config, 'origin'>;
  readonly #limits = { refused: new RateLimiterMemory(RECEIPTED.refused), failed: new RateLimiterMemory(RECEIPTED.failed) };
  readonly #log: Logger;

  constructor({ database, write, config, log }: { database: Database; write: Writer; config: Pick<Config, 'origin'>; log: Logger }) {
    this.#database = database;
    this.#write = write;
    this.#config = config;
    this.#log = log;
  }

  /**
   * A refusal by role or separation of duties leaves `refused`; what broke in the middle leaves `failed`. Bad input, an
   * unknown id, a state that does not allow it and a lost race leave none. Never throws: the error itself is the answer.
   */
  async witness(attempt: Attempt, error: unknown): Promise<void> {
    const outcome = outcomeOf(error);
    if (outcome === null || !(await this.#isReceipted(attempt, outcome))) return;
    await this.#record(attempt, outcome).catch((second: unknown) =>
      this.#log.error({ err: second, action: attempt.action.id, outcome }, 'the receipt of what did not happen could not be written'),
    );
  }

  #record(attempt: Attempt, outcome: 'refused' | 'failed'): Promise<void> {
    const { action, pack, tenant, actor, params, input } = attempt;
    return this.#database.transaction(tenant, 'write', async (tx) => {
      const [clock] = await tx.query<{ now: string }>('SELECT summit_now() AS now');
      const { writes } = recordOf({
        action,
        pack,
        tenant,
        origin: tenantOrigin(this.#config.origin, tenant),
        actor,
        input,
        now: clock?.now ?? '',
        outcome,
        subject: { id: params.id !== undefined && isUuid(params.id) ? params.id : newId(), status: null },
        locked: new Map(),
        newId,
        decisions: [],
        approval: null,
        changes: null,
      });
      await this.#write(tx, tenant, writes);
    });
  }

  #isReceipted({ tenant, actor, action }: Attempt, outcome: 'refused' | 'failed'): Promise<boolean> {
    return this.#limits[outcome].consume(`${tenant}/${actor.id}/${action.id}`).then(
      () => true,
      () => false,
    );
  }
}

function outcomeOf(error: unknown): 'refused' | 'failed' | null {
  if (isRetryable(error) || error instanceof DatabaseUnavailable) return null;
  if (!(error instanceof Problem)) return 'failed';
  if (error.code === 'unavailable') return 'failed';
  return REFUSALS.has(error.code) ? 'refused' : null;
}
