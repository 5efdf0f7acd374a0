import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Clock } from '../kernel/jobs/clock.ts';
import { onClockSet } from '../kernel/jobs/clock-watch.ts';
import { identityProvider } from './support/identity-provider.ts';
import { accessRequest, testSummit } from './support/summit.ts';
import { Wanderer } from './support/wanderer.ts';

const test = suite('A clock that is set');
const HOUR_MS = 3_600_000;

/** A machine whose clock can be set, and how often somebody was told of it. */
function machine(): { set(byMs: number): Promise<number>; close(): void } {
  let shift = 0;
  let told = 0;
  const watch = onClockSet(() => told++, { wall: () => Date.now() + shift, everyMs: 5 });
  return {
    async set(byMs) {
      shift += byMs;
      await sleep(50);
      return told;
    },
    close: () => watch.cancel(),
  };
}

test('is noticed ahead and back, each time once', async () => {
  const { set, close } = machine();
  try {
    assert.is(await set(2 * HOUR_MS), 1);
    assert.is(await set(-2 * HOUR_MS), 2);
    assert.is(await set(0), 2);
  } finally {
    close();
  }
});

test('is no jump where it is brought into step gently', async () => {
  const { set, close } = machine();
  try {
    for (let step = 0; step < 4; step++) assert.is(await set(900), 0);
  } finally {
    close();
  }
});

test('is watched until that is cancelled', async () => {
  const { set, close } = machine();
  close();
  assert.is(await set(HOUR_MS), 0);
});

test('brings no job back that was stopped meanwhile', async () => {
  const clock = new Clock({ jobRun: () => undefined, jobScheduled: () => undefined }, pino({ level: 'silent' }));
  const { now } = Date;
  const periods: Date[] = [];
  try {
    clock.schedule('each-second', '* * * * * *', async (period) => void periods.push(period));
    // Its timer fires before the clock is there, and waits on.
    Date.now = () => now() - 1_200;
    await sleep(1_100);
    clock.cancel();
    Date.now = now;
    await sleep(1_400);
    assert.equal(periods, []);
  } finally {
    Date.now = now;
    await clock.stop();
  }
});

test('does not hold up until it has come there again what was written while it was ahead', async () => {
  const s = await testSummit();
  try {
    const { jobs, packs, receiptComparison, runner, outbox } = s.summit.services;
    await jobs.stop();
    s.advance({ hours: 2 });
    const path = '/high-risk-ops/requests';
    const { id } = (await s.post('engineer', path, accessRequest())).body;
    for (const approver of ['team-lead', 'security-officer']) await s.post(approver, `${path}/${id}/approve`);
    assert.ok(await receiptComparison.compare('demo-external'));

    s.advance({ hours: -2 });
    // A subject's receipts never go back in time: this one and its message are two hours ahead. Whoever wrote it has died after COMMIT.
    const execute = packs.find('high-risk-ops')?.actions.find((action) => action.id === 'high-risk-ops.request.execute');
    if (!execute) throw new Error('no execute action');
    const caller = { tenant: 'demo-external', userId: await s.userId('engineer') };
    await runner.run(execute, 'high-risk-ops', caller, { params: { id }, read: async () => ({ body: {} }) });
    await outbox.sweep(['demo-external']);
    assert.is((await s.get('engineer', `${path}/${id}`)).body.status, 'executed');
    assert.ok(await receiptComparison.compare('demo-external'));
  } finally {
    await s.close();
  }
});

test('does not keep issuers from being asked until it has come there again', async () => {
  const idp = await identityProvider();
  const { sign_in } = idp.entry();
  assert.ok(sign_in);
  const entry = idp.entry({ sign_in: { ...sign_in, scopes: ['openid', 'offline_access'] } });
  const s = await testSummit((config) => idp.configured(config, [entry]));
  try {
    await idp.serve(s);
    s.advance({ hours: 2 });
    const browser = new Wanderer();
    assert.is((await browser.go(`${s.summit.url}/auth/start/example?return_to=/session`)).status, 200);
    s.advance({ hours: -2 });
    const asked = async () => {
      await s.summit.services.refreshes.sweep(['demo-external']);
      return idp.taken.length;
    };
    assert.is(await asked(), 1);
    assert.is(await asked(), 1, 'once');
    s.advance({ minutes: 1 });
    assert.is(await asked(), 2);
  } finally {
    await s.close();
    await idp.close();
  }
});

test.run();
