import { computed, signal } from '@preact/signals';
import { say } from './messages.ts';

/** What the API refuses with (RFC 9457), or what went wrong on the way to it. */
export class ApiError extends Error {
  readonly status: number;
  /** One of the codes at `/docs#errors`; `offline` where the server was not reached. */
  readonly code: string;
  readonly requestId: string | null;
  readonly errors: readonly { readonly path: string; readonly message: string }[];
  readonly problem: Readonly<Record<string, unknown>>;

  constructor(status: number, problem: Readonly<Record<string, unknown>>) {
    super(typeof problem.detail === 'string' ? problem.detail : `The server answered ${status}.`);
    this.status = status;
    this.code = typeof problem.code === 'string' ? problem.code : 'unknown';
    this.requestId = typeof problem.request_id === 'string' ? problem.request_id : null;
    this.errors = Array.isArray(problem.errors) ? problem.errors : [];
    this.problem = problem;
  }
}

/**
 * What the shell keeps of the session. Writes carry its token, so that no other site can make them.
 *
 * @internal
 */
export const csrfToken = signal<string | null>(null);

/**
 * Whether the last request reached the server, and when one last did: milliseconds since 1970.
 *
 * @internal
 */
export const connection = signal<{ readonly online: boolean; readonly since: number }>({ online: true, since: Date.now() });

/** Changes only when the server is lost or found again, not with each request. */
export const online = computed(() => connection.value.online);

/**
 * The server has answered.
 *
 * @internal
 */
export function reached(): void {
  connection.value = { online: true, since: Date.now() };
}

/**
 * The server was not reached.
 *
 * @internal
 */
export function lost(): void {
  connection.value = { online: false, since: connection.value.since };
}

/**
 * Whether the session was over when the API was last asked: the shell then asks to sign in.
 *
 * @internal
 */
export const signedOut = signal(false);

/** What the API has answered to a write: a 202 is done later. */
export interface Answered<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

/** An object as JSON has it. */
export type Json = Readonly<Record<string, unknown>>;

/**
 * Asks the API. In a component, `useResource` does, and asks again when it should.
 *
 * @param path of the API, with its parameters, as `apiPath` makes it
 * @throws ApiError
 */
export async function get<T = Json>(path: string, options: { readonly signal?: AbortSignal } = {}): Promise<T> {
  return (await call<T>('GET', path, options)).body;
}

/** A page of a list. */
export interface ListPage<T> {
  readonly items: readonly T[];
  readonly next_cursor: string | null;
  readonly total?: number;
}

/** A whole list as one page, for what must be added up: however many pages it has. @param path of the list @throws ApiError */
export async function getAll<T>(path: string, options: { readonly signal?: AbortSignal } = {}): Promise<ListPage<T>> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const next: string = cursor === null ? path : `${path}${path.includes('?') ? '&' : '?'}cursor=${encodeURIComponent(cursor)}`;
    const page: ListPage<T> = await get<ListPage<T>>(next, options);
    items.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor !== null);
  return { items, next_cursor: null, total: items.length };
}

/**
 * A write. Tried again with the same key it is done once, also where the first answer was lost on the way.
 * @throws ApiError
 */
export async function send<T = Json>(
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body: unknown = {},
  { idempotencyKey = crypto.randomUUID(), ...options }: { readonly idempotencyKey?: string; readonly signal?: AbortSignal } = {},
): Promise<Answered<T>> {
  return call<T>(method, path, {
    ...options,
    body: JSON.stringify(body),
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': idempotencyKey },
  });
}

/** A question that changes nothing, and is asked with a body: a dry run, a replay. @throws ApiError */
export async function ask<T = Json>(path: string, body: unknown, options: { readonly signal?: AbortSignal } = {}): Promise<T> {
  return (await call<T>('POST', path, { ...options, body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } })).body;
}

/** What was downloaded, as the bytes that it is. */
export interface Downloaded {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** null where the server names none. */
  readonly filename: string | null;
}

/** What is kept or checked as the bytes that it is. @param onProgress bytes so far, of how many where that is known @throws ApiError */
export async function download(
  path: string,
  { signal, onProgress }: { readonly signal?: AbortSignal; readonly onProgress?: (received: number, total: number | null) => void } = {},
): Promise<Downloaded> {
  const response = await reach(path, { credentials: 'same-origin', ...(signal && { signal }) });
  if (!response.ok) throw await refusalOf(response);
  const length = response.headers.get('Content-Length');
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let received = 0;
  for (const reader = response.body?.getReader(); reader; ) {
    const { value, done } = await reader.read();
    if (done) break;
    pieces.push(value);
    received += value.length;
    onProgress?.(received, length === null ? null : Number(length));
  }
  const filename = /filename="([^"]+)"/.exec(response.headers.get('Content-Disposition') ?? '')?.[1] ?? null;
  return { bytes: new Uint8Array(await new Blob(pieces).arrayBuffer()), filename };
}

async function call<T>(method: string, path: string, init: RequestInit): Promise<Answered<T>> {
  const response = await reach(path, {
    method,
    credentials: 'same-origin',
    ...init,
    headers: { Accept: 'application/json', ...(csrfToken.value && method !== 'GET' ? { 'X-CSRF-Token': csrfToken.value } : {}), ...init.headers },
  });
  if (!response.ok) throw await refusalOf(response);
  return { status: response.status, headers: response.headers, body: (await bodyOf(response)) as T };
}

async function refusalOf(response: Response): Promise<ApiError> {
  const error = new ApiError(
    response.status,
    isJson(response) ? ((await bodyOf(response)) as Json) : { request_id: response.headers.get('X-Request-Id') },
  );
  // The token of another session: in another tab somebody has signed in since, and this page's session is over.
  if (error.status === 401 || error.code === 'bad-csrf-token') signedOut.value = true;
  return error;
}

async function bodyOf(response: Response): Promise<unknown> {
  const text = await arriving(response.text());
  return isJson(response) ? JSON.parse(text) : text;
}

function isJson({ headers }: Response): boolean {
  return /json/.test(headers.get('Content-Type') ?? '');
}

async function reach(path: string, init: RequestInit): Promise<Response> {
  const response = await arriving(fetch(path, init));
  reached();
  return response;
}

/** @throws ApiError `offline` where it does not come, or breaks off; DOMException where nobody wants it any more */
async function arriving<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    lost();
    throw new ApiError(0, { code: 'offline', detail: say('error.offline') });
  }
}
