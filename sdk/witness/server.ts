import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { vkeyOf } from '../verify/note.ts';
import { openOrCreateFolder, type WitnessFolder } from './folder.ts';
import { type Lock, tryLock } from './lock.ts';
import { hashOf } from './records.ts';
import { Refusal, Witness, type WitnessOptions } from './witness.ts';

/** 63 hashes and a checkpoint with 16 signatures of 5 kB, which C2SP signed-note wants to be accepted. */
const MAX_BODY_BYTES = 128 * 1024;
/** Whoever sends more than this is not waited for. */
const MAX_DROPPED_BYTES = 64 * 1024 * 1024;
const REQUEST_MS = 30_000;
/** How long a stop waits for requests that are being answered. */
const DRAIN_MS = 5_000;

export interface WitnessServer {
  readonly url: string;
  /** Answers what is underway and takes nothing new. */
  close(): Promise<void>;
}

export interface ServerOptions extends Pick<WitnessOptions, 'now' | 'report'> {
  readonly dir: string;
  /** Of the key, where none was made yet. */
  readonly name: string;
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
}

/** @throws Error where another process serves the folder, or the address is taken */
export async function startWitness(options: ServerOptions): Promise<WitnessServer> {
  const folder = await openOrCreateFolder(options.dir, options.name);
  const lock = lockOf(options.dir);
  try {
    // What is wrong with the list is said now, and not with the first request.
    await folder.logs.keys();
    return await serve({ ...options, ...folder }, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** What a policy file needs to name a witness. */
export function policyLine({ key }: WitnessFolder): string {
  return `witness ${key.public.name} ${vkeyOf(key.public)}\n`;
}

function lockOf(dir: string): Lock {
  const lock = tryLock(join(dir, 'lock'), 0);
  if (lock === null) throw new Error(`another witness runs in ${dir}: two that share a folder would cosign two histories`);
  return lock;
}

async function serve(options: ServerOptions & WitnessOptions, lock: Lock): Promise<WitnessServer> {
  const witness = new Witness(options);
  const server = createServer({ requestTimeout: REQUEST_MS }, (request, response) => {
    answer(witness, options, request).then(
      (reply) => send(server, response, reply),
      (error: unknown) => send(server, response, failure(options, request, error)),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}`,
    async close() {
      await drain(server);
      await witness.close();
      lock.release();
    },
  };
}

interface Reply {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

async function answer(witness: Witness, folder: WitnessFolder, request: IncomingMessage): Promise<Reply> {
  const [path = ''] = (request.url ?? '').split('?');
  if (path === '/add-checkpoint') return request.method === 'POST' ? addCheckpoint(witness, request) : notAllowed('POST');
  const hash = /^\/([0-9a-f]{64})\/checkpoint$/.exec(path)?.[1];
  if (path !== '/' && hash === undefined) return { status: 404, body: 'There is nothing here.\n' };
  if (request.method !== 'GET' && request.method !== 'HEAD') return notAllowed('GET, HEAD');
  return hash === undefined ? { status: 200, body: frontPage(folder) } : lastCheckpoint(folder, hash);
}

async function addCheckpoint(witness: Witness, request: IncomingMessage): Promise<Reply> {
  try {
    const body = await readBody(request);
    if (body === null) return { status: 413, body: `The body is over the limit of ${MAX_BODY_BYTES} bytes.\n` };
    return { status: 200, body: await witness.addCheckpoint(body) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { status, message, cosignedSize } = error;
    // Only a stale size has this type: a client takes it for the size to go on from.
    if (cosignedSize !== null) return { status, body: `${cosignedSize}\n`, headers: { 'content-type': 'text/x.tlog.size' } };
    return { status, body: `${message.slice(0, 200)}\n` };
  }
}

/** For monitors (the C2SP draft's path): what was cosigned last, by the SHA-256 of the origin. */
async function lastCheckpoint({ logs, records }: WitnessFolder, hash: string): Promise<Reply> {
  const log = (await logs.keys()).find(({ name }) => hashOf(name) === hash);
  const last = log ? await records.last(log.name) : null;
  if (last === null) return { status: 404, body: 'This witness has cosigned nothing of that log.\n' };
  return { status: 200, body: last.note, headers: { 'cache-control': 'no-store' } };
}

function frontPage(folder: WitnessFolder): string {
  return `${policyLine(folder)}
POST /add-checkpoint                      C2SP tlog-witness
GET  /<SHA-256 of origin, hex>/checkpoint what was cosigned last
`;
}

function notAllowed(allow: string): Reply {
  return { status: 405, body: `Only ${allow}.\n`, headers: { allow } };
}

/** What is wrong with this folder is its owner's business, and not the client's. */
function failure({ report }: Pick<WitnessOptions, 'report'>, request: IncomingMessage, error: unknown): Reply {
  report(`cannot answer ${request.method} ${request.url}: ${error instanceof Error ? error.message : String(error)}`);
  return { status: 500, body: 'The witness cannot answer for this log now; its operator is told why.\n' };
}

function send(server: Server, response: ServerResponse, { status, body, headers }: Reply): void {
  // A client that keeps its connection would hold up a stop.
  if (!server.listening) response.setHeader('connection', 'close');
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff', ...headers });
  response.end(body);
}

/** @returns null where it is too long @throws Refusal where the client went away */
function readBody(request: IncomingMessage): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array | null>();
  request.on('data', (chunk: Uint8Array) => {
    size += chunk.length;
    // What is over the limit is read and dropped, so that the answer reaches a client that is still sending.
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
    else if (size > MAX_DROPPED_BYTES) request.destroy();
  });
  request.on('end', () => resolve(size > MAX_BODY_BYTES ? null : Buffer.concat(chunks)));
  // Nobody is left to read this, but it is no error of ours. After `end` it changes nothing.
  const onGone = () => reject(new Refusal(400, 'the body did not arrive whole'));
  request.on('error', onGone).on('close', onGone);
  return promise;
}

async function drain(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const deadline = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  await closed;
  clearTimeout(deadline);
}
