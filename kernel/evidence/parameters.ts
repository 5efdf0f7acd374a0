import { Problem, Type } from '../../sdk/index.ts';
import { drawRandom } from '../random.ts';
import type { Drawing } from './usage-wanted.ts';

const PRINTABLE = '^[ -~]{1,128}$';

/** Of who asks, so that an old answer is not passed off as a new one. */
export const Nonce = Type.String({ pattern: PRINTABLE, description: '1 to 128 printable characters, which come back in the manifest' });

/** An auditor who names it can be sure that no sample was drawn and thrown away. */
export const Seed = Type.String({
  pattern: PRINTABLE,
  description: 'What the sample is drawn by, 1 to 128 printable characters; random unless said',
});

export const DEFAULT_SAMPLE = 25;

export const SampleSize = Type.Integer({ minimum: 0, maximum: 10_000, description: `How many are drawn; ${DEFAULT_SAMPLE} unless said` });

export function drawnSeed(): string {
  return drawRandom(16).toString('hex');
}

/** Of evidence that shows usage. */
export const UsageParameters = {
  events: Type.Optional(Type.Enum(['sample', 'all'], { description: 'Of the usage events that count, a sample or all; a sample unless said' })),
  sample: Type.Optional(SampleSize),
  seed: Type.Optional(Seed),
};

interface Wished {
  readonly events?: Drawing['events'] | undefined;
  readonly sample?: number | undefined;
  readonly seed?: string | undefined;
}

/** @throws Problem `invalid-input` for the sample of all */
export function drawingOf({ events = 'sample', sample, seed }: Wished): Drawing {
  if (events === 'sample') return { events, sample: sample ?? DEFAULT_SAMPLE, seed: seed ?? drawnSeed() };
  const said = Object.entries({ sample, seed }).flatMap(([path, value]) => (value === undefined ? [] : [path]));
  if (said.length === 0) return { events };
  const errors = said.map((path) => ({ path, message: 'belongs to a sample, and all are asked for' }));
  throw new Problem('invalid-input', `${said.join(' and ')}: all events are asked for, so none are drawn`, { errors });
}
