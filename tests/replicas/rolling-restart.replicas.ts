import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Balancer, openBalancer } from '../support/balancer.ts';
import { type Listening, listen } from '../support/listening.ts';
import type { ServerProcess } from '../support/process.ts';
import { type Replicas, replicated } from '../support/replicas.ts';
import { accessRequest } from '../support/summit.ts';

const test = suite('A rolling restart');
const REQUESTS = '/high-risk-ops/requests';
const CLIENTS = 6;
const PAUSE_MS = 25;
const ROUNDS = 2;
const DRAIN = { SUMMIT_DRAIN_SECONDS: '1' };

let replicas: Replicas;
let balancer: Balancer;
let servers: ServerProcess[];

test.before(async () => {
  replicas = await replicated();
  balancer = await openBalancer();
  servers = [await replicas.start('first', DRAIN), await replicas.start('second', DRAIN)];
  await Promise.all(servers.map(({ url }) => balancer.add(url)));
});
test.after(async () => {
  await balancer?.close();
  await replicas?.close();
});

/** As a deployment replaces a pod: the new one is ready before the old one is told to stop. */
async function replace(index: number): Promise<number | string | undefined> {
  const old = servers[index];
  const next = await replicas.start(`replaced-${index}`, DRAIN);
  await balancer.add(next.url);
  servers[index] = next;
  const [stopped] = await Promise.all([old?.stop('SIGTERM'), balancer.isOut(old?.url ?? '')]);
  return stopped;
}

interface Load {
  /** By status. */
  readonly answers: ReadonlyMap<number, number>;
  /** Ids of requests that were acknowledged. */
  readonly created: readonly string[];
  readonly errors: readonly string[];
  stop(): Promise<void>;
}

/** Clients that keep their connections, and write and read in turn; not as fast as they can, since starts need the processor too. */
async function underLoad(): Promise<Load> {
  const [engineer, auditor] = await Promise.all(['engineer', 'auditor'].map((user) => replicas.token(user)));
  const [answers, created, errors] = [new Map<number, number>(), [] as string[], [] as string[]];
  const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
  let isOver = false;
  const ask = (method: string, path: string, token: string | undefined, body?: object) =>
    new Promise<string>((resolve, reject) => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      const asked = request(balancer.url + path, { agent, method, headers }, async (answer) => {
        const status = answer.statusCode ?? 0;
        answers.set(status, (answers.get(status) ?? 0) + 1);
        let text = '';
        for await (const chunk of answer) text += chunk;
        resolve(text);
      });
      asked.once('error', reject);
      asked.end(body && JSON.stringify(body));
    });
  const client = async () => {
    while (!isOver) {
      await sleep(PAUSE_MS);
      try {
        created.push(JSON.parse(await ask('POST', REQUESTS, engineer, accessRequest())).id);
        await ask('GET', `${REQUESTS}/${created.at(-1)}`, auditor);
      } catch (error) {
        errors.push((error as Error).message);
      }
    }
  };
  const clients = Array.from({ length: CLIENTS }, client);
  return {
    answers,
    created,
    errors,
    async stop() {
      isOver = true;
      await Promise.all(clients);
      agent.destroy();
    },
  };
}

/** A browser's EventSource: comes back as soon as it is sent away, and says how far it had come. */
async function following(): Promise<{ readonly ids: readonly number[]; readonly streams: readonly Listening[]; stop(): Promise<void> }> {
  const token = await replicas.token('auditor');
  const [ids, streams] = [[] as number[], [] as Listening[]];
  let isOver = false;
  const open = async () => {
    const last = ids.at(-1);
    const stream = await listen(`${balancer.url}/events`, token, last === undefined ? {} : { 'last-event-id': String(last) });
    streams.push(stream);
    return stream;
  };
  const follow = async (stream: Listening): Promise<void> => {
    await stream.ended.catch(() => undefined);
    for (const { event, id } of stream.events) {
      assert.is.not(event, 'resync');
      ids.push(Number(id));
    }
    if (!isOver) await follow(await open());
  };
  const done = follow(await open());
  // Told to who stops it.
  done.catch(() => undefined);
  return {
    ids,
    streams,
    async stop() {
      isOver = true;
      streams.at(-1)?.close();
      await done;
    },
  };
}

test('no request fails and no event is missed, whatever is restarted under load', async () => {
  const [load, followers] = await Promise.all([underLoad(), Promise.all([following(), following()])]);
  const exits: unknown[] = [];
  try {
    for (let round = 0; round < ROUNDS; round++) for (const index of servers.keys()) exits.push(await replace(index));
  } finally {
    await load.stop();
    await Promise.all(followers.map((follower) => follower.stop()));
  }
  assert.equal(exits, Array(ROUNDS * 2).fill(0));
  assert.equal([balancer.failures, load.errors], [[], []]);
  assert.equal([...load.answers.keys()].toSorted(), [200, 201]);
  assert.ok((load.answers.get(201) ?? 0) > 100, `only ${load.answers.get(201)} were written`);

  const rows = await replicas.asApp<{ id: string }>('SELECT id FROM high_risk_requests');
  const kept = new Set(rows.map(({ id }) => id));
  const lost = load.created.filter((id) => !kept.has(id));
  assert.equal(lost, [], 'what was acknowledged is there');

  for (const { ids, streams } of followers) {
    assert.ok(streams.length > ROUNDS, 'its replica was replaced in each round');
    assert.equal(
      ids,
      ids.map((_, index) => (ids[0] ?? 0) + index),
      'each event once, in the order of the log',
    );
  }
});

test('one that gets both signals, as from npm at a terminal, stops once and well', async () => {
  const { child, stop } = await replicas.start('both');
  child.kill('SIGINT');
  assert.is(await stop('SIGTERM'), 0);
});

test.run();
