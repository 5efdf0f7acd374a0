import { createServer, type RequestListener, type Server } from 'node:http';

/** How long a stop waits for requests that are being answered. */
const LAST_ANSWERS_MS = 10_000;

/** Proxies as a rule let go of an idle connection after a minute. Whoever does it first cannot meet a request that is on its way. */
const KEEP_ALIVE_MS = 65_000;

/** @throws Error where the port cannot be had */
export function listening(answer: RequestListener, host: string, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, answer);
    server.once('error', reject);
    server.listen(port, host, () => resolve(server));
  });
}

/** From here on whoever is answered is told to connect anew next time, which a load balancer then does elsewhere. */
export function letGoOfClients(server: Server): void {
  server.prependListener('request', (_, response) => response.setHeader('Connection', 'close'));
}

/** Takes no new connections, and waits for what is underway. */
export async function drain(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  const deadline = setTimeout(() => server.closeAllConnections(), LAST_ANSWERS_MS);
  await closed;
  clearInterval(idle);
  clearTimeout(deadline);
}
