import { OpaMissing } from '../../policies/build/opa.ts';
import { type HttpLoad, startHttpLoad } from './http-load.ts';
import { interleave } from './load.ts';
import { type OpaServer, startOpa } from './opa-server.ts';
import { type OwnProcess, startOwnProcess } from './own-process.ts';
import { clientsInWords, compared, type Figure, latencies, ratesOf } from './report.ts';
import { ENGINEER, ENTRYPOINT, QUESTION } from './subject.ts';
import { CLIENTS } from './writes.ts';

const ROUNDS = 5;
const ROUND_MS = 800;
const WARM_UP_MS = 500;
const COMPILED_MS = 2_500;

/** Of the rate at which `opa run --server` answers, and logs what it answered. */
const TARGETS = { unstored: 1, stored: 0.5 };

/** Where the same question is asked, and how. */
interface Asked {
  readonly url: string;
  readonly token?: string;
  readonly body: string;
}

/**
 * AuthZEN evaluations over HTTP per second, each on record before it is answered (stored) or not (unstored), against the
 * same Rego in OPA's own server. Every server, and the clients, are processes of their own.
 */
export async function measureAuthzen(databaseUrl: string): Promise<readonly Figure[] | string> {
  let opa: OpaServer | null = null;
  const summits: OwnProcess[] = [];
  const http = startHttpLoad();
  try {
    opa = await startOpa();
    const asked = new Map<string, Asked>([['opa', { url: `${opa.url}/v1/data/${ENTRYPOINT}`, body: JSON.stringify({ input: QUESTION }) }]]);
    for (const name of ['stored', 'unstored'] as const) {
      const summit = await startOwnProcess(databaseUrl, { ...ENGINEER, storeEvaluations: name === 'stored' });
      summits.push(summit);
      asked.set(name, { url: `${summit.url}/access/v1/evaluation`, token: summit.token, body: JSON.stringify(QUESTION) });
    }
    for (const one of asked.values()) await assertAllowed(one);
    // A server in production has run for longer than a round: JavaScript is compiled while it is used.
    for (const one of asked.values()) await http.put({ requests: [one], status: 200, clients: Math.max(...CLIENTS), ms: COMPILED_MS });
    return await figuresOf(http, asked);
  } catch (error) {
    if (error instanceof OpaMissing) return `left out: ${error.message}`;
    throw error;
  } finally {
    http.close();
    for (const summit of summits) await summit.close();
    await opa?.close();
  }
}

async function figuresOf(http: HttpLoad, asked: ReadonlyMap<string, Asked>): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const clients of CLIENTS) {
    const put = (one: Asked, ms: number) => http.put({ requests: [one], status: 200, clients, ms });
    for (const one of asked.values()) await put(one, WARM_UP_MS);
    const rounds = await interleave(asked, ROUNDS, (one) => put(one, ROUND_MS));
    const rates = ratesOf(rounds);
    for (const name of ['unstored', 'stored'] as const) {
      figures.push(compared(`${clientsInWords(clients)}, ${name}`, rates, name, ['opa', 'opa'], TARGETS[name]));
      figures.push({ what: '  within, of 50 and 99 of 100', value: latencies(rounds, name), against: `opa ${latencies(rounds, 'opa')}` });
    }
  }
  return figures;
}

/** All are to have answered the same question, and with yes. */
async function assertAllowed({ url, token, body }: Asked): Promise<void> {
  const headers = { 'content-type': 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
  const response = await fetch(url, { method: 'POST', headers, body });
  const text = await response.text();
  if (!/"(decision|allowed)":true/.test(text)) throw new Error(`${url} answered ${response.status} ${text}, where it should have allowed`);
}
