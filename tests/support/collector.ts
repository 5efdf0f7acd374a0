import { EventEmitter, once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

type Value = string | number | boolean;

/** A span as it was received. */
export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  readonly kind: number;
  readonly isError: boolean;
  readonly attributes: Readonly<Record<string, Value>>;
  readonly service: Value | undefined;
}

type Attributes = readonly { readonly key: string; readonly value: { stringValue?: string; intValue?: number; boolValue?: boolean } }[];

interface Export {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: Attributes };
    readonly scopeSpans: readonly {
      readonly spans: readonly (Omit<ReceivedSpan, 'attributes' | 'parentSpanId'> & {
        readonly parentSpanId?: string;
        readonly attributes: Attributes;
        readonly status: { readonly code: number };
      })[];
    }[];
  }[];
}

const ERROR = 2;
const RECEIVED = 'received';

/** Stands for a collector of traces: takes OTLP over HTTP as JSON. */
export class Collector {
  readonly url: string;
  readonly spans: ReceivedSpan[] = [];
  /** All that came, as it came. */
  text = '';
  readonly #server: Server;
  readonly #news = new EventEmitter().setMaxListeners(0);

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('request', async (request, response) => {
      let body = '';
      for await (const chunk of request.setEncoding('utf8')) body += chunk;
      this.text += body;
      this.spans.push(...spansIn(JSON.parse(body)));
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      this.#news.emit(RECEIVED);
    });
  }

  static async open(): Promise<Collector> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Collector(server);
  }

  /** Resolves with the first that is so, once it is there. What ended before it in the same trace is there then, too. */
  async span(isMeant: (span: ReceivedSpan) => boolean): Promise<ReceivedSpan> {
    for (;;) {
      const found = this.spans.find(isMeant);
      if (found) return found;
      await once(this.#news, RECEIVED);
    }
  }

  /** The names of a span and of what is within it, as deep as they lie. */
  treeOf({ spanId, name }: ReceivedSpan): Tree {
    return [name, ...this.spans.filter(({ parentSpanId }) => parentSpanId === spanId).map((part) => this.treeOf(part))];
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

export type Tree = readonly [string, ...Tree[]];

function spansIn({ resourceSpans }: Export): readonly ReceivedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map(({ attributes, status, parentSpanId = '', ...span }) => ({
        ...span,
        parentSpanId,
        isError: status.code === ERROR,
        attributes: valuesOf(attributes),
        service: valuesOf(resource.attributes)['service.name'],
      })),
    ),
  );
}

function valuesOf(attributes: Attributes): Record<string, Value> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue ?? value.boolValue ?? '']));
}
