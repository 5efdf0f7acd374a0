import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { type Load, load } from './load.ts';

/** One request, to be sent again and again. */
export interface Sent {
  readonly url: string;
  /** `POST` where there is a body, else `GET`. */
  readonly body?: string;
  readonly token?: string;
  /** Of the body; `application/json` unless said. */
  readonly contentType?: string;
  /** What stands in the body for a text of each request's own. */
  readonly fresh?: string;
}

/** One order for load, sent by the benchmark to this process, which answers with what its clients have seen. */
export interface Order {
  /** Sent in turn. */
  readonly requests: readonly Sent[];
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

async function loadOf({ requests, status, clients, ms }: Order): Promise<Load> {
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  let turn = 0;
  const run = async () => {
    const next = requests[turn++ % requests.length];
    if (next) await send(agent, next, status);
  };
  try {
    return await load({ run }, clients, ms);
  } finally {
    agent.destroy();
  }
}

function send(agent: Agent, { url, body, token, contentType = 'application/json', fresh }: Sent, status: number): Promise<void> {
  const own = fresh === undefined ? body : body?.replaceAll(fresh, randomUUID());
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const content = own === undefined ? {} : { 'content-type': contentType, 'content-length': Buffer.byteLength(own) };
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: own === undefined ? 'GET' : 'POST', agent, headers: { ...authorization, ...content } }, (response) => {
      response.resume();
      response.on('end', () => (response.statusCode === status ? resolve() : reject(new Error(`${url} answered ${response.statusCode}`))));
    });
    sent.on('error', reject);
    sent.end(own);
  });
}
