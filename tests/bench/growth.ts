import { growTo } from './grown.ts';
import type { Sent } from './http-client.ts';
import { type HttpLoad, startHttpLoad } from './http-load.ts';
import { interleave, type Rounds } from './load.ts';
import { type OwnProcess, startOwnProcess } from './own-process.ts';
import { openAnotherDatabase } from './postgres.ts';
import { COUNTING, readsOf } from './reads.ts';
import { type Figure, forReference, grown } from './report.ts';
import { ENGINEER, REQUEST, REQUESTS, TENANT } from './subject.ts';

/** Requests of one tenant, each with its receipt, decision, graph, usage and place in the log; BENCH_ROWS names another number of the many. */
const FEW = 10_000;
const MANY = Number(process.env.BENCH_ROWS ?? 1_000_000);
const CLIENTS = 4;
const ROUNDS = 7;
const ROUND_MS = 1_500;
const WARM_UP_MS = 2_000;

/** How much longer 95 of 100 calls take with a hundred times as many rows, write by write and read by read. */
export async function measureGrowth(databaseUrl: string): Promise<readonly Figure[]> {
  const open: { close(): Promise<void> }[] = [];
  const http = startHttpLoad();
  try {
    const servers = new Map<number, OwnProcess>();
    for (const count of [FEW, MANY]) {
      const database = await openAnotherDatabase(databaseUrl, `rows_${count}`);
      open.push(database);
      const server = await startOwnProcess(database.url, ENGINEER);
      open.push(server);
      servers.set(count, server);
      await growTo(count, { url: database.url, tenant: TENANT, requestId: await created(server) });
    }
    return await figuresOf(http, servers);
  } finally {
    http.close();
    while (open.length > 0) await open.pop()?.close();
  }
}

async function figuresOf(http: HttpLoad, servers: ReadonlyMap<number, OwnProcess>): Promise<readonly Figure[]> {
  const calls = new Map<string, Map<string, readonly Sent[]>>();
  for (const [count, server] of servers) {
    // Last, for it adds to what is read.
    const writes: [string, readonly Sent[]] = ['a request is created', [creationAt(server)]];
    for (const [name, sent] of [...(await readsOf(server)), writes]) calls.set(name, (calls.get(name) ?? new Map()).set(String(count), sent));
  }
  const figures: Figure[] = [];
  for (const [name, variants] of calls) {
    const put = (requests: readonly Sent[], ms: number) =>
      http.put({ requests, status: requests[0]?.body === undefined ? 200 : 201, clients: CLIENTS, ms });
    for (const requests of variants.values()) await put(requests, WARM_UP_MS);
    const rounds: Rounds<number> = await interleave(variants, ROUNDS, async (requests) => (await put(requests, ROUND_MS)).p95);
    const figure = grown(name, rounds, String(MANY), [String(FEW), FEW.toLocaleString('en-US')]);
    figures.push(COUNTING.has(name) ? forReference(figure) : figure);
  }
  return figures;
}

function creationAt({ url, token }: OwnProcess): Sent {
  return { url: url + REQUESTS, token, body: JSON.stringify(REQUEST) };
}

async function created(server: OwnProcess): Promise<string> {
  const { url, token, body = '' } = creationAt(server);
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body });
  if (response.status !== 201) throw new Error(`${url} answered ${response.status}`);
  return ((await response.json()) as { id: string }).id;
}
