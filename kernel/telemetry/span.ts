import { type Context, context, INVALID_SPAN_CONTEXT, type Span, type SpanOptions, SpanStatusCode, trace } from '@opentelemetry/api';
import { Problem } from '../../sdk/index.ts';
import { sqlState } from '../database/errors.ts';
import { VERSION } from '../version.ts';

const NO_SPAN = trace.wrapSpanContext(INVALID_SPAN_CONTEXT);

/** Does the work within a span of its own: a part of `parent`, else of what is being done here, else the root of a new trace. */
export function inSpan<T>(name: string, options: SpanOptions, work: (span: Span) => Promise<T>, parent: Context = context.active()): Promise<T> {
  // Asked each time: whoever exports may be there only now, or no longer.
  return trace.getTracer('summit', VERSION).startActiveSpan(name, options, parent, async (span) => {
    try {
      return await work(span);
    } catch (error) {
      failed(span, error);
      throw error;
    } finally {
      span.end();
    }
  });
}

/**
 * The same for what is worth a span only as a part of something: without a trace, or after the end of what it was a part of, it has none.
 * So nothing is traced that happens by the clock and finds nothing to do, and where nobody exports, this costs a look.
 */
export function inPart<T>(name: string, options: SpanOptions, work: (span: Span) => Promise<T>): Promise<T> {
  return trace.getActiveSpan()?.isRecording() ? inSpan(name, options, work) : work(NO_SPAN);
}

/** By its code alone: what an error says in words may hold people's data. A refusal is an answer, and no failure. */
function failed(span: Span, error: unknown): void {
  const isRefusal = error instanceof Problem && error.status < 500;
  span.setAttribute('error.type', typeOf(error));
  if (!isRefusal) span.setStatus({ code: SpanStatusCode.ERROR });
}

function typeOf(error: unknown): string {
  if (error instanceof Problem) return error.code;
  return sqlState(error) ?? (error instanceof Error ? error.name : 'unknown');
}
