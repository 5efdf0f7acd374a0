import type { Summit } from '../../kernel/main.ts';
import type { PolicyResult } from '../../kernel/policy/result.ts';
import type { Pack } from '../pack.ts';
import type { ReceiptView } from '../reader.ts';
import { parsePolicy, type Report, verifyEvidence } from '../verify/index.ts';
import type { EffectContext } from '../work.ts';
import { type Answer, handsOn, type Sent } from './hands.ts';
import { type Duration, startTestKernel } from './kernel.ts';
import { configureKit, OTHER_TENANT, TENANT } from './kit-config.ts';
import { packWithRequired, pathOf } from './pack-folders.ts';
import { AUDITOR } from './people.ts';
import { Receiver } from './receiver.ts';
import { type FakeEffect, Rig } from './rig.ts';

/** What a pack is tested with. */
export interface TestPackOptions {
  /** Packs beside it that do not ship with Summit: folders from the pack's own, beginning with `./` or `../`, or names of packages that are installed there. */
  readonly packs?: readonly string[];
  /** By pack; the smallest that their schema takes, unless said. */
  readonly settings?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Roles that the packs name nowhere, such as those that a policy alone asks for. */
  readonly roles?: readonly string[];
  /** The teams of both tenants, with everybody in each; `enterprise` unless said. */
  readonly teams?: readonly string[];
  /** IANA name; UTC unless said. */
  readonly timeZone?: string;
  /** What takes the place of an effect's `run`, by its id. */
  readonly effects?: Readonly<Record<string, FakeEffect>>;
  /** The types of events that the kit's receiver gets, such as `['*']`; none unless said. */
  readonly webhooks?: readonly string[];
  /** What the clock says at the start, RFC 3339; now, unless said. A start by another clock is slower. */
  readonly startsAt?: string;
}

/** Somebody with a browser or a script: each call is HTTP, with their token. */
export interface Person {
  get(path: string, more?: Pick<Sent, 'headers'>): Promise<Answer>;
  post(path: string, body?: unknown, more?: Pick<Sent, 'headers'>): Promise<Answer>;
  put(path: string, body?: unknown, more?: Pick<Sent, 'headers'>): Promise<Answer>;
  patch(path: string, body?: unknown, more?: Pick<Sent, 'headers'>): Promise<Answer>;
  delete(path: string, more?: Pick<Sent, 'headers'>): Promise<Answer>;
}

/** A pack in a running Summit of its own. */
export interface TestPack {
  readonly pack: Pack;
  /** Where the pack's files lie. */
  readonly folder: string;
  /** The tenant that everything happens in, and another one that has the same people and packs. */
  readonly tenant: string;
  readonly otherTenant: string;
  /** The running Summit, for what the kit has no hands for. */
  readonly summit: Summit;
  /** @param handle of a role's holder: `security-officer` or `security-officer-2` of `security_officer` */
  as(handle: string, tenant?: string): Person;
  /** Without a token, or with anything else that is to be sent. */
  send(method: string, path: string, init?: Sent): Promise<Answer>;
  userId(handle: string, tenant?: string): Promise<string>;
  /** Moves the clock of the database on. Tokens stay good, and what is due becomes due. */
  advance(duration: Duration): void;
  /** What the clock says, RFC 3339. */
  now(): Promise<string>;
  /** Runs a job now; none runs by itself. @returns how many subjects it acted on */
  runJob(id: string, tenant?: string): Promise<number>;
  /** Delivers what waits in the outbox and is due, 20 messages of each tenant at most: effects that failed before, and webhooks. */
  deliver(): Promise<void>;
  /** The receipts of a subject, oldest first; of more than 200 the latest. */
  receipts(subjectId: string): Promise<readonly ReceiptView[]>;
  /** Downloads evidence as an auditor does, and verifies it by the keys that the auditor has pinned. @throws Error where it is not to be had */
  evidence(path: string): Promise<Report>;
  /** How often and with what an effect was run. */
  calls(effect: string): readonly EffectContext[];
  /** Lets the next runs of an effect throw. Each is tried again, by `deliver` when its time has come. */
  failNext(effect: string, times?: number): void;
  /** Answers in the place of an action's policy, until it is given null. What was decided so does not come out the same in evidence. */
  decide(action: string, result: PolicyResult | null): void;
  /** Where webhooks come in; null where the option `webhooks` names no events. */
  readonly receiver: Receiver | null;
  close(): Promise<void>;
}

/** With what the conformance suite needs beside it. @internal */
export interface RiggedPack extends TestPack {
  readonly rig: Rig;
  token(handle: string, tenant?: string): Promise<string>;
  /** The text of evidence as it was downloaded, and what it is worth. */
  download(path: string): Promise<Answer>;
  verify(text: string): Promise<Report>;
}

/**
 * Starts a Summit with a pack and what it requires, on an in-memory database and a free port: with two tenants, two people for each
 * role that a pack names, an `auditor` who reads all, an `operator`, and an `outsider` whose role no pack knows.
 *
 * @example
 * const kit = await testPack(new URL('..', import.meta.url), { settings: { 'vendor-risk': { critical_from: 80 } } });
 * const { status, body } = await kit.as('analyst').post('/vendor-risk/vendors', { name: 'Globex' });
 * assert.is(status, 201);
 * kit.advance({ hours: 25 });
 * await kit.runJob('vendor-risk.review-overdue');
 * assert.is((await kit.receipts(body.id)).at(-1)?.state.to, 'overdue');
 * assert.ok((await kit.evidence(`/evidence/vendor-risk/${body.id}`)).ok);
 * await kit.close();
 *
 * @param folder the pack's: `new URL('..', import.meta.url)` from its tests
 * @throws Error naming what of the pack does not load, and why
 */
export async function testPack(folder: string | URL, options: TestPackOptions = {}): Promise<TestPack> {
  return startRigged(folder, options);
}

/** @throws Error naming what of the pack does not load, and why */
export async function startRigged(folder: string | URL, options: TestPackOptions): Promise<RiggedPack> {
  const path = pathOf(folder);
  const packs = await packWithRequired(path, options.packs ?? []);
  const rig = new Rig(options.effects ?? {});
  rig.adapt(packs.map(({ pack }) => pack));
  const receiver = options.webhooks ? await Receiver.open() : null;
  const wanted = {
    ...{
      packs,
      settings: options.settings ?? {},
      roles: options.roles ?? [],
      teams: options.teams ?? ['enterprise'],
      timeZone: options.timeZone ?? 'UTC',
    },
    webhooks: receiver ? [{ id: 'kit', url: `${receiver.url}/webhooks`, events: [...(options.webhooks ?? [])] }] : undefined,
  };
  const kernel = await startTestKernel((place) => configureKit(wanted, place), {
    startsAt: options.startsAt,
    rig: (pack) => rig.rigged(pack),
    idle: true,
  }).catch(async (error: unknown) => {
    await receiver?.close();
    throw error;
  });
  const { summit } = kernel;
  const { services } = summit;
  const own = packs.at(-1)?.pack.id ?? '';
  const pack = services.packs.find(own);
  if (!pack) {
    await kernel.close();
    await receiver?.close();
    throw new Error(`the pack ${own} does not load: ${services.packs.failed.map(({ reason }) => reason).join('; ')}`);
  }
  rig.judgeFor(services.policyEngine);
  const { call, send, token, userId } = handsOn(summit, TENANT);

  const as = (handle: string, tenant = TENANT): Person => ({
    get: (to, { headers = {} } = {}) => call('GET', handle, to, undefined, { headers, tenant }),
    post: (to, body = {}, { headers = {} } = {}) => call('POST', handle, to, body, { headers, tenant }),
    put: (to, body = {}, { headers = {} } = {}) => call('PUT', handle, to, body, { headers, tenant }),
    patch: (to, body = {}, { headers = {} } = {}) => call('PATCH', handle, to, body, { headers, tenant }),
    delete: (to, { headers = {} } = {}) => call('DELETE', handle, to, undefined, { headers, tenant }),
  });
  // As text: what is verified is what was sent, byte by byte.
  const download = async (from: string): Promise<Answer> => {
    const response = await fetch(summit.url + from, { headers: { authorization: `Bearer ${await token(AUDITOR)}` } });
    return { status: response.status, headers: response.headers, body: await response.text() };
  };
  const verify = async (text: string) => verifyEvidence(text, { policy: await parsePolicy((await download('/log/policy')).body) });

  return {
    ...{ pack, folder: path, tenant: TENANT, otherTenant: OTHER_TENANT, summit, receiver, rig },
    ...{ as, send, token, userId, download, verify },
    advance: (duration) => kernel.advance(duration),
    now: () =>
      services.database.transaction(TENANT, 'read', async (tx) => {
        const [clock] = await tx.query<{ now: string }>('SELECT summit_now() AS now');
        return clock?.now ?? '';
      }),
    runJob: (id, tenant = TENANT) => kernel.runJob(id, tenant),
    deliver: () => services.outbox.sweep([TENANT, OTHER_TENANT]),
    async receipts(subjectId) {
      const { body } = await as(AUDITOR).get(`/receipts?limit=200&subject_id=${encodeURIComponent(subjectId)}`);
      return [...body.items].reverse();
    },
    async evidence(from) {
      const { status, body } = await download(from);
      if (status !== 200) throw new Error(`${from} answers ${status}: ${body.slice(0, 500)}`);
      return verify(body);
    },
    calls: (effect) => rig.calls(effect),
    failNext: (effect, times = 1) => rig.failNext(effect, times),
    decide: (action, result) => rig.decide(action, result),
    async close() {
      await kernel.close();
      await receiver?.close();
    },
  };
}
