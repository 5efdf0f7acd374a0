import { toHex } from './bytes.ts';
import { type KeyType, type NoteKey, parseVkey } from './note.ts';

/** Whom an auditor trusts (C2SP tlog-policy). `promise` and `bundle` keys stand in comment lines of ours. */
export interface Policy {
  readonly logs: readonly NoteKey[];
  readonly promises: readonly NoteKey[];
  readonly bundles: readonly NoteKey[];
  readonly witnesses: ReadonlyMap<string, NoteKey>;
  /** null where none is asked for. */
  readonly quorum: Quorum | null;
}

/** A witness, or so many of a group. */
export type Quorum = { readonly witness: string } | { readonly threshold: number; readonly members: readonly Quorum[] };

/** Whether these witnesses, by their names in the policy, are enough. */
export function isQuorum(quorum: Quorum | null, cosigners: ReadonlySet<string>): boolean {
  if (quorum === null) return true;
  if ('witness' in quorum) return cosigners.has(quorum.witness);
  return quorum.members.filter((member) => isQuorum(member, cosigners)).length >= quorum.threshold;
}

const MAX_LENGTH = 1_048_576;

/** @throws TypeError naming the line */
export async function parsePolicy(text: string): Promise<Policy> {
  if (text.length > MAX_LENGTH) throw new TypeError(`a policy has at most ${MAX_LENGTH} characters`);
  const reader = new PolicyReader();
  for (const [index, line] of text.split('\n').entries()) {
    try {
      await reader.read(line);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      throw new TypeError(`line ${index + 1} of the policy: ${error.message}`);
    }
  }
  return reader.finish();
}

class PolicyReader {
  readonly #keys = { log: [] as NoteKey[], promise: [] as NoteKey[], bundle: [] as NoteKey[] };
  readonly #witnesses = new Map<string, NoteKey>();
  /** Witnesses and groups share their names. */
  readonly #named = new Map<string, Quorum>();
  readonly #members = new Set<string>();
  readonly #known = new Set<string>();
  #quorum: Quorum | null | undefined;

  async read(line: string): Promise<void> {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what the specification refuses
    if (/[\u0000-\u0008\u000a-\u001f\u007f]/.test(line)) throw new TypeError('a control character');
    const [keyword = '', ...items] = line.split(/[ \t]+/).filter((item) => item !== '');
    if (keyword.startsWith('#')) await this.#comment(keyword, items);
    else if (keyword === 'log') await this.#log(items);
    else if (keyword === 'witness') await this.#witness(items);
    else if (keyword === 'group') this.#group(items);
    else if (keyword === 'quorum') this.#setQuorum(items);
    else if (keyword !== '') throw new TypeError(`"${keyword}" is none of log, witness, group, quorum`);
  }

  finish(): Policy {
    if (this.#quorum === undefined) throw new TypeError('the policy has no quorum line: add "quorum none" or name a witness or a group');
    const { log: logs, promise: promises, bundle: bundles } = this.#keys;
    for (const { name } of [...promises, ...bundles]) {
      const log = name.replace(/\/(promise|bundle)$/, '');
      if (!logs.some((key) => key.name === log)) throw new TypeError(`the policy has the key ${name} but no log ${log}`);
    }
    return Object.freeze({ logs, promises, bundles, witnesses: this.#witnesses, quorum: this.#quorum });
  }

  /** Only `# promise <vkey>` and `# bundle <vkey>` mean something: other comments may begin with these words. */
  async #comment(sign: string, [purpose, vkey, ...others]: readonly string[]): Promise<void> {
    if (sign !== '#' || others.length > 0 || !vkey?.includes('+') || (purpose !== 'promise' && purpose !== 'bundle')) return;
    const key = await this.#key(vkey, 1);
    if (!key.name.endsWith(`/${purpose}`)) throw new TypeError(`the key ${key.name} is not named <log>/${purpose}`);
    this.#keys[purpose].push(key);
  }

  async #log([vkey, , ...others]: readonly string[]): Promise<void> {
    if (vkey === undefined || others.length > 0) throw new TypeError('expected log <vkey> [<url>]');
    const key = await this.#key(vkey, 1);
    this.#keys.log.push(key);
  }

  async #witness([name, vkey, , ...others]: readonly string[]): Promise<void> {
    if (name === undefined || vkey === undefined || others.length > 0) throw new TypeError('expected witness <name> <vkey> [<url>]');
    this.#define(name, { witness: name });
    this.#witnesses.set(name, await this.#key(vkey, 4));
  }

  #group([name, threshold, ...names]: readonly string[]): void {
    if (name === undefined || threshold === undefined || names.length === 0) throw new TypeError('expected group <name> all|any|<k> <name>…');
    const members = names.map((member) => this.#join(member));
    this.#define(name, { threshold: thresholdOf(threshold, members.length), members });
  }

  #setQuorum([name, ...others]: readonly string[]): void {
    if (name === undefined || others.length > 0) throw new TypeError('expected quorum <name>');
    if (this.#quorum !== undefined) throw new TypeError('a second quorum');
    this.#quorum = name === 'none' ? null : this.#lookUp(name);
  }

  #define(name: string, quorum: Quorum): void {
    if (name === 'none') throw new TypeError('"none" is the name of nobody');
    if (this.#named.has(name)) throw new TypeError(`the name ${name} is taken`);
    this.#named.set(name, quorum);
  }

  /** Each name is a member once, so that nobody counts twice. */
  #join(name: string): Quorum {
    const quorum = this.#lookUp(name);
    if (this.#members.has(name)) throw new TypeError(`${name} is a member of a group already`);
    this.#members.add(name);
    return quorum;
  }

  #lookUp(name: string): Quorum {
    const quorum = this.#named.get(name);
    if (!quorum) throw new TypeError(`no line before defines ${name}`);
    return quorum;
  }

  /** One public key serves one purpose, whatever its names. */
  async #key(vkey: string, type: KeyType): Promise<NoteKey> {
    const key = await parseVkey(vkey);
    if (key.type !== type) throw new TypeError(`the key ${key.name} has the type ${key.type}, expected ${type}`);
    const publicKey = toHex(key.publicKey);
    if (this.#known.has(publicKey)) throw new TypeError(`the public key of ${key.name} is there already`);
    this.#known.add(publicKey);
    return key;
  }
}

function thresholdOf(text: string, members: number): number {
  if (text === 'all') return members;
  if (text === 'any') return 1;
  const threshold = /^[1-9][0-9]{0,8}$/.test(text) ? Number(text) : 0;
  if (threshold < 1 || threshold > members) throw new TypeError(`a threshold is all, any or 1 to ${members}, not ${text}`);
  return threshold;
}
