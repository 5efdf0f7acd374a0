import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** What stands for the network between two: an address that stays, whoever answers behind it and however badly it is reached. */
export class TcpProxy {
  readonly port: number;
  readonly #server: Server;
  readonly #links = new Set<Link>();
  #target: number;
  #delayMs = 0;
  #isStalled = false;
  #isRefusing = false;

  private constructor(server: Server, target: number) {
    this.#server = server;
    this.#target = target;
    this.port = (server.address() as AddressInfo).port;
    server.on('connection', (client) => this.#accept(client));
  }

  /** @param target a port of this machine */
  static async open(target: number): Promise<TcpProxy> {
    // What one side has ended the other may still answer.
    const server = createServer({ allowHalfOpen: true, noDelay: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new TcpProxy(server, target);
  }

  /** Who connects from now on is led there. Those that are connected stay where they are, as long as that lives. */
  leadTo(port: number): void {
    this.#target = port;
  }

  /** Each way takes so much longer. */
  delay(ms: number): void {
    this.#delayMs = ms;
  }

  /** Nothing gets through any more, and nobody is told; with `false` all of it does, in its order. */
  stall(isStalled: boolean): void {
    this.#isStalled = isStalled;
    if (!isStalled) for (const link of this.#links) link.resume();
  }

  /** Those that are connected hear nothing for ever, as when the machine at the other end has lost power; who connects anew is well served. */
  lose(): void {
    for (const link of this.#links) link.lose();
  }

  /** Nobody can connect, and those that are connected are cut off. */
  refuse(isRefusing: boolean): void {
    this.#isRefusing = isRefusing;
    if (isRefusing) for (const link of this.#links) link.end();
  }

  async close(): Promise<void> {
    for (const link of this.#links) link.end();
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
  }

  #accept(client: Socket): void {
    if (this.#isRefusing) return void client.resetAndDestroy();
    const server = connect({ port: this.#target, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    const link = new Link(client, server, { isStalled: () => this.#isStalled, delayMs: () => this.#delayMs });
    this.#links.add(link);
    link.ended.then(() => this.#links.delete(link));
  }
}

interface Weather {
  isStalled(): boolean;
  delayMs(): number;
}

/** One connection, of two halves. */
class Link {
  readonly ended: Promise<void>;
  readonly #ends: readonly [Socket, Socket];
  readonly #halves: readonly [Half, Half];
  #isLost = false;

  constructor(client: Socket, server: Socket, weather: Weather) {
    this.#ends = [client, server];
    const isHeld = () => this.#isLost || weather.isStalled();
    this.#halves = [new Half(client, server, isHeld, weather.delayMs), new Half(server, client, isHeld, weather.delayMs)];
    this.ended = Promise.race(this.#ends.map((end) => new Promise<void>((resolve) => void end.once('close', () => resolve())))).then(() => {
      // Of what is lost nobody hears that the other end has gone.
      if (!this.#isLost) this.end();
    });
    // An error is followed by the end, which is what the other side is told.
    for (const end of this.#ends) end.on('error', () => undefined);
  }

  resume(): void {
    for (const half of this.#halves) half.flush();
  }

  lose(): void {
    this.#isLost = true;
  }

  end(): void {
    for (const end of this.#ends) end.resetAndDestroy();
  }
}

/** One direction: what came is sent on in its order, each piece when it is due. */
class Half {
  readonly #to: Socket;
  readonly #isHeld: () => boolean;
  #waiting: { readonly due: number; readonly bytes: Buffer | null }[] = [];
  #timer: NodeJS.Timeout | null = null;

  constructor(from: Socket, to: Socket, isHeld: () => boolean, delayMs: () => number) {
    this.#to = to;
    this.#isHeld = isHeld;
    const take = (bytes: Buffer | null) => {
      this.#waiting.push({ due: performance.now() + delayMs(), bytes });
      this.flush();
    };
    from.on('data', take);
    from.on('end', () => take(null));
  }

  flush(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    while (this.#waiting.length > 0 && !this.#isHeld()) {
      const [{ due, bytes } = { due: 0, bytes: null }] = this.#waiting;
      const ms = due - performance.now();
      if (ms > 0) {
        this.#timer = setTimeout(() => this.flush(), ms).unref();
        return;
      }
      this.#waiting.shift();
      if (bytes) this.#to.write(bytes);
      else this.#to.end();
    }
  }
}
