/** How long an answer may be kept by whoever asked for it. */
export type Freshness = 'no-store' | 'no-cache' | 'immutable';

export interface ContentOptions {
  readonly freshness?: Freshness;
  /** What a browser saves it as. */
  readonly filename?: string;
}

/** What a query answers where that is no JSON, or too much of it for memory. */
export class Content {
  /** A media type, with its charset. */
  readonly type: string;
  readonly body: string | Uint8Array | AsyncIterable<string>;
  readonly freshness: Freshness;
  readonly filename: string | null;

  constructor(type: string, body: string | Uint8Array | AsyncIterable<string>, { freshness = 'no-store', filename }: ContentOptions = {}) {
    this.type = type;
    this.body = body;
    this.freshness = freshness;
    this.filename = filename ?? null;
    Object.freeze(this);
  }
}

/** Text that people and tools read as it is. */
export const PLAIN = 'text/plain; charset=utf-8';
