import { sampleInputs } from '../../../kernel/sample-input.ts';
import type { Action } from '../../action.ts';
import type { Governed } from '../../entity.ts';
import type { Pack } from '../../pack.ts';
import type { TSchema } from '../../schema.ts';
import type { RiggedPack } from '../kit.ts';
import type { ConformanceOptions, Input } from './options.ts';

/** By type, the id of the last subject that was made or changed. */
export type Made = ReadonlyMap<string, string>;

interface Described extends TSchema {
  readonly properties?: Readonly<Record<string, Described>>;
  readonly required?: readonly string[];
  readonly type?: string;
  readonly format?: string;
  readonly pattern?: string;
  readonly examples?: unknown;
  readonly enum?: unknown;
  readonly const?: unknown;
}

/** Makes the inputs of a pack's actions: the author's, or samples of their schemas. */
export class Inputs {
  readonly #kit: RiggedPack;
  readonly #options: ConformanceOptions;
  #count = 0;

  constructor(kit: RiggedPack, options: ConformanceOptions) {
    this.#kit = kit;
    this.#options = options;
  }

  /** Whether each leads somewhere else, by the author's word; of samples any will do. */
  isGiven({ id }: Action): boolean {
    return this.#options.inputs?.[id] !== undefined;
  }

  async of(action: Action, made: Made, subject: string | null): Promise<readonly Input[]> {
    const given = this.#options.inputs?.[action.id];
    const ids = idsOf(referencesOf(this.#kit.pack, namesIn(action.input)), made);
    if (given !== undefined) {
      const inputs = typeof given === 'function' ? await given(this.#kit, subject) : given;
      return [inputs].flat().map((input) => ({ ...ids, ...input }));
    }
    return sampleInputs(action.input).map((sample) => ({ ...this.#varied(action.input, sample), ...ids }));
  }

  /** No two alike in what is free text: something may be called so only once. */
  #varied({ properties = {} }: Described, sample: object): Input {
    const number = ++this.#count;
    return Object.fromEntries(
      Object.entries(sample).map(([name, value]) => {
        const { type, format, pattern, ...rest } = properties[name] ?? {};
        const isFixed = pattern !== undefined || rest.examples !== undefined || rest.enum !== undefined || rest.const !== undefined;
        if (type !== 'string' || isFixed) return [name, value];
        if (format === 'email') return [name, `someone-${number}@example.com`];
        return [name, format === undefined ? `${value}-${number}` : value];
      }),
    );
  }
}

/** Names that stand for subjects of the pack, each with its type: `vendor_id` for `vendor-risk.vendor`. */
export function referencesOf({ entities }: Pack, names: readonly string[]): ReadonlyMap<string, string> {
  const found = names.flatMap((name) => {
    const entity = entities.find(({ kind, type }) => kind === 'governed' && name === `${lastName(type)}_id`);
    return entity ? [[name, entity.type] as const] : [];
  });
  return new Map(found);
}

/** Those that are there. */
export function idsOf(references: ReadonlyMap<string, string>, made: Made): Readonly<Record<string, string>> {
  return Object.fromEntries([...references].flatMap(([name, type]) => (made.has(type) ? [[name, made.get(type) ?? '']] : [])));
}

export function namesIn(schema: TSchema): readonly string[] {
  const { required = [] }: Described = schema;
  return required;
}

const PARAMETER = /:([a-z_]+)/g;

export function parametersOf(path: string): readonly string[] {
  return [...path.matchAll(PARAMETER)].map(([, name]) => name ?? '');
}

/** A path with its parameters in their places. */
export function filled(path: string, params: Readonly<Record<string, string>>): string {
  return path.replaceAll(PARAMETER, (whole, name: string) => (params[name] === undefined ? whole : encodeURIComponent(params[name])));
}

export function governedIn({ entities }: Pack): readonly Governed<never>[] {
  return entities.filter((entity): entity is Governed<never> => entity.kind === 'governed');
}

function lastName(type: string): string {
  return (type.split('.').at(-1) ?? type).replaceAll('-', '_');
}
