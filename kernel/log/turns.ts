import { setTimeout as sleep } from 'node:timers/promises';

/** So many side by side, so that one that waits for its signer holds up no other. */
const LANES = 2;

/**
 * Work for tenants that takes its turn. Each lane rests for as long as it has worked: however many tenants are due at once, those who
 * wait for an answer have the better half of the database and of this process.
 */
export class Turns {
  readonly #work: (tenant: string) => Promise<void>;
  readonly #due = new Set<string>();
  #busy = 0;

  /** @param work that never throws */
  constructor(work: (tenant: string) => Promise<void>) {
    this.#work = work;
  }

  /** Once for a tenant that waits for its turn already. */
  take(tenant: string): void {
    this.#due.add(tenant);
    if (this.#busy < LANES) void this.#run();
  }

  async #run(): Promise<void> {
    this.#busy++;
    for (const tenant of this.#due) {
      this.#due.delete(tenant);
      const started = performance.now();
      await this.#work(tenant);
      await sleep(performance.now() - started, undefined, { ref: false });
    }
    this.#busy--;
  }
}
