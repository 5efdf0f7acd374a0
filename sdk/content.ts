/**
 * How long an answer may be kept by whoever asked for it: not at all, only to be asked for again each time, or for a year.
 * Nobody in between may keep it.
 */
export type Freshness = 'no-store' | 'no-cache' | 'immutable';

/** How an answer that is no JSON is kept and called. */
export interface ContentOptions {
  /** `no-store` unless said. */
  readonly freshness?: Freshness;
  /** What a browser saves it as. */
  readonly filename?: string;
}

/**
 * What a query answers where that is no JSON, or too much of it for memory. The query names the type among its `media`.
 *
 * @example
 * ```ts
 * const lines = [csvLine(['name', 'country']), csvLine([vendor.name, vendor.country])];
 * const list = new Content('text/csv; charset=utf-8', lines.join(''), { filename: 'vendors.csv' });
 * assert.equal(list.body, 'name,country\r\nGlobex,NL\r\n');
 * assert.equal(list.freshness, 'no-store');
 * ```
 */
export class Content {
  /** A media type, with its charset. */
  readonly type: string;
  /** What is iterated over is sent once the transaction is over: read from the database before. */
  readonly body: string | Uint8Array | AsyncIterable<string>;
  readonly freshness: Freshness;
  readonly filename: string | null;

  /**
   * @param type a media type, with its charset
   * @param body UTF-8 text, bytes, or pieces of text
   */
  constructor(type: string, body: string | Uint8Array | AsyncIterable<string>, { freshness = 'no-store', filename }: ContentOptions = {}) {
    this.type = type;
    this.body = body;
    this.freshness = freshness;
    this.filename = filename ?? null;
    Object.freeze(this);
  }
}

/**
 * Text that people and tools read as it is: of the log and its keys, which the kernel serves.
 *
 * @internal
 */
export const PLAIN = 'text/plain; charset=utf-8';
