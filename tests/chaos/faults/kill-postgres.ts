import { setTimeout as sleep } from 'node:timers/promises';
import { bare, type Fault, type Scene } from '../scene.ts';
import { access, deal } from '../stories.ts';

const TIMES = 10;
const TIMES_SHORT = 2;
const DOWN_MS = 3_000;
const WRITES_BETWEEN = 20;
const RECOVERY_MS = 90_000;

export const killPostgres: Fault = {
  name: 'kill-postgres',
  title: 'PostgreSQL is killed (SIGKILL, or its immediate stop) and started again',
  limitMs: 480_000,
  stories: [access, deal],
  stage: bare(strike),
};

async function strike({ site, traffic, random, short }: Scene): Promise<string> {
  const times = short ? TIMES_SHORT : TIMES;
  for (let killed = 0; killed < times; killed++) {
    if (killed % 2 === 0) await site.postgres.kill();
    else await site.postgres.stop('SIGQUIT');
    await sleep(random.between(0, DOWN_MS));
    await site.postgres.up();
    await traffic.ledger.more(WRITES_BETWEEN, RECOVERY_MS);
    await sleep(random.between(0, 500));
  }
  return `${times} times`;
}
