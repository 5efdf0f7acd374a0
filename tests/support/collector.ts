import { Receiver } from '../../sdk/testing/receiver.ts';

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
const TRACES = '/v1/traces';

/** Stands for a collector of traces: takes OTLP over HTTP as JSON. */
export class Collector {
  readonly #receiver: Receiver;

  private constructor(receiver: Receiver) {
    this.#receiver = receiver;
  }

  static async open(): Promise<Collector> {
    return new Collector(await Receiver.open());
  }

  get url(): string {
    return this.#receiver.url;
  }

  get spans(): readonly ReceivedSpan[] {
    return this.#receiver.at(TRACES).flatMap(({ body }) => spansIn(JSON.parse(body)));
  }

  /** All that came, as it came. */
  get text(): string {
    return this.#receiver
      .at(TRACES)
      .map(({ body }) => body)
      .join('\n');
  }

  /** Resolves with the first that is so, once it is there. What ended before it in the same trace is there then, too. */
  async span(isMeant: (span: ReceivedSpan) => boolean): Promise<ReceivedSpan> {
    for (;;) {
      const found = this.spans.find(isMeant);
      if (found) return found;
      await this.#receiver.next();
    }
  }

  /** The names of a span and of what is within it, as deep as they lie. */
  treeOf({ spanId, name }: ReceivedSpan): Tree {
    return [name, ...this.spans.filter(({ parentSpanId }) => parentSpanId === spanId).map((part) => this.treeOf(part))];
  }

  close(): Promise<void> {
    return this.#receiver.close();
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
