import { setTimeout as sleep } from 'node:timers/promises';

/** So many side by side. */
const LANES = 2;
/** What takes longer, for a signer that does not answer or for others who push it on, goes on by itself and holds up no other. */
const LONGEST_TURN_MS = 1_000;
const LONGEST_REST_MS = 250;

/**
 * Work for tenants that takes its turn. Each lane rests for as long as it has worked: however many tenants are due at once, those who
 * wait for an answer have the better half of the database and of this process.
 */
export class Turns {
  readonly #work: (tenant: string) => Promise<void>;
  readonly #due = new Set<string>();
  readonly #underway = new Set<Promise<void>>();
  #busy = 0;
  #isStopped = false;

  /** @param work that never throws */
  constructor(work: (tenant: string) => Promise<void>) {
    this.#work = work;
  }

  /** Once for a tenant that waits for its turn already. */
  take(tenant: string): void {
    if (this.#isStopped) return;
    this.#due.add(tenant);
    if (this.#busy < LANES) void this.#run();
  }

  /** From here on nothing has its turn. Resolves once what is at work has ended. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#due.clear();
    await Promise.all(this.#underway);
  }

  /** It is being done out of turn. */
  drop(tenant: string): void {
    this.#due.delete(tenant);
  }

  async #run(): Promise<void> {
    this.#busy++;
    for (const tenant of this.#due) {
      this.#due.delete(tenant);
      const started = performance.now();
      const work = this.#work(tenant).finally(() => this.#underway.delete(work));
      this.#underway.add(work);
      await Promise.race([work, sleep(LONGEST_TURN_MS, undefined, { ref: false })]);
      await sleep(Math.min(performance.now() - started, LONGEST_REST_MS), undefined, { ref: false });
    }
    this.#busy--;
  }
}
