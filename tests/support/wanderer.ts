import type { Answer } from './summit.ts';

const HOPS = 12;

export interface Arrived extends Answer {
  /** Where it ended. */
  readonly url: URL;
  /** Every address on the way, that one the last. */
  readonly way: readonly string[];
}

/** A browser without a window: it keeps cookies, by origin, and follows where it is led. */
export class Wanderer {
  readonly #cookies = new Map<string, Map<string, string>>();

  /** Its cookies for an origin, as it sends them. */
  cookie(origin: string): string {
    return [...(this.#cookies.get(origin) ?? [])].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  keep(origin: string, name: string, value: string): void {
    const kept = this.#cookies.get(origin) ?? new Map<string, string>();
    this.#cookies.set(origin, value === '' ? kept : kept.set(name, value));
    if (value === '') kept.delete(name);
  }

  /** @param until where it stops, before it goes there; to the end unless said */
  async go(address: string, until?: (url: URL) => boolean): Promise<Arrived> {
    const way: string[] = [];
    let url = new URL(address);
    for (let hop = 0; hop < HOPS; hop++) {
      way.push(url.href);
      const answer = await this.#ask(url);
      const location = answer.headers.get('location');
      const next = location === null ? null : new URL(location, url);
      if (next === null || until?.(next)) return { ...(await read(answer)), url: next ?? url, way };
      await answer.body?.cancel();
      url = next;
    }
    throw new Error(`it was led on and on: ${way.join(' → ')}`);
  }

  async #ask(url: URL): Promise<Response> {
    const answer = await fetch(url, { redirect: 'manual', headers: { cookie: this.cookie(url.origin) } });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      this.keep(url.origin, name, /max-age=0|expires=thu, 01 jan 1970/i.test(line) ? '' : value);
    }
    return answer;
  }
}

async function read(answer: Response): Promise<Answer> {
  const text = await answer.text();
  const isJson = answer.headers.get('content-type')?.includes('json') === true;
  return { status: answer.status, headers: answer.headers, body: isJson ? JSON.parse(text) : text };
}
