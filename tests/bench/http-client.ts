import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { type Load, load } from './load.ts';

/** One order for load, sent by the benchmark to this process, which answers with what its clients have seen. */
export interface Order {
  readonly url: string;
  readonly token?: string;
  readonly body: string;
  /** `application/json` unless said. */
  readonly contentType?: string;
  /** What stands in the body for a text of each request's own. */
  readonly fresh?: string;
  /** Of a right answer. */
  readonly status: number;
  readonly clients: number;
  readonly ms: number;
}

export type Reply = Load | { readonly error: string };

process.on('message', (order: Order) => {
  loadOf(order).then(reply, (error: Error) => reply({ error: error.message }));
});

function reply(answer: Reply): void {
  process.send?.(answer);
}

async function loadOf({ url, token, body, contentType = 'application/json', fresh, status, clients, ms }: Order): Promise<Load> {
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const run = () =>
    new Promise<void>((resolve, reject) => {
      const own = fresh === undefined ? body : body.replaceAll(fresh, randomUUID());
      const headers = { ...authorization, 'content-type': contentType, 'content-length': Buffer.byteLength(own) };
      const sent = request(url, { method: 'POST', agent, headers }, (response) => {
        response.resume();
        response.on('end', () => (response.statusCode === status ? resolve() : reject(new Error(`answered ${response.statusCode}`))));
      });
      sent.on('error', reject);
      sent.end(own);
    });
  try {
    return await load({ run }, clients, ms);
  } finally {
    agent.destroy();
  }
}
