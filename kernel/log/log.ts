import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { Problem } from '../../sdk/index.ts';
import { checkpointText } from '../../sdk/verify/checkpoint.ts';
import type { Config } from '../config/config.ts';
import type { Database, Transaction } from '../database/database.ts';
import { sideBySide } from '../side-by-side.ts';
import { detached } from '../telemetry/scope.ts';
import type { Cosigner } from './cosigner.ts';
import { type Candidate, type Guard, type Guarded, SignerRefusal } from './guard.ts';
import { clearHalt, isHalted, recordHalt } from './halts.ts';
import { newestReceipt } from './leaves.ts';
import { logOrigin, tenantOrigin } from './names.ts';
import type { NoteSigner } from './note-signer.ts';
import { consistencyHashes } from './proofs.ts';
import { BATCH, integrate } from './sequencer.ts';
import { currentEpoch, headOf, latestCheckpoint } from './store.ts';
import { CorruptLog } from './tiles.ts';
import { Turns } from './turns.ts';

/** A log moves on when so many receipts wait, or in its turn when the first has waited so long; then all that wait are taken. */
const WORTH_A_BATCH = 1024;
const PATIENCE_MS = 1_000;
/** So long does somebody wait who asks for the proof of what was just written. */
const PROOF_WITHIN_MS = 10_000;
const POLL_MS = 25;
/** So many logs are looked at side by side. */
const SWEEPERS = 4;
/** A log that cannot be signed is looked at again now and then: somebody may have mended it. */
const HALTED_MS = 30_000;

interface Halt {
  readonly reason: string;
  readonly until: number;
}

/** Moves the tenants' logs on: gives receipts their places, signs what has grown, and shows it to the witnesses. */
export class TransparencyLog {
  readonly #database: Database;
  readonly #host: string;
  readonly #guard: Guard;
  readonly #signer: NoteSigner;
  readonly #cosigner: Cosigner;
  readonly #log: Logger;
  readonly #waiting = new Map<string, { count: number; readonly timer: NodeJS.Timeout }>();
  /** By tenant, what is underway, and whether to go round once more after it. */
  readonly #running = new Map<string, { readonly done: Promise<void>; again: boolean }>();
  readonly #turns = new Turns((tenant) => this.advance(tenant));
  readonly #halted = new Map<string, Halt>();
  readonly #grown: ((tenant: string) => void)[] = [];

  constructor(services: {
    database: Database;
    config: Pick<Config, 'origin'>;
    guard: Guard;
    checkpointSigner: NoteSigner;
    cosigner: Cosigner;
    log: Logger;
  }) {
    this.#database = services.database;
    this.#host = services.config.origin;
    this.#guard = services.guard;
    this.#signer = services.checkpointSigner;
    this.#cosigner = services.cosigner;
    this.#log = services.log.child({ service: 'log' });
  }

  /** The logs that stand still since signing them was refused, and why. */
  get halted(): ReadonlyMap<string, string> {
    return new Map([...this.#halted].map(([tenant, { reason }]) => [tenant, reason]));
  }

  /** @param listener is told of each tenant whose receipts have got their places here */
  onGrown(listener: (tenant: string) => void): void {
    this.#grown.push(listener);
  }

  /** To be told of receipts that were committed. */
  nudge(tenant: string, count: number): void {
    const waiting = this.#waiting.get(tenant);
    if (waiting) waiting.count += count;
    else {
      const timer = detached(() => setTimeout(() => this.#turns.take(tenant), PATIENCE_MS));
      timer.unref();
      this.#waiting.set(tenant, { count, timer });
    }
    if ((waiting?.count ?? count) >= WORTH_A_BATCH) void this.advance(tenant);
  }

  /** Takes all that waits now. Never throws: what fails is tried again, and what must not be signed is not. */
  advance(tenant: string): Promise<void> {
    clearTimeout(this.#waiting.get(tenant)?.timer);
    this.#waiting.delete(tenant);
    this.#turns.drop(tenant);
    const running = this.#running.get(tenant);
    if (running) {
      running.again = true;
      return running.done;
    }
    const done = this.#advance(tenant);
    this.#running.set(tenant, { done, again: false });
    return done;
  }

  /** Has what waits take its turn: left by a process that died, or by a signer or a witness that could not be reached. */
  async sweep(tenants: readonly string[]): Promise<void> {
    await sideBySide(tenants, SWEEPERS, (tenant) => this.#sweepOne(tenant));
  }

  /**
   * Resolves once these receipts are under a signed checkpoint, and the witnesses have had a moment to cosign it.
   * @throws Problem `unavailable` where that takes too long
   */
  async integrated(tenant: string, receiptIds: readonly string[]): Promise<void> {
    const deadline = Date.now() + PROOF_WITHIN_MS;
    for (let advanced = 0; ; advanced++) {
      if (await this.#database.transaction(tenant, 'read', (tx) => areSigned(tx, tenant, receiptIds))) return this.#cosigner.settled(tenant);
      const halted = this.#halted.get(tenant)?.reason;
      if (halted !== undefined) throw new Problem('unavailable', `The log stands still, so there is no proof: ${halted}.`);
      if (Date.now() > deadline) throw new Problem('unavailable', 'The log has not come this far yet: ask again in a moment.');
      // What this process has not brought about, another one is about to.
      if (advanced > 0) await sleep(POLL_MS);
      await this.advance(tenant);
    }
  }

  /** Resolves once all that is committed by now is under a signed checkpoint. @throws Problem `unavailable` */
  async upToDate(tenant: string): Promise<void> {
    const waitedFor = await this.#database.transaction(tenant, 'read', async (tx) => {
      const newest = await newestReceipt(tx, tenant);
      return newest === null || (await areSigned(tx, tenant, [newest])) ? null : newest;
    });
    if (waitedFor === null) return this.#cosigner.settled(tenant);
    await this.integrated(tenant, [waitedFor]);
  }

  /** Resolves once nothing is underway, and what was written here has its place. */
  async stop(): Promise<void> {
    const turns = this.#turns.stop();
    await Promise.all([...this.#waiting.keys()].map((tenant) => this.advance(tenant)));
    await Promise.all([...this.#running.values()].map(({ done }) => done));
    await turns;
    await this.#cosigner.stop();
  }

  /** Never throws: what is wrong with one tenant's log holds up no other. */
  async #sweepOne(tenant: string): Promise<void> {
    try {
      const { behind, halted, cosignatures } = await this.#database.transaction(tenant, 'read', (tx) => stateOf(tx, tenant));
      const halt = this.#halted.get(tenant);
      // Where it stood still somebody else may have moved it on, and then nothing is behind.
      if ((behind || halted || halt) && (halt?.until ?? 0) < Date.now()) this.#turns.take(tenant);
      else if (cosignatures < this.#cosigner.wanted) this.#cosigner.show(tenant);
    } catch (error) {
      await this.#failed(tenant, error);
    }
  }

  async #advance(tenant: string): Promise<void> {
    let integrated = 0;
    try {
      do {
        const round = this.#running.get(tenant);
        if (round) round.again = false;
        integrated = await integrate(this.#database, tenant);
        if (integrated > 0) for (const listener of this.#grown) listener(tenant);
        await this.#publish(tenant);
      } while (integrated >= BATCH || this.#running.get(tenant)?.again);
      this.#halted.delete(tenant);
    } catch (error) {
      await this.#failed(tenant, error);
    } finally {
      this.#running.delete(tenant);
    }
    this.#cosigner.show(tenant);
  }

  /** Signs the head, where it has grown. What was signed and not stored, since the process died, is signed again. */
  async #publish(tenant: string): Promise<void> {
    const [{ epoch }, halted] = await this.#database.transaction(tenant, 'read', (tx) =>
      Promise.all([currentEpoch(tx, tenant), isHalted(tx, tenant)]),
    );
    const base = tenantOrigin(this.#host, tenant);
    const origin = logOrigin(base, epoch);
    const guarded = await this.#guard.sign({
      origin,
      successor: logOrigin(base, epoch + 1),
      read: () => this.#candidate(tenant, epoch),
      sign: ({ size, root }) => this.#signer.note(origin, checkpointText({ origin, size: BigInt(size), root })),
    });
    if (guarded) await this.#keep(tenant, epoch, guarded);
    if (halted) await clearHalt(this.#database, tenant);
  }

  async #keep(tenant: string, epoch: number, { head, note, cosignature }: Guarded): Promise<void> {
    await this.#database.transaction(tenant, 'write', async (tx) => {
      // Whoever ends an epoch holds this lock: after its last checkpoint it has no other.
      await tx.query('SELECT FROM log_heads WHERE tenant_id = $1 ORDER BY epoch FOR UPDATE', [tenant]);
      await tx.commitWith(
        `INSERT INTO log_checkpoints (tenant_id, epoch, size, root, note, created_at)
           SELECT $1, $2, $3, $4, $5, summit_now() WHERE NOT EXISTS (SELECT FROM log_epochs WHERE tenant_id = $1 AND epoch > $2)
           ON CONFLICT DO NOTHING`,
        [tenant, epoch, head.size, head.root, note],
      );
    });
    if (cosignature) await this.#cosigner.keep(tenant, { epoch, size: head.size }, cosignature);
  }

  #candidate(tenant: string, epoch: number): Promise<Candidate | null> {
    return this.#database.transaction(tenant, 'read', async (tx) => {
      const [head, checkpoint] = await Promise.all([headOf(tx, tenant, epoch), latestCheckpoint(tx, tenant, epoch)]);
      if (!head || head.size === 0 || checkpoint?.size === head.size) return null;
      const prove = (oldSize: number) =>
        this.#database.transaction(tenant, 'read', (later) => consistencyHashes(later, tenant, epoch, oldSize, head.size));
      return { size: head.size, root: Buffer.from(head.root), isFirst: checkpoint === null, prove };
    });
  }

  /** Never throws. */
  async #failed(tenant: string, error: unknown): Promise<void> {
    if (error instanceof SignerRefusal || error instanceof CorruptLog) {
      if (this.#halted.get(tenant)?.reason !== error.message) this.#log.fatal({ err: error, tenant }, 'the log stands still: it may not be signed');
      this.#halted.set(tenant, { reason: error.message, until: Date.now() + HALTED_MS });
      await recordHalt(this.#database, tenant).catch((lost: unknown) =>
        this.#log.warn({ err: lost, tenant }, 'that the log stands still is not on record'),
      );
    } else {
      this.#log.warn({ err: error, tenant }, 'the log could not be moved on, it will be tried again');
    }
  }
}

async function areSigned(tx: Transaction, tenant: string, receiptIds: readonly string[]): Promise<boolean> {
  const [row] = await tx.query<{ signed: number }>(
    `SELECT count(DISTINCT receipt_id) AS signed FROM log_leaves l WHERE tenant_id = $1 AND receipt_id = ANY($2::uuid[])
       AND leaf_index < (SELECT max(size) FROM log_checkpoints c WHERE c.tenant_id = $1 AND c.epoch = l.epoch)`,
    [tenant, receiptIds],
  );
  return row?.signed === new Set(receiptIds).size;
}

/** Whether there is anything to take up, whether it stands still for anybody, and by how many the newest checkpoint is cosigned. */
async function stateOf(tx: Transaction, tenant: string): Promise<{ behind: boolean; halted: boolean; cosignatures: number }> {
  const [state] = await tx.query<{ waiting: boolean; halted: boolean; integrated: number; signed: number; cosignatures: number }>(
    `WITH newest AS (SELECT epoch, size FROM log_heads WHERE tenant_id = $1 ORDER BY epoch DESC LIMIT 1),
       signed AS (SELECT c.epoch, c.size FROM newest n JOIN log_checkpoints c ON c.tenant_id = $1 AND c.epoch = n.epoch ORDER BY c.size DESC LIMIT 1)
     SELECT EXISTS (SELECT FROM log_queue WHERE tenant_id = $1) AS waiting, EXISTS (SELECT FROM log_halts WHERE tenant_id = $1) AS halted,
       coalesce((SELECT size FROM newest), 0) AS integrated, coalesce((SELECT size FROM signed), 0) AS signed,
       (SELECT count(*) FROM signed s JOIN log_cosignatures w ON w.tenant_id = $1 AND w.epoch = s.epoch AND w.size = s.size) AS cosignatures`,
    [tenant],
  );
  const { waiting = false, halted = false, integrated = 0, signed = 0, cosignatures = 0 } = state ?? {};
  return { behind: waiting || integrated > signed, halted, cosignatures };
}
