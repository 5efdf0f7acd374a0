import { propagation, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import type { Context } from 'koa';
import { inSpan } from './span.ts';

/** Of probes and scrapes there are more than of anything else, and all are alike. */
const UNTRACED: ReadonlySet<string> = new Set(['/livez', '/readyz', '/metrics']);

/** `user:<handle>` may stand for an id in a path; a handle is a person's, and is left out. */
const HANDLE = /(?<=\/user(?::|%3a))[^/]+/gi;

/**
 * Answers within a server span, a part of what the caller's `traceparent` names.
 * https://opentelemetry.io/docs/specs/semconv/http/http-spans/
 * @param answer @returns the route that it took, undefined for none
 */
export async function inServerSpan(ctx: Context, requestId: string, answer: () => Promise<string | undefined>): Promise<void> {
  if (UNTRACED.has(ctx.path)) return void (await answer());
  const { method } = ctx;
  const attributes = {
    'http.request.method': method,
    'url.path': ctx.path.replace(HANDLE, '-'),
    'url.scheme': ctx.protocol,
    'summit.request_id': requestId,
  };
  const parent = propagation.extract(ROOT_CONTEXT, ctx.headers);
  await inSpan(method, { kind: SpanKind.SERVER, attributes }, async (span) => tell(span, ctx, await answer()), parent);
}

function tell(span: Span, { method, status }: Context, route: string | undefined): void {
  span.setAttribute('http.response.status_code', status);
  if (route !== undefined) span.setAttribute('http.route', route).updateName(`${method} ${route}`);
  if (status < 500) return;
  span.setAttribute('error.type', String(status)).setStatus({ code: SpanStatusCode.ERROR });
}
