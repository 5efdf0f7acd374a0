import type { Sent } from './http-client.ts';
import { startHttpLoad } from './http-load.ts';
import { median } from './load.ts';
import { mebibytes } from './memory.ts';
import { startOwnProcess } from './own-process.ts';
import { readsOf } from './reads.ts';
import { type Figure, perSecond } from './report.ts';
import { ENGINEER, REQUEST, REQUESTS } from './subject.ts';

/** What 20 requests a second come to in an hour. */
const CALLS = 72_000;
const CLIENTS = 8;
const PART_MS = 3_000;
/** What was compiled and is kept for a while has been by then. */
const SETTLED = 0.25;
const GROWTH_MIB = 16;

/** Memory of a server over an hour's worth of requests, sent as fast as it answers: what it cannot do without must not grow. */
export async function measureSoak(databaseUrl: string): Promise<readonly Figure[]> {
  const server = await startOwnProcess(databaseUrl, ENGINEER);
  const http = startHttpLoad();
  try {
    const creation = { url: server.url + REQUESTS, token: server.token, body: JSON.stringify(REQUEST) };
    const writes = { requests: [creation], status: 201, clients: CLIENTS };
    await http.put({ ...writes, ms: PART_MS });
    const reads: readonly Sent[] = [...(await readsOf(server)).values()].flat();
    const samples: { calls: number; heap: number; rss: number }[] = [];
    const started = performance.now();
    let calls = 0;
    while (calls < CALLS) {
      // One call in four or so changes something.
      calls += (await http.put({ ...writes, ms: PART_MS / 2 })).calls;
      calls += (await http.put({ requests: reads, status: 200, clients: CLIENTS, ms: PART_MS })).calls;
      samples.push({ calls, heap: await server.heap(), rss: server.memory().now });
    }
    const rate = (calls * 1_000) / (performance.now() - started);
    const settled = samples.filter((sample) => sample.calls >= calls * SETTLED);
    const third = Math.ceil(settled.length / 3);
    const flat = (what: string, of: 'heap' | 'rss'): Figure => {
      const [early, late] = [settled.slice(0, third), settled.slice(-third)].map((part) => median(part.map((sample) => sample[of])));
      const growth = (late ?? Number.NaN) - (early ?? Number.NaN);
      return {
        ...{ what, value: mebibytes(late ?? Number.NaN), against: `after a quarter ${mebibytes(early ?? Number.NaN)}` },
        ...{ target: `< + ${mebibytes(GROWTH_MIB)}`, met: growth < GROWTH_MIB },
      };
    };
    return [
      { what: 'calls, of which some change something', value: calls.toLocaleString('en-US'), against: perSecond(rate) },
      flat('what it cannot do without: heap, buffers, WebAssembly', 'heap'),
      flat('memory (RSS)', 'rss'),
      { what: 'memory at its peak (RSS)', value: mebibytes(server.memory().peak) },
    ];
  } finally {
    http.close();
    await server.close();
  }
}
