import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server as TcpServer } from 'node:net';

/** How long a stop waits for requests that are being answered. */
const LAST_ANSWERS_MS = 10_000;

/** Proxies as a rule let go of an idle connection after a minute. Whoever does it first cannot meet a request that is on its way. */
const KEEP_ALIVE_MS = 65_000;

/** A server that can be stopped with every answer arriving whole. */
export class HttpServer {
  readonly #server: Server;
  /** Those that are still on their way. To Node one is finished once nothing is to be added to it, and its connection idle. */
  readonly #answers = new Set<ServerResponse>();
  #isLettingGo = false;

  private constructor(answer: RequestListener) {
    this.#server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
      this.#answers.add(response);
      response.once('close', () => this.#answers.delete(response));
      if (this.#isLettingGo) response.setHeader('Connection', 'close');
      answer(request, response);
    });
  }

  /** @throws Error where the port cannot be had */
  static listening(answer: RequestListener, host: string, port: number): Promise<HttpServer> {
    const http = new HttpServer(answer);
    return new Promise((resolve, reject) => {
      http.#server.once('error', reject);
      http.#server.listen(port, host, () => resolve(http));
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** From here on whoever is answered is told to connect anew next time, which a load balancer then does elsewhere. */
  letGoOfClients(): void {
    this.#isLettingGo = true;
    for (const response of this.#answers) if (!response.headersSent) response.setHeader('Connection', 'close');
  }

  /** Takes no new connections, and waits for what is underway. */
  async drain(): Promise<void> {
    this.letGoOfClients();
    // Not its own close, which destroys what Node takes for idle.
    const closed = new Promise<void>((resolve) => TcpServer.prototype.close.call(this.#server, () => resolve()));
    const idle = setInterval(() => {
      if (this.#answers.size === 0) this.#server.closeIdleConnections();
    }, 50);
    const deadline = setTimeout(() => this.#server.closeAllConnections(), LAST_ANSWERS_MS);
    await closed;
    clearInterval(idle);
    clearTimeout(deadline);
    // Now it only ends the timer that looks for connections that are too slow, which would keep this server and its whole app in memory.
    this.#server.close(() => {});
  }
}
