import type { Database } from '../database/database.ts';
import { detached } from '../telemetry/scope.ts';
import { happenedBetween, type Placed, type Position, positionIn, positionNow } from './happening.ts';
import type { EventStream } from './stream.ts';

/** So often the log is looked at for what other replicas have brought it. */
const POLL_MS = 2_000;

/** Hints may come by the thousand, and anybody who reaches the database may send them: for all of so long the log is read once. */
const HINTS_MS = 100;

/** Which of the tenant's types of subjects are to be told of, now. */
export type Told = () => Promise<(type: string) => boolean>;

/**
 * One tenant's listeners at this replica, and the one reader that they share. The log is the truth, and is asked every two
 * seconds while anybody listens; being woken only makes it sooner.
 */
export class Hub {
  readonly #database: Database;
  readonly #tenant: string;
  readonly #told: Told;
  readonly #failed: (error: unknown) => void;
  readonly #listeners = new Set<EventStream>();
  /** What all listeners know of. */
  #position: Position | null = null;
  /** Reading and joining take turns, so that nothing comes between what a listener has missed and what it is told. */
  #turn: Promise<unknown> = Promise.resolve();
  #isDue = false;
  /** While it runs, hints wait. */
  #quiet: NodeJS.Timeout | undefined;
  /** How far the log is said to have come, since it was read. */
  #hinted: Position | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(services: { database: Database; tenant: string; told: Told; failed: (error: unknown) => void }) {
    this.#database = services.database;
    this.#tenant = services.tenant;
    this.#told = services.told;
    this.#failed = services.failed;
  }

  /**
   * From here on the listener is told of everything, first of what it has missed.
   * @param after the id of the last event that it knows of; null where it knows none @throws DatabaseUnavailable
   */
  async join(listener: EventStream, after: string | null): Promise<void> {
    await this.#inTurn(async () => {
      const known = after === null ? null : positionIn(after);
      const { at, missed } = await this.#read(known);
      if (after === null) listener.hello(at);
      else this.#tell([listener], missed, at);
      if (!listener.destroyed) this.#listeners.add(listener);
      this.#schedule();
    });
  }

  leave(listener: EventStream): void {
    this.#listeners.delete(listener);
    if (this.#listeners.size === 0) clearTimeout(this.#timer);
  }

  /** To be called when somebody says how far the log has come. Never throws. */
  hint(to: Position): void {
    if (this.#listeners.size === 0 || this.#knows(to)) return;
    if (this.#quiet === undefined) this.wake();
    else if (this.#hinted?.epoch !== to.epoch || this.#hinted.index < to.index) this.#hinted = to;
  }

  /** To be called when the log may have grown. Never throws: where it cannot be read, the listeners are sent away, to come back. */
  wake(): void {
    if (this.#listeners.size === 0 || this.#isDue) return;
    this.#isDue = true;
    this.#inTurn(async () => {
      this.#isDue = false;
      this.#beQuiet();
      await this.#read(null);
    })
      .catch((error: unknown) => {
        this.#failed(error);
        for (const listener of this.#listeners) listener.end();
      })
      .finally(() => this.#schedule());
  }

  #beQuiet(): void {
    clearTimeout(this.#quiet);
    this.#quiet = detached(() =>
      setTimeout(() => {
        this.#quiet = undefined;
        const to = this.#hinted;
        this.#hinted = null;
        if (to) this.hint(to);
      }, HINTS_MS),
    );
    this.#quiet.unref();
  }

  #knows({ epoch, index }: Position): boolean {
    return this.#position?.epoch === epoch && index <= this.#position.index;
  }

  /** Tells the listeners what is new. @returns what somebody else has missed, of the same moment */
  async #read(from: Position | null): Promise<{ at: Position; missed: readonly Placed[] | null }> {
    const listens = this.#listeners.size > 0;
    const { at, news, missed } = await this.#database.transaction(this.#tenant, 'read', async (tx) => {
      const now = await positionNow(tx, this.#tenant);
      return {
        at: now,
        news: listens ? await happenedBetween(tx, this.#tenant, this.#position, now) : [],
        missed: await happenedBetween(tx, this.#tenant, from, now),
      };
    });
    const isTold = await this.#told();
    const visible = (placed: readonly Placed[] | null) => placed?.filter(({ happening }) => isTold(happening.subject.type)) ?? null;
    this.#tell(this.#listeners, visible(news), at);
    this.#position = at;
    return { at, missed: visible(missed) };
  }

  /** @param happenings null where there were too many, or nobody knows which */
  #tell(listeners: Iterable<EventStream>, happenings: readonly Placed[] | null, at: Position): void {
    const told = happenings?.map((placed) => ({ ...placed, text: JSON.stringify(placed.happening) }));
    for (const listener of listeners) {
      if (!told) {
        listener.resync(at);
        continue;
      }
      for (const { index, happening, text } of told) listener.happened({ epoch: at.epoch, index }, happening, text);
      listener.passed(at);
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    // Whoever waits for this turn hears of its failure; the next one begins all the same.
    this.#turn = done.catch(() => undefined);
    return done;
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    if (this.#listeners.size === 0) return;
    this.#timer = detached(() => setTimeout(() => this.wake(), POLL_MS));
    this.#timer.unref();
  }
}
