import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Turns } from '../kernel/log/turns.ts';

const test = suite('Turns of the logs');

/** Work that goes on until it is told to end. */
function started() {
  const begun: string[] = [];
  const underway = new Map<string, () => void>();
  const turns = new Turns((tenant) => {
    begun.push(tenant);
    return new Promise((end) => underway.set(tenant, end));
  });
  return { turns, begun, end: (tenant: string) => underway.get(tenant)?.() };
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(1);
}

test('two at a time, as they came, and each once however often it was taken while it waited', async () => {
  const { turns, begun, end } = started();
  for (const tenant of ['a', 'b', 'c', 'd', 'c']) turns.take(tenant);
  assert.equal(begun, ['a', 'b']);
  end('b');
  await until(() => begun.length === 3);
  end('c');
  await until(() => begun.length === 4);
  assert.equal(begun, ['a', 'b', 'c', 'd'], 'a, which does not end, holds up nobody');
});

test('what does not end holds a lane for a second, and what is done out of turn has none', async () => {
  const { turns, begun } = started();
  for (const tenant of ['a', 'b', 'c', 'd']) turns.take(tenant);
  turns.drop('c');
  const began = performance.now();
  await until(() => begun.length === 3);
  assert.equal(begun, ['a', 'b', 'd']);
  assert.ok(performance.now() - began >= 1_000);
});

test('a lane rests for as long as it has worked', async () => {
  const { turns, begun, end } = started();
  turns.take('slow');
  turns.take('other');
  turns.take('next');
  await sleep(150);
  const ended = performance.now();
  end('slow');
  await until(() => begun.length === 3);
  assert.ok(performance.now() - ended >= 140, 'it worked for 150 ms');
});

test('once stopped nothing more has its turn, neither what waits nor what comes, and what is at work ends first', async () => {
  const { turns, begun, end } = started();
  for (const tenant of ['a', 'b', 'c']) turns.take(tenant);
  let isStopped = false;
  const stopped = turns.stop().then(() => {
    isStopped = true;
  });
  turns.take('d');
  end('a');
  await sleep(20);
  assert.is(isStopped, false);
  end('b');
  await stopped;
  await sleep(50);
  assert.equal(begun, ['a', 'b']);
});

test.run();
