import { setTimeout as sleep } from 'node:timers/promises';
import { bare, type Fault, type Scene } from '../scene.ts';
import { access, deal } from '../stories.ts';

const DELAY_MS = 200;
const SLOW_MS = 15_000;
const STALL_MS = 40_000;
const WRITES_BETWEEN = 20;
const RECOVERY_MS = 90_000;

export const slowDatabase: Fault = {
  name: 'slow-database',
  title: 'The database is slow, then silent, then lost without a word',
  limitMs: 420_000,
  stories: [access, deal],
  stage: bare(strike),
};

async function strike({ site, traffic }: Scene): Promise<string> {
  const recovered = () => traffic.ledger.more(WRITES_BETWEEN, RECOVERY_MS);
  site.network.delay(DELAY_MS);
  await sleep(SLOW_MS);
  site.network.delay(0);
  await recovered();
  site.network.stall(true);
  await sleep(STALL_MS);
  site.network.stall(false);
  await recovered();
  // Connections that are open get no answer any more, and no end: only who gives up waiting comes to an end.
  site.network.lose();
  await recovered();
  return `${DELAY_MS} ms each way for ${SLOW_MS / 1_000} s, silence for ${STALL_MS / 1_000} s, every connection lost without a word`;
}
