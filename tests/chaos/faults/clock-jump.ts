import { chmodSync, globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Receiver } from '../../../sdk/testing/receiver.ts';
import { Missing } from '../../support/postgres-server.ts';
import type { Fault, Scene, Stage } from '../scene.ts';
import { deal, granted } from '../stories.ts';

const JUMP = '+2h';
const EACH_MS = 12_000;
const WRITES_BETWEEN = 20;
const RECOVERY_MS = 60_000;

/** Who has a clock of its own here. */
const CLOCKS = ['postgres', 'replica-1', 'replica-2'] as const;
type Clock = (typeof CLOCKS)[number];

/** That of the database alone, of one replica alone, and of the machine that they all run on. */
const JUMPS: readonly (readonly Clock[])[] = [['postgres'], ['replica-1'], CLOCKS];

export const clockJump: Fault = {
  name: 'clock-jump',
  title: 'Clocks are set two hours ahead, and back',
  limitMs: 480_000,
  // Two hours ahead grants are over, and then there is nothing left to revoke.
  stories: [granted, deal],
  stage,
};

async function stage(): Promise<Stage> {
  const [library] = globSync('/usr/lib/*/faketime/libfaketimeMT.so.1');
  if (library === undefined) throw new Missing("libfaketime, of Debian's package faketime");
  const folder = mkdtempSync(join(tmpdir(), 'summit-clocks-'));
  chmodSync(folder, 0o755);
  const fileOf = (clock: Clock) => join(folder, clock);
  const set = (clocks: readonly Clock[], offset: string) => {
    for (const clock of clocks) writeFileSync(fileOf(clock), offset);
  };
  const faked = (clock: Clock): NodeJS.ProcessEnv => ({
    LD_PRELOAD: library,
    FAKETIME_TIMESTAMP_FILE: fileOf(clock),
    // Read again after a second, without which no jump would be seen. What measures how long something takes is no clock.
    ...{ FAKETIME_CACHE_DURATION: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1', NO_FAKE_STAT: '1' },
  });
  set(CLOCKS, '+0');
  // What is sent by the clock alone, some seconds after it was written, shows whether clocks still do their work.
  const receiver = await Receiver.open();
  return {
    site: {
      webhook: `${receiver.url}/hooks`,
      postgres: { env: faked('postgres') },
      env: (replica) => faked(replica === 0 ? 'replica-1' : 'replica-2'),
    },
    async strike(scene) {
      for (const clocks of JUMPS) {
        set(clocks, JUMP);
        await inUse(scene);
        set(clocks, '+0');
        await inUse(scene);
      }
      return `${JUMP} and back: ${JUMPS.map((clocks) => clocks.join(', ')).join('; ')}`;
    },
    async close() {
      await receiver.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function inUse({ traffic }: Scene): Promise<void> {
  await Promise.all([sleep(EACH_MS), traffic.ledger.more(WRITES_BETWEEN, RECOVERY_MS)]);
}
