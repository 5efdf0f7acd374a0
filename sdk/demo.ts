import type { Action } from './action.ts';
import type { Query } from './query.ts';

/** Something that a person does in a story. */
export interface DemoStep {
  /**
   * What the step is called within its story, for good. A story that was cut off is told again from its beginning, and a step that
   * was done before is not done twice, but answered as it was. What stands before its last `/` is the thread that it belongs to.
   */
  readonly key: string;
  /** What stands in the path of the action's route. */
  readonly params?: Readonly<Record<string, string>>;
  /** `{}` where it is left out. */
  readonly input?: unknown;
}

/** What became of a step. */
export interface DemoAnswer {
  /** The subject of the action; empty where the step was passed over. */
  readonly id: string;
  /** What the person would have been answered, once its outcome is there. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** What a story is told with: people of the tenant, by their handles, who act and ask as they would over HTTP. */
export interface DemoContext {
  readonly tenant: string;
  /** When the story began, RFC 3339: the same however often it is taken up, so that what is worked out from it is the same too. */
  readonly now: string;
  /** That day in the tenant's time zone: `YYYY-MM-DD`. */
  readonly today: string;
  /**
   * Takes a governed action: role, policy and approvals apply as to everybody. Where the subject has moved on, by people or by time, the
   * rest of its thread is passed over: who tells a story need not mind what became of it meanwhile.
   * @throws Problem where it is refused for another reason, or the first of its thread; `not-found` where nobody has the handle; `unavailable`
   * where its outcome does not come within half a minute
   * @throws TypeError for an action of a pack that is not loaded
   */
  act(handle: string, action: Action, step: DemoStep): Promise<DemoAnswer>;
  /**
   * Tries what the policy denies, with an input that is valid.
   * @throws Problem where something else than the policy refuses it, such as `invalid-input` or `forbidden`
   * @throws TypeError where it is allowed, and for an action of a pack that is not loaded
   */
  denied(handle: string, action: Action, step: DemoStep): Promise<void>;
  /**
   * @throws Problem where it is refused, or nobody has the handle
   * @throws TypeError for a query of a pack that is not loaded
   */
  ask(handle: string, query: Query, request?: Pick<DemoStep, 'params'> & { readonly query?: Readonly<Record<string, unknown>> }): Promise<unknown>;
  /** Reports usage, of any time in the past: 1 to 1,000 CloudEvents. @throws Problem as `act`, and where one of them is rejected */
  report(handle: string, key: string, events: readonly Readonly<Record<string, unknown>>[]): Promise<void>;
}

/** The story by which a pack shows what it does, in a tenant that is there for demonstrations. */
export interface Demo {
  readonly title: string;
  /** Tells it from its beginning, also where part of it was told before. */
  tell(demo: DemoContext): Promise<void>;
}

/**
 * Declares the story of a pack. `summit seed` has it told, once, in each tenant whose file says `"demo": true`, by the pack's real
 * actions: what it leaves behind has receipts and evidence like all else. Never in production.
 *
 * @example
 * ```ts
 * const demo = defineDemo({
 *   title: 'A vendor that has lapsed',
 *   async tell({ act }) {
 *     await act('analyst', lapseVendor, { key: 'globex-lapses', params: { id: vendor.id } });
 *   },
 * });
 * assert.equal(demo.title, 'A vendor that has lapsed');
 * ```
 */
export function defineDemo(demo: Demo): Demo {
  return Object.freeze(demo);
}
