import { setTimeout as sleep } from 'node:timers/promises';
import type { Site } from '../site.ts';

/** Alerts are looked at anew each minute. */
const ALERTS_MS = 150_000;
const ASK_EVERY_MS = 3_000;

/** Any of these above 0 says that something is wrong, whatever happened before. */
const NEVER = ['summit.missing_receipts', 'summit.stray_receipts', 'summit.log_halted', 'summit.policy_errors'];

interface Indicator {
  readonly id: string;
  readonly value: number | null;
}

/** Summit itself finds nothing missing, once its replicas have looked, and no critical alert stays. */
export async function assertHealthy(site: Site): Promise<readonly string[]> {
  const findings: string[] = [];
  const deadline = performance.now() + ALERTS_MS;
  for (;;) {
    const unmet = [...(await missed(site)), ...(await criticalAlerts(site))];
    if (unmet.length === 0) return findings;
    if (performance.now() > deadline) return unmet;
    await sleep(ASK_EVERY_MS);
  }
}

async function missed(site: Site): Promise<readonly string[]> {
  const answers = await Promise.all(site.replicas.map(({ url }) => ask<{ indicators: readonly Indicator[] }>(site, `${url}/slo`)));
  return answers.flatMap(({ indicators }, index) =>
    NEVER.flatMap((id) => {
      const value = indicators.find((indicator) => indicator.id === id)?.value;
      return value === 0 ? [] : [`${id} is ${value} at ${site.replicas[index]?.name}`];
    }),
  );
}

async function criticalAlerts(site: Site): Promise<readonly string[]> {
  const [replica] = site.replicas;
  const { items } = await ask<{ items: readonly { kind: string; detail: string }[] }>(site, `${replica?.url}/alerts?status=open&severity=critical`);
  return items.map(({ kind, detail }) => `the critical alert ${kind} stays: ${detail}`);
}

async function ask<Answer>(site: Site, url: string): Promise<Answer> {
  const response = await fetch(url, { headers: { authorization: `Bearer ${site.tokenOf('operator')}` }, signal: AbortSignal.timeout(30_000) });
  if (!response.ok) throw new Error(`${url} answered ${response.status} ${await response.text()}`);
  return (await response.json()) as Answer;
}
