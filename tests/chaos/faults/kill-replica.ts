import { setTimeout as sleep } from 'node:timers/promises';
import { bare, type Fault, type Scene } from '../scene.ts';
import { access, deal } from '../stories.ts';

const KILLS = 100;
const KILLS_SHORT = 8;
/** Between two kills, at most. A start takes about as long, so that one is killed now and then with the other one down. */
const APART_MS = 3_000;
/** So often it is one that is up. */
const UP = 0.8;

export const killReplica: Fault = {
  name: 'kill-replica',
  title: 'A replica is killed (SIGKILL) at a random moment',
  limitMs: 600_000,
  stories: [access, deal],
  stage: bare(strike),
};

async function strike({ site, random, short }: Scene): Promise<string> {
  const kills = short ? KILLS_SHORT : KILLS;
  for (let killed = 0; killed < kills; killed++) {
    await sleep(random.between(0, APART_MS));
    const up = site.replicas.filter(({ isReady }) => isReady);
    await random.pick(up.length > 0 && random.chance(UP) ? up : site.replicas).kill();
  }
  return `${kills} kills`;
}
