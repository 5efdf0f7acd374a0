import { setTimeout as sleep } from 'node:timers/promises';
import type { PostgresServer } from '../../support/postgres-server.ts';
import type { Fault, Scene, Stage } from '../scene.ts';
import { access, deal } from '../stories.ts';

const STANDBY = 'standby';
const IN_SYNC_MS = 60_000;
const DOWN_MS = 3_000;

export const failover: Fault = {
  name: 'failover',
  title: 'The primary is killed, and its synchronous standby takes over',
  limitMs: 300_000,
  stories: [access, deal],
  stage,
};

async function stage(): Promise<Stage> {
  const servers: PostgresServer[] = [];
  return {
    site: { postgres: { settings: { wal_level: 'replica', max_wal_senders: '4' } } },
    async strike({ site, traffic, random }: Scene) {
      const primary = site.postgres;
      servers.push(primary);
      const standby = await primary.standby(STANDBY);
      servers.push(standby);
      await inSync(primary);
      await traffic.ledger.more(40, IN_SYNC_MS);
      await primary.kill();
      await sleep(random.between(0, DOWN_MS));
      await standby.query('SELECT pg_promote(true, 60)');
      site.moveTo(standby);
      return 'a primary lost under load, its standby promoted';
    },
    async close() {
      for (const server of servers) await server.close();
    },
  };
}

/** From then on nothing is committed before the standby has it, too. */
async function inSync(primary: PostgresServer): Promise<void> {
  await primary.query(`ALTER SYSTEM SET synchronous_standby_names = '${STANDBY}'`);
  await primary.query('SELECT pg_reload_conf()');
  const deadline = performance.now() + IN_SYNC_MS;
  for (;;) {
    const [found] = await primary.query<{ sync_state: string }>('SELECT sync_state FROM pg_stat_replication');
    if (found?.sync_state === 'sync') return;
    if (performance.now() > deadline) throw new Error(`the standby is ${found?.sync_state ?? 'not there'}, and not in sync`);
    await sleep(200);
  }
}
