import { inspect, isDeepStrictEqual } from 'node:util';
import type { Action, ActionContext } from '../../action.ts';
import { type Changes, isNone } from '../../changes.ts';
import { type RiggedPack, startRigged } from '../kit.ts';
import { type ConformanceOptions, checkOptions } from './options.ts';
import { Walk } from './walk.ts';

/** What the checks of a pack look at: the pack in a running Summit, its subjects in all their states, and what its actions have done. */
export interface Stage {
  readonly kit: RiggedPack;
  readonly options: ConformanceOptions;
  readonly walk: Walk;
  /** Found while actions were applied, whoever took them: by action. */
  readonly impure: ReadonlyMap<string, string>;
  /** Relationships of the edges that were made, each with the action that did. */
  readonly relationships: ReadonlyMap<string, string>;
  /** Until it is given null, this action throws instead of what it does. */
  explode(action: string | null): void;
}

/** What is thrown in the place of what an action does. Nobody who calls may read it. */
export const EXPLOSION = 'the suite lets this action throw';

export async function openStage(folder: string | URL, options: ConformanceOptions): Promise<Stage> {
  const kit = await startRigged(folder, options);
  const impure = new Map<string, string>();
  const relationships = new Map<string, string>();
  let exploding: string | null = null;
  kit.rig.standAround((action, loaded, context, next) => {
    if (action.id === exploding) throw new Error(EXPLOSION);
    const { changes, impurity } = appliedTwice(loaded, context, next);
    if (impurity !== null) impure.set(action.id, impurity);
    if (!isNone(changes.edges)) for (const { relationship } of changes.edges) relationships.set(relationship, action.id);
    return changes;
  });
  try {
    checkOptions(options, kit.pack);
    await options.prepare?.(kit);
    return {
      ...{ kit, options, impure, relationships },
      walk: await Walk.through(kit, options),
      explode: (action) => {
        exploding = action;
      },
    };
  } catch (error) {
    await kit.close();
    throw error;
  }
}

/** `apply` is pure: the same comes out of the same, and what was loaded is as it was. @throws whatever it throws */
function appliedTwice(
  loaded: unknown,
  context: ActionContext<unknown>,
  apply: Action['apply'],
): { readonly changes: Changes; readonly impurity: string | null } {
  const ids: string[] = [];
  const newId = () => {
    const id = context.newId();
    ids.push(id);
    return id;
  };
  const before = textOf(loaded);
  const input = textOf(context.input);
  const changes = apply(loaded, { ...context, newId });
  if (textOf(loaded) !== before) return { changes, impurity: 'apply has changed what load gave it: make new objects of it instead' };
  if (textOf(context.input) !== input) return { changes, impurity: 'apply has changed its input: make new objects of it instead' };
  const left = [...ids];
  const again = apply(loaded, { ...context, newId: () => left.shift() ?? context.newId() });
  const isSame = isDeepStrictEqual(changes, again);
  return {
    changes,
    impurity: isSame ? null : 'apply gives something else when it is called again with the same: take times and ids from its context',
  };
}

/** Of maps, sets and instances too. */
function textOf(value: unknown): string {
  return inspect(value, { depth: Number.POSITIVE_INFINITY, maxArrayLength: null, maxStringLength: null, breakLength: Number.POSITIVE_INFINITY });
}
