import type { PolicyEngine } from '../../kernel/policy/engine.ts';
import type { PolicyResult } from '../../kernel/policy/result.ts';
import type { Action, ActionContext } from '../action.ts';
import type { Changes } from '../changes.ts';
import { isNone } from '../changes.ts';
import type { Pack } from '../pack.ts';
import type { Effect, EffectContext } from '../work.ts';

/** What takes the place of an effect's `run`. */
export type FakeEffect = (context: EffectContext) => Promise<Readonly<Record<string, unknown>>>;

/** Does what an action's `apply` does, in its place: `next` is the action's own. */
export type AroundApply = (action: Action, loaded: unknown, context: ActionContext<unknown>, next: Action['apply']) => Changes;

/**
 * Stands between the packs and the kernel: fakes the outside world, answers for a policy, and stands around every `apply`.
 * A pack is as it was wherever nothing is said.
 */
export class Rig {
  readonly #effects: ReadonlyMap<string, FakeEffect>;
  readonly #calls = new Map<string, EffectContext[]>();
  readonly #failures = new Map<string, number>();
  readonly #results = new Map<string, PolicyResult>();
  #around: AroundApply = (_, loaded, context, next) => next(loaded, context);

  constructor(effects: Readonly<Record<string, FakeEffect>>) {
    this.#effects = new Map(Object.entries(effects));
  }

  /** @throws Error where a fake stands for an effect that no pack has */
  adapt(packs: readonly Pack[]): void {
    const known = packs.flatMap((pack) => pack.effects.map(({ id }) => id));
    const stray = [...this.#effects.keys()].find((id) => !known.includes(id));
    if (stray !== undefined) throw new Error(`no pack has the effect ${stray}: there are ${known.join(', ') || 'none'}`);
  }

  rigged(pack: Pack): Pack {
    const actions = new Map(pack.actions.map((action) => [action, this.#action(action)]));
    const of = (action: Action) => actions.get(action) ?? action;
    return {
      ...pack,
      actions: [...actions.values()],
      jobs: pack.jobs.map((job) => ({ ...job, action: of(job.action) })),
      effects: pack.effects.map((effect) => ({
        ...effect,
        outcome: isNone(effect.outcome) || effect.outcome === null ? effect.outcome : of(effect.outcome),
        run: (context) => this.#run(effect, context),
        ...(effect.givesUp ? { givesUp: { ...effect.givesUp, action: of(effect.givesUp.action) } } : {}),
      })),
    };
  }

  /** Until it is said otherwise. */
  standAround(around: AroundApply): void {
    this.#around = around;
  }

  calls(effect: string): readonly EffectContext[] {
    return this.#calls.get(effect) ?? [];
  }

  failNext(effect: string, times: number): void {
    this.#failures.set(effect, times);
  }

  /** @param result null: the policy answers for itself again */
  decide(action: string, result: PolicyResult | null): void {
    if (result) this.#results.set(action, result);
    else this.#results.delete(action);
  }

  /** Answers in the place of the policies that an engine evaluates. */
  judgeFor(engine: PolicyEngine): void {
    const evaluate = engine.evaluate.bind(engine);
    engine.evaluate = (bundle, entrypoint, inputText) => {
      const { action } = JSON.parse(inputText) as { action?: { name?: string } };
      const result = this.#results.get(action?.name ?? '');
      return result ? Promise.resolve({ result, durationNs: 0 }) : evaluate(bundle, entrypoint, inputText);
    };
  }

  #action(action: Action): Action {
    return { ...action, apply: (loaded, context) => this.#around(action, loaded, context, action.apply) };
  }

  async #run(effect: Effect, context: EffectContext): Promise<Readonly<Record<string, unknown>>> {
    this.#calls.set(effect.id, [...this.calls(effect.id), context]);
    const failures = this.#failures.get(effect.id) ?? 0;
    if (failures > 0) {
      this.#failures.set(effect.id, failures - 1);
      throw new Error(`${effect.id} fails, as the test wants it`);
    }
    return (this.#effects.get(effect.id) ?? effect.run)(context);
  }
}
