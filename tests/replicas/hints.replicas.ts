import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { loadConfig } from '../../kernel/config/config.ts';
import { createLog } from '../../kernel/log.ts';
import { type Summit, startSummit } from '../../kernel/main.ts';
import { type Hands, handsOn } from '../../sdk/testing/hands.ts';
import { type Listening, listen } from '../support/listening.ts';
import { root } from '../support/process.ts';
import { type Replicas, replicated } from '../support/replicas.ts';
import { accessRequest } from '../support/summit.ts';

const test = suite('Hints from another replica');
const TENANT = 'demo-external';
const ROUNDS = 7;
/** By looking every two seconds it is a second as a rule. */
const AT_ONCE_MS = 400;

let replicas: Replicas;
let here: Summit;
let there: Summit;
let hands: Hands;
let stream: Listening;

test.before(async () => {
  replicas = await replicated();
  here = await started('here');
  there = await started('there');
  hands = handsOn(there, TENANT);
});
test.before.each(async () => {
  stream = await listen(`${here.url}/events`, await hands.token('auditor'));
  await stream.next();
});
test.after.each(() => stream.close());
test.after(async () => {
  await here?.close();
  await there?.close();
  await replicas?.close();
});

/** Nothing happens by the clock, so that nothing but a hint, or looking, can be how anything is heard of. */
function started(application: string, more: NodeJS.ProcessEnv = {}): Promise<Summit> {
  const { DATABASE_URL, SUMMIT_DIRECT_DATABASE_URL: direct } = replicas.env;
  const named = (url = '') => `${url}?application_name=${application}`;
  const urls = { DATABASE_URL: named(DATABASE_URL), SUMMIT_DIRECT_DATABASE_URL: direct && named(direct) };
  const config = loadConfig({ NODE_ENV: 'test', PORT: '0', ...replicas.env, ...urls, ...more }, root);
  return startSummit(config, { log: createLog('silent'), idle: true });
}

/** Makes a request there, and has the log there take it up. @returns its id */
async function happened(): Promise<string> {
  const { body } = await hands.call('POST', 'engineer', '/high-risk-ops/requests', accessRequest());
  await there.services.transparencyLog.upToDate(TENANT);
  return body.id;
}

const told = (id: string) => stream.next(({ data }) => data.subject?.id === id);

const connections = (state: string) =>
  replicas.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'here' AND query LIKE 'LISTEN %' AND ${state}`,
  );

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await isSo()); tries++) {
    assert.ok(tries < 400);
    await sleep(25);
  }
}

const listens = () => until(async () => (await connections("state = 'idle'")).length === 1);

test('what the log of another has taken up is told here at once', async () => {
  await listens();
  const waits: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const id = await happened();
    const begun = performance.now();
    await told(id);
    waits.push(performance.now() - begun);
  }
  const median = waits.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? Number.POSITIVE_INFINITY;
  assert.ok(median < AT_ONCE_MS, waits.map(Math.round).join(' '));
});

test('without a connection that hears it is told by looking', async () => {
  const deaf = await started('deaf', { SUMMIT_POOLER: 'transaction', SUMMIT_DIRECT_DATABASE_URL: undefined });
  const looking = await listen(`${deaf.url}/events`, await hands.token('auditor'));
  try {
    await looking.next();
    const id = await happened();
    await looking.next(({ data }) => data.subject?.id === id);
  } finally {
    looking.close();
    await deaf.close();
  }
});

test('the connection that hears comes back when it is lost', async () => {
  await listens();
  const [before] = await connections('true');
  await replicas.query('SELECT pg_terminate_backend($1)', [before?.pid]);
  await told(await happened());
  await listens();
  const [after] = await connections('true');
  assert.is.not(after?.pid, before?.pid);
});

test('a hint says which log and how far it has come, and nothing else', async () => {
  const client = new pg.Client({ connectionString: replicas.env.SUMMIT_DIRECT_DATABASE_URL ?? replicas.url });
  await client.connect();
  const heard: string[] = [];
  client.on('notification', ({ payload }) => heard.push(payload ?? ''));
  await client.query('LISTEN summit_log_grown');
  const id = await happened();
  const { id: place } = await told(id);
  await until(async () => heard.some((payload) => JSON.parse(payload).size === Number(place) + 1));
  assert.equal(
    heard.map((payload) => Object.keys(JSON.parse(payload))),
    heard.map(() => ['tenant', 'epoch', 'size']),
  );
  await client.end();
});

test('what anybody else notifies does no harm', async () => {
  for (const payload of ['', 'nonsense', 'null', '{"tenant":"nobody","epoch":1,"size":1}', `{"tenant":"${TENANT}","epoch":"1","size":null}`]) {
    await replicas.query('SELECT pg_notify($1, $2)', ['summit_log_grown', payload]);
  }
  await told(await happened());
});

test('hints by the hundred are few reads', async () => {
  await listens();
  const { database } = here.services;
  const { transaction } = database;
  let reads = 0;
  Object.assign(database, {
    transaction: (...work: Parameters<typeof transaction>) => {
      reads += 1;
      return transaction(...work);
    },
  });
  for (let size = 1; size <= 300; size++) {
    const forged = JSON.stringify({ tenant: TENANT, epoch: 1, size: 1_000_000 + size });
    await replicas.query('SELECT pg_notify($1, $2)', ['summit_log_grown', forged]);
  }
  await told(await happened());
  Object.assign(database, { transaction });
  assert.ok(reads < 60, `${reads} reads`);
});

test('the connection is kept for whoever listens next, and not beyond the end', async () => {
  await listens();
  const [before] = await connections('true');
  stream.close();
  stream = await listen(`${here.url}/events`, await hands.token('auditor'));
  await stream.next();
  assert.equal(await connections('true'), [before]);
  await here.stopListening();
  await until(async () => (await connections('true')).length === 0);
});

test.run();
