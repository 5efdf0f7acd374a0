import { Agent, createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How often a backend is asked whether it is ready: as an orchestrator would, only sooner. */
const PROBE_MS = 100;

/** A load balancer of the plain kind: turn by turn, to those that say they are ready. It never tries anything twice. */
export interface Balancer {
  readonly url: string;
  /** What it could not hand on, or what broke off: none of it is ever what a client should see. */
  readonly failures: readonly string[];
  /** Resolves once it has been found ready, and gets its share. */
  add(url: string): Promise<void>;
  /** Resolves once nothing more is sent there. */
  isOut(url: string): Promise<void>;
  close(): Promise<void>;
}

export async function openBalancer(): Promise<Balancer> {
  const backends = new Map<string, { ready: boolean }>();
  const failures: string[] = [];
  const agent = new Agent({ keepAlive: true });
  let turn = 0;

  function pass(asked: IncomingMessage, answer: ServerResponse): void {
    const ready = [...backends].flatMap(([url, { ready: isReady }]) => (isReady ? [url] : []));
    const backend = ready[turn++ % ready.length];
    const failed = (what: string) => {
      failures.push(`${asked.method} ${asked.url}: ${what}`);
      answer.writeHead(502).end();
    };
    if (backend === undefined) {
      failed('no backend is ready');
      return;
    }
    const handed = request(new URL(asked.url ?? '/', backend), { agent, method: asked.method, headers: asked.headers });
    handed.once('error', (error) => failed(error.message));
    handed.once('response', (answered) => {
      // What concerns the connection is between the backend and this.
      const { connection: _, 'keep-alive': __, ...headers } = answered.headers;
      answer.writeHead(answered.statusCode ?? 502, headers);
      answered.pipe(answer);
      answered.once('error', (error) => failures.push(`${asked.url} broke off: ${error.message}`));
    });
    // A client that hangs up on a stream ends it there too.
    answer.once('close', () => handed.destroy());
    asked.pipe(handed);
  }

  async function probe(url: string, state: { ready: boolean }): Promise<void> {
    state.ready = await fetch(`${url}/readyz`, { headers: { connection: 'close' } }).then(
      ({ ok }) => ok,
      () => false,
    );
  }

  const probing = setInterval(() => {
    for (const [url, state] of backends) void probe(url, state);
  }, PROBE_MS);
  const until = async (isSo: () => boolean) => {
    while (!isSo()) await new Promise((resolve) => setTimeout(resolve, PROBE_MS / 4));
  };
  const server = await listening(createServer(pass));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    failures,
    add(url) {
      backends.set(url, { ready: false });
      return until(() => backends.get(url)?.ready === true);
    },
    async isOut(url) {
      await until(() => backends.get(url)?.ready !== true);
      backends.delete(url);
    },
    async close() {
      clearInterval(probing);
      agent.destroy();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function listening(server: Server): Promise<Server> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}
