export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: Json;
}

/** What is read at most: UTF-16 units of text, containers in each other, values in all. */
export interface JsonLimits {
  readonly length: number;
  readonly depth: number;
  readonly values: number;
}

/** Whoever reads a file for the verifier need not read on after so many bytes: it is refused as too long. */
export const LONGEST = 128 * 1_048_576;

const LIMITS: JsonLimits = { length: LONGEST, depth: 64, values: 4_000_000 };

/** The message begins with the path of what is wrong. */
export class JsonError extends TypeError {}

/**
 * Reads JSON that has one meaning only: no key twice, no lone surrogates, no number that canonical JSON (RFC 8785) would
 * write differently. Objects have no prototype, so that no key is special.
 * @throws JsonError
 */
export function parseJson(text: string, limits: Partial<JsonLimits> = {}): Json {
  return new Parser(text, { ...LIMITS, ...limits }).parse();
}

const ESCAPES: Readonly<Record<string, string>> = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };
const WORDS: readonly (readonly [string, Json])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
];

class Parser {
  readonly #text: string;
  readonly #limits: JsonLimits;
  readonly #path: (string | number)[] = [];
  #at = 0;
  #values = 0;

  constructor(text: string, limits: JsonLimits) {
    this.#text = text;
    this.#limits = limits;
  }

  parse(): Json {
    if (this.#text.length > this.#limits.length) throw this.#error(`is longer than ${this.#limits.length} characters`);
    const value = this.#value();
    if (this.#at < this.#text.length) throw this.#error('goes on after its end');
    return value;
  }

  #value(): Json {
    if (++this.#values > this.#limits.values) throw this.#error(`has more than ${this.#limits.values} values`);
    if (this.#path.length > this.#limits.depth) throw this.#error(`is nested deeper than ${this.#limits.depth}`);
    this.#space();
    const value = this.#bare();
    this.#space();
    return value;
  }

  #bare(): Json {
    const next = this.#text[this.#at];
    if (next === '{') return this.#object();
    if (next === '[') return this.#list();
    if (next === '"') return this.#string();
    for (const [word, value] of WORDS) {
      if (!this.#text.startsWith(word, this.#at)) continue;
      this.#at += word.length;
      return value;
    }
    return this.#number();
  }

  #object(): JsonObject {
    const object: Record<string, Json> = Object.create(null);
    this.#items('}', () => {
      this.#space();
      if (this.#text[this.#at] !== '"') throw this.#error('has a key that is no string');
      const key = this.#string();
      if (Object.hasOwn(object, key)) throw this.#error(`has the key ${JSON.stringify(key)} twice`);
      this.#space();
      if (this.#text[this.#at++] !== ':') throw this.#error(`has no colon after the key ${JSON.stringify(key)}`);
      object[key] = this.#within(key);
    });
    return object;
  }

  #list(): readonly Json[] {
    const list: Json[] = [];
    this.#items(']', () => list.push(this.#within(list.length)));
    return list;
  }

  #within(step: string | number): Json {
    this.#path.push(step);
    const value = this.#value();
    this.#path.pop();
    return value;
  }

  #items(end: string, item: () => void): void {
    this.#at++;
    this.#space();
    if (this.#text[this.#at] === end) {
      this.#at++;
      return;
    }
    for (;;) {
      item();
      const next = this.#text[this.#at++];
      if (next === end) return;
      if (next !== ',') throw this.#error(next === undefined ? 'is cut off' : 'has a comma missing');
    }
  }

  #string(): string {
    let string = '';
    this.#at++;
    for (;;) {
      SPECIAL.lastIndex = this.#at;
      const [special = ''] = SPECIAL.exec(this.#text) ?? [];
      if (special === '') throw this.#error('is cut off');
      string += this.#text.slice(this.#at, SPECIAL.lastIndex - 1);
      this.#at = SPECIAL.lastIndex;
      if (special === '"') break;
      if (special !== '\\') throw this.#error('has a control character in a string');
      string += this.#escape();
    }
    if (!string.isWellFormed()) throw this.#error('has a lone surrogate');
    return string;
  }

  #escape(): string {
    const letter = this.#text[this.#at++] ?? '';
    const plain = Object.hasOwn(ESCAPES, letter) ? ESCAPES[letter] : undefined;
    if (plain !== undefined) return plain;
    const hex = this.#text.slice(this.#at, this.#at + 4);
    if (letter !== 'u' || !/^[0-9a-fA-F]{4}$/.test(hex)) throw this.#error('has an escape that JSON does not know');
    this.#at += 4;
    return String.fromCharCode(Number.parseInt(hex, 16));
  }

  #number(): number {
    const [token = ''] = this.#text.slice(this.#at, this.#at + MAX_NUMBER).match(/^-?[0-9][0-9.eE+-]*/) ?? [];
    if (token === '') throw this.#error(this.#at >= this.#text.length ? 'is cut off' : 'is no JSON');
    if (JSON.stringify(Number(token)) !== token) throw this.#error(`has the number ${token}, which canonical JSON does not have`);
    this.#at += token.length;
    return Number(token);
  }

  #space(): void {
    while (SPACES.includes(this.#text[this.#at] ?? '-')) this.#at++;
  }

  #error(problem: string): JsonError {
    return new JsonError(`${pathText(this.#path)} ${problem} (at character ${this.#at})`);
  }
}

/** What ends a run of plain characters in a string. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON does not have them in strings
const SPECIAL = /["\\\u0000-\u001f]/g;
const SPACES = ' \n\r\t';
/** No canonical number is longer than 25 characters. */
const MAX_NUMBER = 32;

/** `receipts[2].bytes`; of the whole, "the document". */
export function pathText(path: readonly (string | number)[]): string {
  const text = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step.slice(0, 100)}`)).join('');
  return text === '' ? 'the document' : text.replace(/^\./, '');
}
