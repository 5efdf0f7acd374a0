import { Client } from './client.ts';
import { Ledger } from './ledger.ts';
import type { Random } from './random.ts';
import type { Site } from './site.ts';
import type { Story } from './stories.ts';

const CLIENTS = 6;

/** Clients that use Summit without pause, until they are told to stop. */
export class Traffic {
  readonly ledger = new Ledger();
  readonly #site: Site;
  readonly #random: Random;
  readonly #stories: readonly Story[];
  #clients: Promise<void>[] = [];
  #isStopping = false;

  constructor(site: Site, random: Random, stories: readonly Story[]) {
    this.#site = site;
    this.#random = random;
    this.#stories = stories;
  }

  start(): void {
    this.#clients = Array.from({ length: CLIENTS }, () => this.#run());
  }

  /** Resolves once each story that was begun has come to its end. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await Promise.all(this.#clients);
  }

  async #run(): Promise<void> {
    const client = new Client(this.#site, this.ledger, this.#random);
    while (!this.#isStopping) {
      const told = this.ledger.surprises.length;
      await this.#random
        .pick(this.#stories)(client, this.#random)
        .catch((error: Error) => {
          if (this.ledger.surprises.length === told) this.ledger.surprises.push(error.message);
        });
    }
  }
}
