import { setTimeout as sleep } from 'node:timers/promises';
import type { Site } from './site.ts';

const POLL_MS = 500;

/** Resolves once all replicas say that they are ready. @throws Error where that takes too long */
export async function allReady(site: Site, withinMs: number): Promise<void> {
  await until(withinMs, async () => {
    const unready = await Promise.all(site.replicas.map(async ({ name, url, isReady }) => (isReady && (await isAnswering(url)) ? [] : [name])));
    return unready.flat().map((name) => `${name} is not ready`);
  });
}

/** What has to have an end: nothing is underway any more, in the outbox or in the queue of the log. @returns what still is, in words */
export async function stillUnderway(site: Site, withinMs: number): Promise<readonly string[]> {
  try {
    await until(withinMs, async () => {
      const [found] = await site.query<{ outbox: string; queue: string; executing: string }>(
        `SELECT (SELECT count(*) FROM outbox WHERE done_at IS NULL) AS outbox, (SELECT count(*) FROM log_queue) AS queue,
           (SELECT count(*) FROM high_risk_requests WHERE status = 'executing') AS executing`,
      );
      const { outbox = '?', queue = '?', executing = '?' } = found ?? {};
      return [
        ...(outbox === '0' ? [] : [`${outbox} messages of the outbox are not delivered`]),
        ...(queue === '0' ? [] : [`${queue} receipts wait for their place in the log`]),
        ...(executing === '0' ? [] : [`${executing} requests are stuck in executing`]),
      ];
    });
    return [];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

/** @param unmet what is not so yet, in words @throws Error with what is still unmet in the end */
async function until(withinMs: number, unmet: () => Promise<readonly string[]>): Promise<void> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const left = await unmet();
    if (left.length === 0) return;
    if (performance.now() > deadline) throw new Error(`after ${withinMs / 1_000} s: ${left.join('; ')}`);
    await sleep(POLL_MS);
  }
}

async function isAnswering(url: string): Promise<boolean> {
  return fetch(`${url}/readyz`, { signal: AbortSignal.timeout(10_000) }).then(
    ({ ok }) => ok,
    () => false,
  );
}
