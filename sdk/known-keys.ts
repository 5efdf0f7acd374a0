import { closestMatch } from 'leven';

/** Each key of a declaration, and whether it must be there. The compiler holds it against the type. */
export type Keys<T> = { readonly [Key in keyof T]-?: object extends Pick<T, Key> ? 'optional' : 'required' };

/** What is wrong with the keys of a declaration, in words; nothing where it says all that it must, and no more than it may. */
export function keyFaults<T>(what: string, keys: Keys<T>, declared: unknown): readonly string[] {
  if (typeof declared !== 'object' || declared === null) return [`is not ${what}`];
  const values: Readonly<Record<string, unknown>> = { ...declared };
  const given = Object.keys(values).filter((key) => values[key] !== undefined);
  const known = Object.keys(keys);
  const unknown = given.filter((key) => !known.includes(key)).map((key) => `"${key}" is not a key of ${what}${didYouMean(key, known)}`);
  const missing = Object.entries(keys).flatMap(([key, need]) =>
    need === 'required' && (values[key] ?? null) === null ? [`"${key}" is missing, and ${what} needs it`] : [],
  );
  return [...unknown, ...missing];
}

/** @param name of what is declared, to begin the message with @throws TypeError listing what is wrong with its keys */
export function assertKeys<T>(name: string, what: string, keys: Keys<T>, declared: unknown): void {
  const faults = keyFaults(what, keys, declared);
  if (faults.length > 0) throw new TypeError(`${name}: ${faults.join('; ')}`);
}

/** The end of a sentence about a word that nobody knows: `: did you mean "policies"?`, or nothing where no known word is like it. */
export function didYouMean(word: string, known: readonly string[]): string {
  const alike = known.find((candidate) => bare(candidate) === bare(word)) ?? closestMatch(word, [...known], { maxDistance: mostTypos(word) });
  return alike === undefined ? '' : `: did you mean "${alike}"?`;
}

/** With more letters wrong it is another word. */
function mostTypos({ length }: string): number {
  return Math.min(3, Math.ceil(length / 3));
}

/** `body_limit` and `bodyLimit` are the same word in two spellings. */
function bare(word: string): string {
  return word.replaceAll(/[_-]/g, '').toLowerCase();
}
