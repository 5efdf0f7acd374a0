const ORDER = ['INVALID', 'DIVERGED', 'UNANCHORED', 'INCOMPLETE', 'DIFFERS', 'PARTIAL', 'NOTE'] as const;

/** The verdict that a finding brings about. A NOTE changes none. */
export type Weight = (typeof ORDER)[number];

export interface Finding {
  readonly verdict: Weight;
  /** Kebab-case, and never changes its meaning. */
  readonly code: string;
  /** What was found, where, and with which id. */
  readonly message: string;
  /** Where in the bundle. */
  readonly path?: string;
}

/** So many are kept: nobody reads more, and a file could be made to bring on millions. */
const KEPT = 1_000;

/** What a verification has found so far. */
export class Findings {
  readonly #list: Finding[] = [];
  readonly #weights = new Set<Weight>();
  #left = 0;

  add(verdict: Weight, code: string, message: string, path?: string): void {
    this.#weights.add(verdict);
    if (this.#list.length >= KEPT) this.#left++;
    else this.#list.push({ verdict, code, message, ...(path === undefined ? {} : { path }) });
  }

  has(verdict: Weight): boolean {
    return this.#weights.has(verdict);
  }

  /** Takes over what was found of a part. */
  addAll(part: Findings): void {
    for (const { verdict, code, message, path } of part.#list) this.add(verdict, code, message, path);
    this.#left += part.#left;
    for (const verdict of part.#weights) this.#weights.add(verdict);
  }

  /** The gravest first, and in the same order however the work went. */
  get list(): readonly Finding[] {
    const more = { verdict: 'NOTE', code: 'more-findings', message: `${this.#left} more findings are not listed` } as const;
    const sorted = this.#list.toSorted((a, b) => ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict) || (sortKey(a) < sortKey(b) ? -1 : 1));
    return this.#left === 0 ? sorted : [...sorted, more];
  }

  /** What `read` makes of a part of the bundle, or of the whole, path ''; null, and a finding, where that is malformed. */
  async attempt<T>(code: string, path: string, read: () => T | Promise<T>): Promise<T | null> {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      if (path === '') this.add('INVALID', code, error.message);
      else this.add('INVALID', code, `${path}: ${error.message}`, path);
      return null;
    }
  }
}

function sortKey({ path = '', code, message }: Finding): string {
  return JSON.stringify([path, code, message]);
}
