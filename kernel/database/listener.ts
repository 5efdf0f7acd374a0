import pg from 'pg';
import { detached } from '../telemetry/scope.ts';

const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 30_000;
/** A connection that lasts so long is there again; one that comes and goes is lost all the while. */
const STEADY_MS = 5_000;
/** After so long without a word the system asks whether the other side is still there. */
const KEEP_ALIVE_MS = 10_000;

/** Who is to be told what was notified. */
export interface Hearer {
  heard(payload: string): void;
  /** Listening begins, for the first time or again: what was notified before was not heard. */
  resumed(): void;
  /** Told when the connection is lost, and not again until it has lasted; it is made anew by itself. */
  lost(error: Error): void;
}

/**
 * Hears what is notified on a channel, by one connection that does nothing else. PostgreSQL keeps no notification for whoever is not
 * there, so this is a hint to look, and nothing may depend on it.
 */
export class Listener {
  readonly #url: string;
  readonly #channel: string;
  readonly #hearer: Hearer;
  #client: pg.Client | null = null;
  #retry: NodeJS.Timeout | undefined;
  #steady: NodeJS.Timeout | undefined;
  #isLost = false;
  #retryMs = FIRST_RETRY_MS;
  #isWanted = false;

  /** @param channel an identifier of ours, as it stands in a statement */
  constructor(url: string, channel: string, hearer: Hearer) {
    this.#url = url;
    this.#channel = channel;
    this.#hearer = hearer;
  }

  /** Begins to listen, and goes on however often the connection is lost. Returns before it is there. */
  start(): void {
    if (this.#isWanted) return;
    this.#isWanted = true;
    this.#begin();
    detached(() => this.#connect());
  }

  /** Lets the connection go. */
  stop(): void {
    this.#isWanted = false;
    clearTimeout(this.#retry);
    this.#drop();
  }

  #connect(): void {
    const client = new pg.Client({
      connectionString: this.#url,
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    });
    this.#client = client;
    const failed = (error: Error) => this.#failed(client, error);
    client.on('error', failed);
    client.on('end', () => failed(new Error('the connection was closed')));
    client.on('notification', ({ payload }) => this.#hearer.heard(payload ?? ''));
    this.#listen(client).catch(failed);
  }

  async #listen(client: pg.Client): Promise<void> {
    await client.connect();
    await client.query(`LISTEN ${this.#channel}`);
    if (this.#client !== client) return;
    this.#steady = setTimeout(() => this.#begin(), STEADY_MS);
    this.#steady.unref();
    this.#hearer.resumed();
  }

  /** What was lost before does not count any more. */
  #begin(): void {
    this.#isLost = false;
    this.#retryMs = FIRST_RETRY_MS;
  }

  /** One that was let go has nothing more to say. */
  #failed(client: pg.Client, error: Error): void {
    if (this.#client !== client) return;
    this.#drop();
    if (!this.#isLost) this.#hearer.lost(error);
    this.#isLost = true;
    this.#retry = setTimeout(() => this.#connect(), this.#retryMs);
    this.#retry.unref();
    this.#retryMs = Math.min(this.#retryMs * 2, LAST_RETRY_MS);
  }

  #drop(): void {
    const client = this.#client;
    this.#client = null;
    clearTimeout(this.#steady);
    client?.end().catch(() => undefined);
  }
}
