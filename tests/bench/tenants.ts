import { setTimeout as sleep } from 'node:timers/promises';
import type { Sent } from './http-client.ts';
import { type HttpLoad, startHttpLoad } from './http-load.ts';
import { interleave } from './load.ts';
import { type OwnProcess, startOwnProcess } from './own-process.ts';
import { openAnotherDatabase } from './postgres.ts';
import { type Figure, grown } from './report.ts';
import { ENGINEER, REQUEST, REQUESTS } from './subject.ts';

const TENANTS = [1, 10, 100];
const CLIENTS = 4;
const ROUNDS = 7;
const ROUND_MS = 5_000;
const WARM_UP_MS = 3_000;
/** Within it, what was written has its place in the log: the work that it makes is done before another is measured. */
const SETTLED_MS = 6_000;

/** How much longer 95 of 100 calls take where the same load comes from more tenants. */
export async function measureTenants(databaseUrl: string): Promise<readonly Figure[]> {
  const open: { close(): Promise<void> }[] = [];
  const http = startHttpLoad();
  try {
    const creations = new Map<string, readonly Sent[]>();
    const lists = new Map<string, readonly Sent[]>();
    for (const count of TENANTS) {
      const database = await openAnotherDatabase(databaseUrl, `tenants_${count}`);
      open.push(database);
      const ids = Array.from({ length: count }, (_, index) => `loaded-${index + 1}`);
      const server = await startOwnProcess(database.url, { ...ENGINEER, tenants: ids });
      open.push(server);
      const urls = await urlsOf(server, ids);
      creations.set(
        String(count),
        urls.map((sent) => ({ ...sent, body: JSON.stringify(REQUEST) })),
      );
      lists.set(
        String(count),
        urls.map(({ url, ...sent }) => ({ ...sent, url: `${url}?count=false` })),
      );
    }
    return [...(await figuresOf(http, 'a request is created', creations, 201)), ...(await figuresOf(http, 'a page of requests', lists, 200))];
  } finally {
    http.close();
    while (open.length > 0) await open.pop()?.close();
  }
}

/** Each tenant's requests, for its engineer. */
async function urlsOf(server: OwnProcess, tenants: readonly string[]): Promise<readonly Sent[]> {
  const urls: Sent[] = [];
  for (const tenant of tenants) urls.push({ url: server.url + REQUESTS, token: await server.tokenOf(tenant, 'engineer') });
  return urls;
}

async function figuresOf(http: HttpLoad, what: string, variants: ReadonlyMap<string, readonly Sent[]>, status: number) {
  const put = (requests: readonly Sent[], ms: number) => http.put({ requests, status, clients: CLIENTS, ms });
  for (const requests of variants.values()) await put(requests, WARM_UP_MS);
  const rounds = await interleave(variants, ROUNDS, async (requests) => {
    const { p95 } = await put(requests, ROUND_MS);
    await sleep(status === 201 ? SETTLED_MS : 0);
    return p95;
  });
  const [one, ...more] = TENANTS.map(String);
  return more.map((count) => grown(`${what}, ${count} tenants`, rounds, count, [one ?? '', 'one tenant']));
}
