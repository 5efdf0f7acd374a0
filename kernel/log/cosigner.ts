import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Database } from '../database/database.ts';
import { consistencyHashes } from './proofs.ts';
import { type Checkpoint, currentEpoch, latestCheckpoint } from './store.ts';
import { addCheckpoint, type Witness } from './witness-client.ts';

/** So long does a proof wait for witnesses: one that cannot be reached must not hold up evidence. */
const WAIT_MS = 2_000;
const MAX_STEPS = 3;

/** Shows the newest checkpoint of each tenant to the witnesses, and keeps their cosignatures. */
export class Cosigner {
  readonly #database: Database;
  readonly #witnesses: readonly Witness[];
  readonly #log: Logger;
  /** By witness, tenant and epoch: the size that it has seen last. */
  readonly #seen = new Map<string, number>();
  readonly #underway = new Map<string, { readonly done: Promise<void>; again: boolean }>();

  constructor(services: { database: Database; witnesses: readonly Witness[]; log: Logger }) {
    this.#database = services.database;
    this.#witnesses = services.witnesses;
    this.#log = services.log.child({ service: 'cosigner' });
  }

  /** How many cosignatures a checkpoint has in the end. */
  get wanted(): number {
    return this.#witnesses.length;
  }

  /** Begins to show what is newest, where it has not been shown. */
  show(tenant: string): void {
    if (this.#witnesses.length === 0) return;
    const underway = this.#underway.get(tenant);
    if (underway) underway.again = true;
    else this.#underway.set(tenant, { done: this.#showAll(tenant), again: false });
  }

  /** Once more, where a newer checkpoint has come while one was shown. */
  async #showAll(tenant: string): Promise<void> {
    do {
      const underway = this.#underway.get(tenant);
      if (underway) underway.again = false;
      await Promise.all(this.#witnesses.map((witness) => this.#showTo(witness, tenant)));
    } while (this.#underway.get(tenant)?.again);
    this.#underway.delete(tenant);
  }

  /** Resolves once the witnesses have answered, or have had their time. */
  async settled(tenant: string): Promise<void> {
    await Promise.race([this.#underway.get(tenant)?.done, sleep(WAIT_MS, undefined, { ref: false })]);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#underway.values()].map(({ done }) => done));
  }

  keep(tenant: string, { epoch, size }: Pick<Checkpoint, 'epoch' | 'size'>, { witness, line }: { witness: string; line: string }): Promise<unknown> {
    return this.#database.transaction(tenant, 'write', (tx) =>
      tx.commitWith(
        `INSERT INTO log_cosignatures (tenant_id, epoch, size, witness, line, created_at) VALUES ($1, $2, $3, $4, $5, summit_now()) ON CONFLICT DO NOTHING`,
        [tenant, epoch, size, witness, line],
      ),
    );
  }

  /** Never throws: a witness that cannot be reached is asked again with the next checkpoint, or the next sweep. */
  async #showTo(witness: Witness, tenant: string): Promise<void> {
    try {
      const checkpoint = await this.#newestUnseenBy(witness, tenant);
      if (checkpoint) await this.#ask(witness, tenant, checkpoint);
    } catch (error) {
      this.#log.warn({ err: error, tenant, witness: witness.name }, 'a witness could not cosign');
    }
  }

  async #ask(witness: Witness, tenant: string, checkpoint: Checkpoint): Promise<void> {
    const { epoch, size, note } = checkpoint;
    const key = `${witness.name}/${tenant}/${epoch}`;
    for (let step = 1; step <= MAX_STEPS; step++) {
      const oldSize = this.#seen.get(key) ?? 0;
      // It has seen a newer one, shown by another replica.
      if (oldSize > size) return;
      const hashes = await this.#database.transaction(tenant, 'read', (tx) => consistencyHashes(tx, tenant, epoch, oldSize, size));
      const answer = await addCheckpoint(witness, note, oldSize, hashes);
      if (answer.kind === 'cosigned') {
        this.#seen.set(key, size);
        await this.keep(tenant, checkpoint, { witness: witness.name, line: answer.line });
        return;
      }
      if (answer.kind === 'refused') throw new Error(`it refuses the checkpoint of ${size} leaves: ${answer.reason}`);
      if (answer.size === oldSize) throw new Error(`it has seen another log of ${size} leaves`);
      this.#seen.set(key, answer.size);
    }
  }

  #newestUnseenBy(witness: Witness, tenant: string): Promise<Checkpoint | null> {
    return this.#database.transaction(tenant, 'read', async (tx) => {
      const { epoch } = await currentEpoch(tx, tenant);
      const checkpoint = await latestCheckpoint(tx, tenant, epoch);
      if (!checkpoint) return null;
      const [cosigned] = await tx.query('SELECT FROM log_cosignatures WHERE tenant_id = $1 AND epoch = $2 AND size = $3 AND witness = $4', [
        tenant,
        epoch,
        checkpoint.size,
        witness.name,
      ]);
      return cosigned ? null : checkpoint;
    });
  }
}
