import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

type Reply = { readonly status: number; readonly headers?: Readonly<Record<string, string>> } | 'nothing at all';

const RECEIVED = 'received';

/** Stands for those who receive webhooks: remembers what comes, and answers as a test wants it. */
export class Receiver {
  readonly url: string;
  readonly #server: Server;
  #received: readonly Received[] = [];
  readonly #replies = new Map<string, Reply>();

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('request', async (request, response) => {
      let body = '';
      for await (const chunk of request.setEncoding('utf8')) body += chunk;
      const path = request.url ?? '';
      this.#received = [...this.#received, { path, headers: request.headers, body }];
      this.#server.emit(RECEIVED);
      const reply = this.#replies.get(path) ?? { status: 204 };
      if (reply !== 'nothing at all') response.writeHead(reply.status, reply.headers).end();
    });
  }

  static async open(): Promise<Receiver> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Receiver(server);
  }

  /** From now on; 204 until said otherwise. */
  answer(path: string, reply: Reply): void {
    this.#replies.set(path, reply);
  }

  at(path: string): readonly Received[] {
    return this.#received.filter((received) => received.path === path);
  }

  get paths(): readonly string[] {
    return this.#received.map(({ path }) => path).toSorted();
  }

  /** Resolves when the next request has come in whole. */
  async next(): Promise<void> {
    await once(this.#server, RECEIVED);
  }

  forget(): void {
    this.#received = [];
    this.#replies.clear();
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
