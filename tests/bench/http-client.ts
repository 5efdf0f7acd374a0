import { Agent, request } from 'node:http';
import { throughput } from './load.ts';

/** One order for load, sent by the benchmark to this process, which answers with calls per second. */
export interface Order {
  readonly url: string;
  readonly token: string;
  readonly body: string;
  readonly clients: number;
  readonly ms: number;
}

export type Reply = { readonly rate: number } | { readonly error: string };

process.on('message', (order: Order) => {
  loadOf(order).then(
    (rate) => reply({ rate }),
    (error: Error) => reply({ error: error.message }),
  );
});

function reply(answer: Reply): void {
  process.send?.(answer);
}

async function loadOf({ url, token, body, clients, ms }: Order): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  const run = () =>
    new Promise<void>((resolve, reject) => {
      const sent = request(url, { method: 'POST', agent, headers }, (response) => {
        response.resume();
        response.on('end', () => (response.statusCode === 201 ? resolve() : reject(new Error(`answered ${response.statusCode}`))));
      });
      sent.on('error', reject);
      sent.end(body);
    });
  try {
    return await throughput({ run }, clients, ms);
  } finally {
    agent.destroy();
  }
}
