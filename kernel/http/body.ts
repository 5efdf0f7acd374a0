import type { IncomingMessage } from 'node:http';
import type { Context } from 'koa';
import { type BodyMedia, Decimal, Problem } from '../../sdk/index.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });

export interface BodyOptions {
  /** Bytes. */
  readonly limit: number;
  /** The media types that are taken, each with what its JSON must be; `application/json` with an object unless said. */
  readonly media?: BodyMedia | undefined;
}

const OBJECTS: BodyMedia = { 'application/json': 'object' };
const FORM = 'application/x-www-form-urlencoded';

/** The JSON body of a request; an empty one is `{}`. @throws Problem `unsupported-media-type`, `too-large`, `invalid-input` */
export async function readJson(ctx: Context, { limit, media = OBJECTS }: BodyOptions): Promise<unknown> {
  const bytes = await readAll(ctx.req, limit);
  if (bytes.length === 0) return {};
  const type = ctx.is(Object.keys(media));
  const wanted = type ? media[type] : undefined;
  if (!wanted) {
    const sent = ctx.get('Content-Type') || 'of no stated type';
    throw new Problem('unsupported-media-type', `The body is ${sent}: send ${Object.keys(media).join(' or ')}.`);
  }
  let value: unknown;
  try {
    value = parseExactly(utf8.decode(bytes));
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw invalid(`is not JSON: ${(error as Error).message}`);
  }
  const found = Array.isArray(value) ? 'list' : typeof value === 'object' && value !== null ? 'object' : null;
  if (found !== null && (wanted === 'either' || wanted === found)) return value;
  throw invalid(`must be a JSON ${wanted === 'either' ? 'object or list' : wanted}`);
}

/** The fields of a form as a browser sends it, each once. @throws Problem `unsupported-media-type`, `too-large`, `invalid-input` */
export async function readForm(ctx: Context, { limit }: Pick<BodyOptions, 'limit'>): Promise<Readonly<Record<string, string>>> {
  const bytes = await readAll(ctx.req, limit);
  if (bytes.length > 0 && !ctx.is(FORM)) throw new Problem('unsupported-media-type', `Send the form as ${FORM}.`);
  return Object.fromEntries(new URLSearchParams(bytes.toString('utf8')));
}

/** So many digits may be more than a number holds. */
const LONG_NUMBER = /\d[\d.]{15}/;

/** What a number cannot hold as it was written would be changed in silence. @throws SyntaxError; Problem `invalid-input` */
function parseExactly(text: string): unknown {
  if (!LONG_NUMBER.test(text)) return JSON.parse(text);
  return JSON.parse(text, function exact(this: unknown, name: string, value: unknown, { source }: { source?: string } = {}) {
    if (typeof value !== 'number' || source === undefined || !Number.isFinite(value) || new Decimal(source).eq(value)) return value;
    const message = 'is a number with more digits than JSON numbers keep: send it as a string';
    throw new Problem('invalid-input', `${name} ${message}`, { errors: [{ path: name, message }] });
  });
}

function invalid(message: string): Problem {
  return new Problem('invalid-input', `The body ${message}`, { errors: [{ path: '(body)', message }] });
}

/** Whoever sends more than this is not waited for. */
const MAX_DROPPED_BYTES = 64 * 1024 * 1024;

function readAll(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    // What is over the limit is read and dropped, so that the answer reaches a client that is still sending.
    if (size <= limitBytes) chunks.push(chunk);
    else if (size > MAX_DROPPED_BYTES) request.destroy();
  });
  request.on('end', () => {
    if (size > limitBytes) reject(new Problem('too-large', `The body is over the limit of ${limitBytes} bytes.`));
    else resolve(Buffer.concat(chunks));
  });
  // The client went away; nobody is left to read this, but it is no error of ours. After `end` it changes nothing.
  const onGone = () => reject(invalid('did not arrive whole'));
  request.on('error', onGone).on('close', onGone);
  return promise;
}
