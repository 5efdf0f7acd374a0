import { AsyncLocalStorage } from 'node:async_hooks';
import { context, isSpanContextValid, ROOT_CONTEXT, trace } from '@opentelemetry/api';

/** What a line of the log says of whatever it was written for. */
export type LogFields = Readonly<Record<string, string>>;

const scope = new AsyncLocalStorage<LogFields>();

/** Every line of the log that `work` leads to says these fields besides those of what it is a part of, however deep inside it is written. */
export function withLogFields<T>(fields: LogFields, work: () => T): T {
  return scope.run({ ...scope.getStore(), ...fields }, work);
}

/** For what outlives the request that has set it going, and serves others too: neither its log lines nor its spans are that request's. */
export function detached<T>(work: () => T): T {
  return context.with(ROOT_CONTEXT, () => scope.exit(work));
}

/** Of what is being done here: its own fields, and where it is to be found among the traces. */
export function logFields(): Record<string, string> {
  const span = trace.getActiveSpan()?.spanContext();
  const traced = span && isSpanContextValid(span) ? { trace_id: span.traceId, span_id: span.spanId } : {};
  return { ...scope.getStore(), ...traced };
}
