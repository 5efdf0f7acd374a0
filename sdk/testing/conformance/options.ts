import type { Pack } from '../../pack.ts';
import type { TestPack, TestPackOptions } from '../kit.ts';

export type Input = Readonly<Record<string, unknown>>;

/** An input, several that lead to different states, or what makes them when they are needed: of the subject's id, null where it is to be created. */
export type InputsOf =
  | Input
  | readonly Input[]
  | ((kit: TestPack, subject: string | null) => Input | readonly Input[] | Promise<Input | readonly Input[]>);

/** What the suite cannot know of a pack by its declaration. */
export interface ConformanceOptions extends TestPackOptions {
  /** By action, what it takes; samples of its schema, unless said. */
  readonly inputs?: Readonly<Record<string, InputsOf>>;
  /** By query or evidence, what stands in its path and its query string; `:id` is tried with each subject of the pack, unless said. */
  readonly params?: Readonly<Record<string, Readonly<Record<string, string>> | ((kit: TestPack) => Promise<Readonly<Record<string, string>>>)>>;
  /** Transitions that no action of the suite can make, such as `acme.order draft → expired`, each with why. */
  readonly unreached?: Readonly<Record<string, string>>;
  /** Jobs that no test can make act, each with why. */
  readonly undue?: Readonly<Record<string, string>>;
  /** Done once, before anything else: rows that the pack's actions refer to, say. */
  prepare?(kit: TestPack): Promise<void>;
}

/** @throws Error where an option is for what the pack does not have */
export function checkOptions({ inputs = {}, params = {} }: ConformanceOptions, pack: Pack): void {
  assertKnown('inputs', Object.keys(inputs), 'action', pack.actions);
  assertKnown('params', Object.keys(params), 'query or evidence', [...pack.queries, ...pack.evidence]);
}

function assertKnown(option: string, named: readonly string[], what: string, there: readonly { readonly id: string }[]): void {
  const known = there.map(({ id }) => id);
  const stray = named.find((id) => !known.includes(id));
  if (stray !== undefined)
    throw new Error(`the option ${option} names ${stray}, and the pack has no such ${what}: there are ${known.join(', ') || 'none'}`);
}
