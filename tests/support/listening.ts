import * as assert from 'uvu/assert';

export interface SentEvent {
  readonly event: string;
  readonly id: string;
  // biome-ignore lint/suspicious/noExplicitAny: JSON of any shape
  readonly data: any;
}

/** A browser's EventSource, as far as tests need one. */
export interface Listening {
  readonly headers: Headers;
  /** What has come so far. */
  readonly events: readonly SentEvent[];
  /** The first event, of those that nobody has awaited yet, that is what is wanted. Rejects where the stream ends before it. */
  next(wanted?: (event: SentEvent) => boolean): Promise<SentEvent>;
  /** Resolves with the whole text once the server has ended the stream. */
  readonly ended: Promise<string>;
  close(): void;
}

const PATIENCE_MS = 20_000;
/** No test listens for longer. */
const LONGEST_MS = 30_000;

/** @param token null for who comes by a cookie among the headers */
export async function listen(url: string, token: string | null, headers: Readonly<Record<string, string>> = {}): Promise<Listening> {
  const controller = new AbortController();
  const tooLong = setTimeout(() => controller.abort(new Error('the stream did not end')), LONGEST_MS);
  tooLong.unref();
  const response = await fetch(url, {
    headers: { ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...headers },
    signal: controller.signal,
  });
  assert.is(response.status, 200);
  const events: SentEvent[] = [];
  let seen = 0;
  let isOver = false;
  let changed = Promise.withResolvers<void>();
  const ended = read(response, (block) => {
    const event = eventIn(block);
    if (event) events.push(event);
    changed.resolve();
    changed = Promise.withResolvers();
  }).finally(() => {
    clearTimeout(tooLong);
    isOver = true;
    changed.resolve();
  });
  // A test that closes it does not ask how it ended.
  ended.catch(() => undefined);

  function take(wanted: (event: SentEvent) => boolean): SentEvent | undefined {
    const found = events.slice(seen).findIndex(wanted);
    seen = found < 0 ? events.length : seen + found + 1;
    return found < 0 ? undefined : events[seen - 1];
  }

  return {
    headers: response.headers,
    events,
    ended,
    async next(wanted = () => true) {
      const deadline = Date.now() + PATIENCE_MS;
      for (;;) {
        const event = take(wanted);
        if (event) return event;
        if (isOver) throw new Error(`the stream ended after ${JSON.stringify(events)}`);
        if (Date.now() >= deadline) throw new Error(`it did not come; what came: ${JSON.stringify(events)}`);
        const timer = setTimeout(() => changed.resolve(), deadline - Date.now());
        await changed.promise;
        clearTimeout(timer);
      }
    },
    close: () => controller.abort(),
  };
}

async function read(response: Response, block: (text: string) => void): Promise<string> {
  let text = '';
  let rest = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    const decoded = decoder.decode(chunk, { stream: true });
    text += decoded;
    const blocks = (rest + decoded).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const each of blocks) block(each);
  }
  return text;
}

function eventIn(block: string): SentEvent | null {
  const fields = new Map(block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]));
  const data = fields.get('data');
  if (data === undefined) return null;
  return { event: fields.get('event') ?? 'message', id: fields.get('id') ?? '', data: JSON.parse(data) };
}
