import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault, Scene, Stage } from '../scene.ts';
import { SmallDisk } from '../small-disk.ts';
import { access, deal } from '../stories.ts';

const DISK_MB = 160;
const FULL_MS = 20_000;
const FILLS_WITHIN_MS = 60_000;
const WRITES_BETWEEN = 20;
const RECOVERY_MS = 90_000;
/** Both new segments and new rows need room that is not there any more. */
const SETTINGS = { max_wal_size: '16MB', min_wal_size: '4MB', wal_recycle: 'off' };

export const diskFull: Fault = {
  name: 'disk-full',
  title: "The disk of PostgreSQL's tables is full, then that of its write-ahead log",
  limitMs: 480_000,
  stories: [access, deal],
  stage: async () => stageOn(SmallDisk.mount(DISK_MB), SmallDisk.mount(DISK_MB)),
};

function stageOn(tables: SmallDisk, wal: SmallDisk): Stage {
  return {
    site: { postgres: { folder: tables.folder, settings: SETTINGS, initdb: ['--wal-segsize=1', `--waldir=${join(wal.folder, 'wal')}`] } },
    async strike(scene) {
      const { site, traffic, found } = scene;
      tables.fill();
      const reading = await whileFull(scene);
      if (!site.postgres.isRunning) found('PostgreSQL gave up although it could write its log');
      if (!reading) found('nothing can be read while no table can grow');
      tables.free();
      await traffic.ledger.more(WRITES_BETWEEN, RECOVERY_MS);

      wal.fill();
      await whileFull(scene);
      const isUp = site.postgres.isRunning;
      wal.free();
      // What cannot write its log even to recover ends; whoever supervises it starts it again.
      await site.postgres.up();
      return `each for ${FULL_MS / 1_000} s: reading went on with the one, with the other PostgreSQL ${isUp ? 'stayed up' : 'ended and was started again'}`;
    },
    async close() {
      tables.unmount();
      wal.unmount();
    },
  };
}

/** What cannot be written is refused, and not hidden. @returns whether what is there can be read all the while */
async function whileFull({ site, traffic }: Scene): Promise<boolean> {
  const { refusals } = traffic.ledger;
  const before = refusals.get('503 unavailable') ?? 0;
  const deadline = performance.now() + FILLS_WITHIN_MS;
  while ((refusals.get('503 unavailable') ?? 0) === before) {
    if (performance.now() > deadline) throw new Error(`nothing was refused within ${FILLS_WITHIN_MS / 1_000} s, although the disk is full`);
    await sleep(100);
  }
  await sleep(FULL_MS);
  const answers = await Promise.all(site.replicas.map(({ url }) => isReadable(`${url}/high-risk-ops/requests?limit=1`, site.tokenOf('auditor'))));
  return answers.every(Boolean);
}

async function isReadable(url: string, token: string): Promise<boolean> {
  return fetch(url, { headers: { authorization: `Bearer ${token}` }, signal: AbortSignal.timeout(15_000) }).then(
    ({ ok }) => ok,
    () => false,
  );
}
