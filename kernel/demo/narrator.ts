import { setTimeout as sleep } from 'node:timers/promises';
import { type Action, type DemoAnswer, type DemoContext, type DemoStep, Problem, type Query } from '../../sdk/index.ts';
import type { ActionRunner } from '../action.ts';
import type { Caller } from '../admission.ts';
import type { Database } from '../database/database.ts';
import { createReader } from '../database/reader.ts';
import type { Answer } from '../idempotency.ts';
import { RECORD_USAGE } from '../metering/ingest.ts';
import type { OutboxWorker } from '../outbox/outbox.ts';
import type { Outcomes } from '../outcome.ts';
import type { PackRegistry } from '../packs/registry.ts';
import type { QueryRunner } from '../query.ts';
import { STEP_DIGEST, type StoryMark, stepKey } from './memory.ts';

export interface NarratorServices {
  readonly database: Database;
  readonly packs: PackRegistry;
  readonly runner: ActionRunner;
  readonly queries: QueryRunner;
  readonly outcomes: Outcomes;
  readonly outbox: OutboxWorker;
}

export interface Telling {
  readonly tenant: string;
  readonly pack: string;
  readonly mark: StoryMark;
  /** Between two steps the story may be stopped. */
  readonly signal: AbortSignal;
  /** Told of each subject that the story has brought about now, and not before. */
  readonly onMade: (type: string) => void;
  /** Told of each thread that is not told to its end, since people have gone on with it. */
  readonly onLeft: (thread: string) => void;
}

/** A worker that died holds its message for some seconds. */
const OUTCOME_WITHIN_MS = 30_000;
const POLL_MS = 100;

const PASSED_OVER: DemoAnswer = Object.freeze({ id: '', body: {} });

/** What a pack tells its story with: the same runners as behind HTTP, and an idempotency key for each step. */
export function narrate(services: NarratorServices, { tenant, pack, mark, signal, onMade, onLeft }: Telling): DemoContext {
  const { database, packs, runner, queries, outcomes, outbox } = services;
  const begun = new Set<string>();
  const left = new Set<string>();

  async function callerOf(handle: string): Promise<Caller> {
    const userId = await database.transaction(tenant, 'read', (tx) => createReader(tx, tenant).resolve(`user:${handle}`));
    if (userId) return { tenant, userId };
    throw new Problem('not-found', `Tenant ${tenant} has nobody with the handle ${handle}, who acts in the demonstration of ${pack}.`);
  }

  async function act(handle: string, action: Action, step: DemoStep): Promise<DemoAnswer> {
    const thread = threadOf(step);
    if (left.has(thread)) return PASSED_OVER;
    try {
      const answer = await take(handle, action, step);
      begun.add(thread);
      return answer;
    } catch (error) {
      // Nobody can have gone on with what has not begun: then it is refused for another reason.
      if (!begun.has(thread) || !hasMovedOn(error)) throw error;
      left.add(thread);
      onLeft(thread);
      return PASSED_OVER;
    }
  }

  async function take(handle: string, action: Action, { key, params = {}, input = {} }: DemoStep): Promise<DemoAnswer> {
    signal.throwIfAborted();
    const caller = await callerOf(handle);
    const idempotencyKey = stepKey(pack, key);
    const request = { params, read: async () => ({ body: input, idempotencyKey, requestDigest: STEP_DIGEST }) };
    const run = () => runner.run(action, packOf(action), caller, request);
    const result = await run().catch((error: unknown) => {
      // Somebody may be telling the same story, and have done the step while this one looked: asked again, it is known.
      if (error instanceof Problem && error.status === 409) return run();
      throw error;
    });
    if (result.status === 201 && !result.replayed) onMade(action.entity.type);
    const outcome = () => outcomes.of(action, caller, result, idempotencyKey);
    return { id: result.subjectId, body: (await settled(await outcome(), outcome)).body };
  }

  async function settled(first: Answer, again: () => Promise<Answer>): Promise<Answer> {
    const deadline = Date.now() + OUTCOME_WITHIN_MS;
    let answer = first;
    while (!answer.settled) {
      signal.throwIfAborted();
      if (Date.now() > deadline) throw new Problem('unavailable', `What ${answer.subjectId} has set in motion does not come to its end.`);
      // Whoever was to deliver it may have died.
      await outbox.takeUp(tenant, answer.subjectId);
      await sleep(POLL_MS);
      answer = await again();
    }
    return answer;
  }

  function packOf(operation: Action | Query): string {
    const found = packs.operations.find((known) => known.operation === operation);
    if (!found) throw new TypeError(`the demonstration of ${pack} uses ${operation.id}, which is of no pack that is loaded`);
    return found.pack;
  }

  return {
    tenant,
    now: mark.begun,
    today: mark.day,
    act,
    async denied(handle, action, step) {
      try {
        await take(handle, action, step);
      } catch (error) {
        if (error instanceof Problem && error.code === 'policy-denied') return;
        throw error;
      }
      throw new TypeError(`the demonstration of ${pack} has it that ${step.key} is denied, and the policy allows it`);
    },
    async ask(handle, query, { params = {}, query: asked = {} } = {}) {
      signal.throwIfAborted();
      return queries.run(query, packOf(query), await callerOf(handle), { params, query: { ...asked } });
    },
    async report(handle, key, events) {
      const found = packs.action(RECORD_USAGE);
      if (!found) throw new TypeError(`there is no action ${RECORD_USAGE}`);
      const { body } = await act(handle, found.operation, { key, input: events });
      if (body.rejected !== 0)
        throw new Problem('invalid-input', `Usage of the demonstration of ${pack} is rejected: ${JSON.stringify(body.events)}`);
    },
  };
}

/** Keys are paths: what comes before the last part is the thread. */
function threadOf({ key }: DemoStep): string {
  return key.includes('/') ? key.slice(0, key.lastIndexOf('/')) : key;
}

/** People, or time, have done with the subject what the step was to do, or another thing. */
function hasMovedOn(error: unknown): boolean {
  return error instanceof Problem && (error.code === 'invalid-state' || (error.code === 'conflict' && error.details.existing !== undefined));
}
