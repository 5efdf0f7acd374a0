import * as assert from 'uvu/assert';
import { parseCheckpoint } from '../../sdk/verify/checkpoint.ts';
import { type NoteKey, parseVkey, verifyNote } from '../../sdk/verify/note.ts';
import type { SignedLog } from './signed-log.ts';

export const WITNESS_NAME = 'witness.example/w1';

export interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly text: string;
}

/** What the witness at this address answers to a request of C2SP tlog-witness. */
export async function submitTo(url: string, body: string | Uint8Array): Promise<Answer> {
  const response = await fetch(`${url}/add-checkpoint`, { method: 'POST', body: new Uint8Array(Buffer.from(body)) });
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
}

export function stale(size: number | bigint): Answer {
  return { status: 409, type: 'text/x.tlog.size', text: `${size}\n` };
}

/** The key that it says it has. */
export async function keyOf(url: string): Promise<NoteKey> {
  const [first = ''] = (await (await fetch(url)).text()).split('\n');
  const [keyword, name, vkey = ''] = first.split(' ');
  assert.equal([keyword, name], ['witness', WITNESS_NAME]);
  return parseVkey(vkey);
}

/** The size that was cosigned last, as anybody may ask. */
export async function cosignedSize({ hash }: SignedLog, { url, key }: { url: string; key: NoteKey }): Promise<number | null> {
  const response = await fetch(`${url}/${hash}/checkpoint`);
  if (response.status === 404) return null;
  assert.is(response.status, 200);
  return Number(parseCheckpoint((await verifyNote(await response.text(), [key])).text).size);
}
