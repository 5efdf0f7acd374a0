import type { Action } from '../../action.ts';
import type { Job } from '../../work.ts';
import type { Answer } from '../hands.ts';
import type { RiggedPack } from '../kit.ts';
import { runWhenDue } from './absence.ts';
import { type Change, changesAfter, newestReceipt } from './history.ts';
import { Inputs, type Made, namesIn, parametersOf, referencesOf } from './inputs.ts';
import type { ConformanceOptions } from './options.ts';
import { type ActionCall, isAccepted, isCreating, pathOf, peopleFor, type Routed, routedOf, said, sent } from './request.ts';

/** One step on the way of a subject through its states. */
type Step =
  | { readonly kind: 'action'; readonly action: Routed; readonly handle: string; readonly input: number }
  | { readonly kind: 'job'; readonly job: Job; readonly days: number };

type Way = readonly Step[];

/** A state that subjects come to, how they do, and one that has. */
export interface Place {
  readonly type: string;
  readonly status: string;
  readonly way: Way;
  readonly example: string;
}

/** What is tried for a job, one after the other: until something is due. */
const DAYS = [0, 1, 8, 40, 400];

/**
 * Goes through the states of a pack's subjects as people would: what creates comes first, then breadth first whatever their tables
 * of transitions let them do, by whoever may; and in the end what time brings about. Always in the same order.
 */
export class Walk {
  /** Each state once. */
  readonly places: Place[] = [];
  readonly #examples = new Map<string, Place>();
  /** By action, what was said when it was refused last. Those that were accepted once are not here. */
  readonly refused = new Map<string, string>();
  readonly #kit: RiggedPack;
  readonly #inputs: Inputs;
  /** By action, how it came to be accepted. */
  readonly #ways = new Map<string, { readonly before: Way; readonly step: Step & { readonly kind: 'action' } }>();

  private constructor(kit: RiggedPack, options: ConformanceOptions) {
    this.#kit = kit;
    this.#inputs = new Inputs(kit, options);
  }

  static async through(kit: RiggedPack, options: ConformanceOptions): Promise<Walk> {
    const walk = new Walk(kit, options);
    const actions = routedOf(kit);
    let waiting = actions.filter(isCreating);
    // What one creates another may refer to.
    for (let before = -1; waiting.length > 0 && before !== waiting.length; ) {
      before = waiting.length;
      const left: Routed[] = [];
      for (const action of waiting) if (!(await walk.#begin(action))) left.push(action);
      waiting = left;
    }
    return walk;
  }

  /** Those that were accepted at least once. */
  get taken(): readonly Routed[] {
    return routedOf(this.#kit).filter(({ id }) => this.#ways.has(id));
  }

  /** Subjects in all states, one for each step that has led there or left them there. */
  get examples(): readonly Place[] {
    return [...this.#examples.values()];
  }

  /** The jobs that have changed something, each with the way to where it was due. */
  get jobs(): readonly { readonly job: Job; readonly type: string; readonly days: number; readonly before: Way }[] {
    return this.examples.flatMap(({ type, way }) => {
      const last = way.at(-1);
      return last?.kind === 'job' ? [{ job: last.job, type, days: last.days, before: way.slice(0, -1) }] : [];
    });
  }

  /** A call that will be accepted, on a subject that was made for it. @throws Error where what worked once does not work again */
  async ready(action: Routed): Promise<ActionCall> {
    const way = this.#ways.get(action.id);
    if (!way) throw new Error(`${action.id} was never accepted`);
    const made = await this.follow(way.before);
    return this.#callOf(way.step, made);
  }

  /** Goes a way again, with new subjects. @throws Error where what worked once does not work again */
  async follow(way: Way): Promise<Made> {
    const made = new Map<string, string>();
    for (const step of way) {
      const since = await newestReceipt(this.#kit);
      if (step.kind === 'job') {
        this.#kit.advance({ days: step.days });
        await runWhenDue(this.#kit, step.job);
      } else {
        const call = await this.#callOf(step, made);
        const answer = await sent(this.#kit, call);
        if (!isAccepted(answer)) throw new Error(`${step.action.id} was accepted once, and now answers ${said(answer)}: ${AGAIN}`);
      }
      remember(made, await changesAfter(this.#kit, since));
    }
    return made;
  }

  async #callOf({ action, handle, input: index }: Step & { readonly kind: 'action' }, made: Made): Promise<ActionCall> {
    const subject = isCreating(action) ? null : (made.get(action.entity.type) ?? null);
    const path = await pathOf(this.#kit, action, made);
    const input = (await this.#inputs.of(action, made, subject))[index];
    if (path === null || input === undefined) throw new Error(`${action.id} was accepted once, and has no path or input now: ${AGAIN}`);
    return { action, handle, path, input, subject };
  }

  /** Creates by each input, and goes on from there. @returns false where it was refused, or what it refers to is not there yet */
  async #begin(action: Routed): Promise<boolean> {
    const referred = new Set(referencesOf(this.#kit.pack, [...namesIn(action.input), ...parametersOf(action.route.path)]).values());
    const prelude: Step[] = [];
    for (const type of referred) {
      const place = this.places.find((found) => found.type === type);
      if (!place) {
        this.refused.set(action.id, `nothing has made a ${type}, which it refers to`);
        return false;
      }
      prelude.push(...place.way.filter((step) => !prelude.includes(step)));
    }
    const accepted = await this.#tryEach(action, prelude);
    for (const { way, changes } of accepted) await this.#explore(this.#placesOf(way, changes));
    return accepted.length > 0;
  }

  /** From each place whatever can be done there; each state once. Time passes only when all that people can do is done. */
  async #explore(found: readonly Place[]): Promise<void> {
    const been: Place[] = [];
    const waiting = [...found];
    for (let at = 0; at < been.length || waiting.length > 0; ) {
      const place = waiting.shift();
      if (!place) {
        waiting.push(...(await this.#byTime(been[at++])));
      } else if (!been.some(({ type, status }) => type === place.type && status === place.status)) {
        been.push(place);
        this.places.push(place);
        waiting.push(...(await this.#byPeople(place)));
      }
    }
  }

  async #byPeople(place: Place): Promise<readonly Place[]> {
    const next: Place[] = [];
    for (const action of routedOf(this.#kit)) {
      if (isCreating(action) || !isPossible(action, place)) continue;
      for (const { way, changes } of await this.#tryEach(action, place.way)) next.push(...this.#placesOf(way, changes));
    }
    return next;
  }

  /** Only where it may bring about what people have not, or has never done anything yet: waiting is slow. */
  async #byTime(place: Place | undefined): Promise<readonly Place[]> {
    const next: Place[] = [];
    for (const job of this.#kit.pack.jobs) {
      if (!place || !isPossible(job.action, place)) continue;
      const isNew = !this.jobs.some((known) => known.job.id === job.id);
      if (isNew || (await this.#isOpen(job.action, place))) next.push(...(await this.#wait(job, place)));
    }
    return next;
  }

  async #isOpen({ entity }: Action, { type, status }: Place): Promise<boolean> {
    const made = (await changesAfter(this.#kit, '')).filter((change) => change.type === type && change.from === status).map(({ to }) => to);
    return (entity.transitions[status] ?? []).some((to) => !made.includes(to));
  }

  /** With each input that leads somewhere else, or with the first that is taken. */
  async #tryEach(action: Routed, before: Way): Promise<readonly { way: Way; changes: readonly Change[] }[]> {
    const accepted: { way: Way; changes: readonly Change[] }[] = [];
    for (let input = 0; ; input++) {
      const result = await this.#try(action, before, input);
      if (result === 'no such input') return accepted;
      if (result === null) continue;
      accepted.push(result);
      if (!this.#inputs.isGiven(action)) return accepted;
    }
  }

  /** By everybody who may, one after the other; where roles are to be filled, by as many as it takes. */
  async #try(action: Routed, before: Way, index: number): Promise<{ way: Way; changes: readonly Change[] } | 'no such input' | null> {
    const made = await this.follow(before);
    const subject = isCreating(action) ? null : (made.get(action.entity.type) ?? null);
    const input = (await this.#inputs.of(action, made, subject))[index];
    if (input === undefined) return 'no such input';
    const path = await pathOf(this.#kit, action, made);
    if (path === null) {
      this.refused.set(action.id, `nothing is known for the parameters of ${action.route.path}`);
      return null;
    }
    const since = await newestReceipt(this.#kit);
    const steps: Step[] = [];
    for (const handle of peopleFor(action)) {
      const answer = await sent(this.#kit, { action, handle, path, input, subject });
      if (!isAccepted(answer)) {
        this.#note(action, answer, handle);
        continue;
      }
      const step = { kind: 'action', action, handle, input: index } as const;
      if (!this.#ways.has(action.id)) this.#ways.set(action.id, { before, step });
      this.refused.delete(action.id);
      steps.push(step);
      if (!action.approval || (await this.#hasMoved(subject, since))) break;
    }
    return steps.length === 0 ? null : { way: [...before, ...steps], changes: await changesAfter(this.#kit, since) };
  }

  async #hasMoved(subject: string | null, since: string): Promise<boolean> {
    return (await changesAfter(this.#kit, since)).some(({ id, from, to }) => id === subject && from !== to);
  }

  /** Lets time pass until a job acts on the subject. */
  async #wait(job: Job, { type, way }: Place): Promise<readonly Place[]> {
    const made = await this.follow(way);
    const since = await newestReceipt(this.#kit);
    let days = 0;
    // What waits for somebody to leave waits for no time to pass.
    for (const more of job.afterDeparture ? DAYS.slice(0, 1) : DAYS) {
      this.#kit.advance({ days: more });
      days += more;
      // What breaks is a fault of the job, and told by the check of jobs.
      await runWhenDue(this.#kit, job).catch(() => undefined);
      const changes = await changesAfter(this.#kit, since);
      const own = changes.filter(({ id }) => id === made.get(type));
      if (own.length > 0) return this.#placesOf([...way, { kind: 'job', job, days }], own);
    }
    return [];
  }

  #placesOf(way: Way, changes: readonly Change[]): readonly Place[] {
    const types = this.#kit.pack.entities.map(({ type }) => type);
    const last = new Map(changes.filter(({ type }) => types.includes(type)).map((change) => [change.id, change]));
    const places = [...last.values()].map(({ type, to: status, id: example }) => ({ type, status, way, example }));
    const step = way.at(-1);
    const by = step?.kind === 'job' ? step.job.id : step?.action.id;
    for (const place of places) this.#examples.set(`${place.type} ${place.status} ${by}`, place);
    return places;
  }

  #note(action: Routed, answer: Answer, handle: string): void {
    if (!this.#ways.has(action.id)) this.refused.set(action.id, `it answers ${said(answer)} to ${handle}`);
  }
}

const AGAIN = 'give an input that works each time, as a function, in the option inputs';

function isPossible({ entity, from }: Action, { type, status }: Place): boolean {
  return entity.type === type && from.includes(status);
}

function remember(made: Map<string, string>, changes: readonly Change[]): void {
  for (const { type, id } of changes) made.set(type, id);
}
