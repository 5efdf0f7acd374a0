import { fromBase64, toBase64 } from './bytes.ts';
import { parseNote } from './note.ts';

/** What a log says of itself at one moment (C2SP tlog-checkpoint). */
export interface Checkpoint {
  /** The log's name. */
  readonly origin: string;
  readonly size: bigint;
  readonly root: Uint8Array;
}

export interface ParsedCheckpoint extends Checkpoint {
  readonly extensions: readonly string[];
}

/** That an entry is in a log, for whoever is offline (C2SP tlog-proof). */
export interface LogProof {
  readonly index: bigint;
  /** From the leaf's sibling up. */
  readonly hashes: readonly Uint8Array[];
  /** A signed note. */
  readonly checkpoint: string;
  /** Nobody has signed it. */
  readonly extra?: Uint8Array;
}

/** That a log only grew (the body of C2SP tlog-witness add-checkpoint). */
export interface ConsistencyProof {
  readonly oldSize: bigint;
  readonly hashes: readonly Uint8Array[];
  /** A signed note. */
  readonly checkpoint: string;
}

const PROOF = 'c2sp.org/tlog-proof@v1';
/** A tree of less than 2⁶⁴ leaves has no longer paths. */
const MAX_PATH = 64;
const MAX_CONSISTENCY = 63;

export function checkpointText({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${toBase64(root)}\n`;
}

/** @param text of the note @throws TypeError */
export function parseCheckpoint(text: string): ParsedCheckpoint {
  if (!text.endsWith('\n')) throw new TypeError('a checkpoint ends with a line break');
  const [origin, size, root, ...extensions] = text.slice(0, -1).split('\n');
  if (!origin || size === undefined || root === undefined) throw new TypeError('a checkpoint has an origin, a size and a root');
  if (extensions.includes('')) throw new TypeError('a checkpoint has no empty lines');
  return { origin, size: parseSize(size), root: parseHash(root), extensions };
}

export function formatProof({ index, hashes, checkpoint, extra }: LogProof): string {
  const head = extra === undefined ? [PROOF] : [PROOF, `extra ${toBase64(extra)}`];
  return [...head, `index ${index}`, ...hashes.map(toBase64), '', checkpoint].join('\n');
}

/** @throws TypeError; the signatures of the checkpoint are not looked at */
export function parseProof(text: string): LogProof {
  const { lines, checkpoint } = partsOf(text);
  const [head, ...others] = lines;
  if (head !== PROOF) throw new TypeError(`a proof begins with ${PROOF}`);
  const extra = others[0]?.startsWith('extra ') ? fromBase64(others.shift()?.slice('extra '.length) ?? '') : undefined;
  const index = parseNumbered('index', others.shift());
  return { index, hashes: parseHashes(others, MAX_PATH), checkpoint, ...(extra === undefined ? {} : { extra }) };
}

export function formatConsistency({ oldSize, hashes, checkpoint }: ConsistencyProof): string {
  return [`old ${oldSize}`, ...hashes.map(toBase64), '', checkpoint].join('\n');
}

/** @throws TypeError; the signatures of the checkpoint are not looked at */
export function parseConsistency(body: string): ConsistencyProof {
  const { lines, checkpoint } = partsOf(body);
  const [old, ...hashes] = lines;
  return { oldSize: parseNumbered('old', old), hashes: parseHashes(hashes, MAX_CONSISTENCY), checkpoint };
}

/** @throws TypeError for anything but a decimal without leading zeroes, below 2⁶⁴ */
export function parseSize(text: string): bigint {
  if (!/^(0|[1-9][0-9]{0,19})$/.test(text)) throw new TypeError(`"${text.slice(0, 24)}" is no size of a log`);
  const size = BigInt(text);
  if (size >= 1n << 64n) throw new TypeError(`the size ${text} is over 2⁶⁴−1`);
  return size;
}

/** @throws TypeError */
export function parseHash(text: string): Uint8Array {
  const hash = fromBase64(text);
  if (hash.length !== 32) throw new TypeError(`a hash has 32 bytes, this one ${hash.length}`);
  return hash;
}

function partsOf(text: string): { lines: string[]; checkpoint: string } {
  const end = text.indexOf('\n\n');
  if (end < 0) throw new TypeError('a proof has an empty line before its checkpoint');
  const checkpoint = text.slice(end + 2);
  parseCheckpoint(parseNote(checkpoint).text);
  return { lines: text.slice(0, end).split('\n'), checkpoint };
}

function parseNumbered(name: string, line: string | undefined): bigint {
  if (!line?.startsWith(`${name} `)) throw new TypeError(`the line "${name} <number>" is missing`);
  return parseSize(line.slice(name.length + 1));
}

function parseHashes(lines: readonly string[], most: number): readonly Uint8Array[] {
  if (lines.length > most) throw new TypeError(`${lines.length} hashes are more than a proof has`);
  return lines.map(parseHash);
}
