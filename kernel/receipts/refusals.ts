import { RateLimiterMemory } from 'rate-limiter-flexible';
import { validate as isUuid, v7 as newId } from 'uuid';
import { type Action, type Actor, Problem, type ProblemCode } from '../../sdk/index.ts';
import type { Config } from '../config/config.ts';
import type { Database } from '../database/database.ts';
import { isRetryable, isUnavailable } from '../database/errors.ts';
import { recordOf } from '../record.ts';
import type { Writer } from '../write.ts';

/** What was attempted. */
export interface Attempt {
  readonly action: Action;
  readonly pack: string;
  readonly tenant: string;
  readonly actor: Actor;
  readonly params: Readonly<Record<string, string>>;
  readonly input: unknown;
}

/** Who may at all, and who may not because of what they did before. The policy's denials have receipts of their own. */
const REFUSALS: ReadonlySet<ProblemCode> = new Set(['forbidden', 'pack-disabled', 'separation-of-duties']);

/** Refusals that leave a receipt, for each person and action: one a minute, so that nobody floods the log. */
const RECEIPTED = { points: 1, duration: 60 };

/** Leaves the receipts of what was attempted and did not happen, each in a transaction of its own. */
export class Refusals {
  readonly #database: Database;
  readonly #write: Writer;
  readonly #config: Pick<Config, 'origin'>;
  readonly #limit = new RateLimiterMemory(RECEIPTED);

  constructor({ database, write, config }: { database: Database; write: Writer; config: Pick<Config, 'origin'> }) {
    this.#database = database;
    this.#write = write;
    this.#config = config;
  }

  /**
   * A refusal by role or separation of duties leaves `refused`; what broke in the middle leaves `failed`. Bad input, an
   * unknown id, a state that does not allow it and a lost race leave none.
   */
  async witness(attempt: Attempt, error: unknown): Promise<void> {
    const outcome = outcomeOf(error);
    if (outcome === null || (outcome === 'refused' && !(await this.#isReceipted(attempt)))) return;
    const { action, pack, tenant, actor, params, input } = attempt;
    await this.#database.transaction(tenant, 'write', async (tx) => {
      const [clock] = await tx.query<{ now: string }>('SELECT summit_now() AS now');
      const { writes } = recordOf({
        action,
        pack,
        tenant,
        origin: `${this.#config.origin}/${tenant}`,
        actor,
        input,
        now: clock?.now ?? '',
        outcome,
        subject: { id: params.id !== undefined && isUuid(params.id) ? params.id : newId(), status: null },
        locked: new Map(),
        newId: () => newId(),
        decision: null,
        approval: null,
        changes: null,
      });
      await this.#write(tx, tenant, writes);
    });
  }

  #isReceipted({ tenant, actor, action }: Attempt): Promise<boolean> {
    return this.#limit.consume(`${tenant}/${actor.id}/${action.id}`).then(
      () => true,
      () => false,
    );
  }
}

function outcomeOf(error: unknown): 'refused' | 'failed' | null {
  if (isRetryable(error) || isUnavailable(error)) return null;
  if (!(error instanceof Problem)) return 'failed';
  if (error.code === 'unavailable') return 'failed';
  return REFUSALS.has(error.code) ? 'refused' : null;
}
