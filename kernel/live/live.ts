import type { Logger } from 'pino';
import { Problem } from '../../sdk/index.ts';
import { KERNEL_PACK } from '../admission.ts';
import type { Config } from '../config/config.ts';
import type { Database } from '../database/database.ts';
import type { Listener } from '../database/listener.ts';
import type { Access } from '../identity/access.ts';
import type { Sessions } from '../identity/sessions.ts';
import { GROWN, grownIn } from '../log/grown.ts';
import type { TransparencyLog } from '../log/log.ts';
import type { PackRegistry } from '../packs/registry.ts';
import { Hub } from './hub.ts';
import { EventStream, type Person } from './stream.ts';

/** So many may one person have open, at one replica: a few tabs of a few browsers. */
const MOST_STREAMS = 8;

/** So long the connection that hears hints is kept for whoever comes next: streams of a page that is loaded anew end and begin. */
const KEEP_HINTS_MS = 60_000;

/** Who listens to what happens in their tenant. */
export class Live {
  readonly #database: Database;
  readonly #access: Access;
  readonly #packs: PackRegistry;
  readonly #heartbeatMs: number;
  readonly #log: Logger;
  readonly #hubs = new Map<string, Hub>();
  /** By person. */
  readonly #streams = new Map<string, Set<EventStream>>();
  /** Of what other replicas do, where hints of it are to be had. It listens while anybody listens here, and a minute longer. */
  readonly #hints: Listener | null;
  #hintsEnd: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(services: {
    database: Database;
    access: Access;
    packs: PackRegistry;
    sessions: Pick<Sessions, 'onEnded'>;
    transparencyLog: Pick<TransparencyLog, 'onGrown'>;
    config: Pick<Config, 'heartbeatMs'>;
    log: Logger;
  }) {
    this.#database = services.database;
    this.#access = services.access;
    this.#packs = services.packs;
    this.#heartbeatMs = services.config.heartbeatMs;
    this.#log = services.log.child({ service: 'live' });
    this.#hints = services.database.listener(GROWN, {
      heard: (payload) => this.#hinted(payload),
      resumed: () => this.#wakeAll(),
      lost: (error) => this.#log.warn({ err: error }, 'other replicas are not heard of at once, but by looking'),
    });
    services.transparencyLog.onGrown((tenant) => this.#hubs.get(tenant)?.wake());
    services.sessions.onEnded((key) => this.#end((stream) => stream.person.session === key));
  }

  /**
   * @param person whose row and session the stream does not outlive
   * @param after the id of the last event that the client knows of; null for none
   * @param renew throws once the caller may listen no longer; asked with each heartbeat
   * @throws Problem `rate-limited`, `unavailable`
   */
  async open(person: Person, after: string | null, renew: () => Promise<void>): Promise<EventStream> {
    if (this.#isStopped) throw new Problem('unavailable', 'The server is stopping: connect again.');
    const { tenant } = person;
    const stream = this.#register(person);
    const hub = this.#hubOf(tenant);
    const heartbeat = setInterval(() => void this.#beat(stream, renew), this.#heartbeatMs);
    heartbeat.unref();
    stream.once('close', () => {
      clearInterval(heartbeat);
      hub.leave(stream);
    });
    try {
      await hub.join(stream, after);
    } catch (error) {
      stream.destroy();
      throw error;
    }
    this.#log.debug({ tenant, user: person.id }, 'somebody listens');
    return stream;
  }

  /** Ends all streams at once, and lets nobody listen any more. */
  stop(): void {
    this.#isStopped = true;
    this.#end(() => true);
    clearTimeout(this.#hintsEnd);
    this.#hints?.stop();
  }

  #hinted(payload: string): void {
    const grown = grownIn(payload);
    if (grown) this.#hubs.get(grown.tenant)?.hint({ epoch: grown.epoch, index: grown.size - 1 });
  }

  #wakeAll(): void {
    for (const hub of this.#hubs.values()) hub.wake();
  }

  #end(whose: (stream: EventStream) => boolean): void {
    for (const streams of this.#streams.values()) for (const stream of streams) if (whose(stream)) stream.end();
  }

  /** @throws Problem `rate-limited` */
  #register(person: Person): EventStream {
    const key = `${person.tenant}/${person.id}`;
    const open = this.#streams.get(key) ?? new Set();
    if (open.size >= MOST_STREAMS) {
      throw new Problem('rate-limited', `You have ${MOST_STREAMS} event streams open already: close one of them.`, { retry_after: 5 });
    }
    const stream = new EventStream(person);
    this.#streams.set(key, open.add(stream));
    clearTimeout(this.#hintsEnd);
    this.#hints?.start();
    stream.once('close', () => {
      open.delete(stream);
      if (open.size === 0) this.#streams.delete(key);
      if (this.#streams.size === 0 && !this.#isStopped) this.#letGoOfHints();
    });
    return stream;
  }

  #letGoOfHints(): void {
    this.#hintsEnd = setTimeout(() => this.#hints?.stop(), KEEP_HINTS_MS);
    this.#hintsEnd.unref();
  }

  #hubOf(tenant: string): Hub {
    const hub =
      this.#hubs.get(tenant) ??
      new Hub({
        database: this.#database,
        tenant,
        told: () => this.#toldIn(tenant),
        failed: (error) => this.#log.warn({ err: error, tenant }, 'what happens could not be read: listeners are sent away, to come back'),
      });
    this.#hubs.set(tenant, hub);
    return hub;
  }

  /** The types of packs that are enabled; what is of none that is here is not told of. */
  async #toldIn(tenant: string): Promise<(type: string) => boolean> {
    const grants = await this.#access.packs(tenant);
    const enabled = this.#packs.all.filter(({ id }) => id === KERNEL_PACK || grants.get(id)?.enabled);
    const types = new Set(enabled.flatMap(({ entities }) => entities.map(({ type }) => type)));
    return (type) => types.has(type);
  }

  /** Never throws: whoever may not listen any more, or of whom nobody can tell, is sent away. */
  async #beat(stream: EventStream, renew: () => Promise<void>): Promise<void> {
    try {
      await renew();
      stream.beat();
    } catch (error) {
      if (!(error instanceof Problem) || error.code === 'unavailable')
        this.#log.warn({ err: error }, 'nobody can tell who listens: sent away, to come back');
      stream.end();
    }
  }
}
