import type { Summit } from '../../kernel/main.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // What a test reads of an answer is checked by the test.
  // biome-ignore lint/suspicious/noExplicitAny: JSON of any shape
  readonly body: any;
}

export interface Sent {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** To see a redirection itself; else it is followed. */
  readonly redirect?: 'manual';
}

export interface Call {
  readonly headers?: Readonly<Record<string, string>>;
  readonly tenant?: string;
}

/** Hands to use a Summit as its users would: over HTTP, by handle. */
export interface Hands {
  /** Whatever is to be sent, by nobody in particular. */
  send(method: string, path: string, init?: Sent): Promise<Answer>;
  /** As somebody, with what their body is as JSON. */
  call(method: string, handle: string, path: string, body?: unknown, call?: Call): Promise<Answer>;
  /** A bearer token, the same each time. */
  token(handle: string, tenant?: string): Promise<string>;
  userId(handle: string, tenant?: string): Promise<string>;
}

/** @param home the tenant that is meant where none is named */
export function handsOn({ url, services }: Summit, home: string): Hands {
  const tokens = new Map<string, Promise<string>>();

  async function send(method: string, path: string, init: Sent = {}): Promise<Answer> {
    const response = await fetch(url + path, { method, ...init });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json');
    return { status: response.status, headers: response.headers, body: isJson && text !== '' ? JSON.parse(text) : text };
  }

  function token(handle: string, tenant = home): Promise<string> {
    const key = `${tenant}/${handle}`;
    const known = tokens.get(key) ?? services.commands.token({ tenant, user: handle }).then((issued) => issued.token);
    tokens.set(key, known);
    return known;
  }

  async function call(method: string, handle: string, path: string, body?: unknown, { headers = {}, tenant }: Call = {}): Promise<Answer> {
    const authorization = `Bearer ${await token(handle, tenant)}`;
    const json = body === undefined ? {} : { body: JSON.stringify(body) };
    return send(method, path, { headers: { authorization, 'content-type': 'application/json', ...headers }, ...json });
  }

  return {
    send,
    call,
    token,
    async userId(handle, tenant) {
      const { body } = await call('GET', handle, '/me', undefined, tenant === undefined ? {} : { tenant });
      return body.id;
    },
  };
}
