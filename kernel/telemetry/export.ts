import { context, type DiagLogger, DiagLogLevel, diag, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { getNumberFromEnv, W3CTraceContextPropagator } from '@opentelemetry/core';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, type BatchSpanProcessorOptions, type SpanExporter, TracerProvider } from '@opentelemetry/sdk-trace';
import type { Logger } from 'pino';
import type { TracesConfig } from '../config/traces.ts';
import { VERSION } from '../version.ts';
import { samplerOf } from './sampler.ts';
import { detached } from './scope.ts';
import type { TraceExport } from './traces.ts';
import { wordless } from './wordless.ts';

/** From here on all spans of this process are exported by OTLP. The SDK is loaded with this module, so only where it is used. */
export async function exportTraces(config: TracesConfig, log: Logger): Promise<TraceExport> {
  diag.setLogger(diagnosticsTo(log.child({ service: 'traces' })), DiagLogLevel.WARN);
  const provider = new TracerProvider({
    resource: resource(),
    sampler: samplerOf(config),
    spanProcessors: [new BatchSpanProcessor({ exporter: wordless(await exporterOf(config)), ...batching() })],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(provider);
  const outgoing = tracedFetch();
  return {
    async stop() {
      outgoing.disable();
      await provider.shutdown().catch((error: unknown) => log.warn({ err: error }, 'the last traces could not be sent'));
      for (const api of [trace, propagation, context, diag]) api.disable();
    },
  };
}

/** Each `fetch` that is a part of something passes its `traceparent` on. Where it goes is told by host alone: what is secret of a webhook is its path. */
function tracedFetch(): UndiciInstrumentation {
  return new UndiciInstrumentation({
    requireParentforSpans: true,
    startSpanHook: ({ origin }) => ({ 'url.full': origin, 'url.path': '', 'url.query': '' }),
  });
}

async function exporterOf({ protocol }: TracesConfig): Promise<SpanExporter> {
  const { OTLPTraceExporter } =
    protocol === 'http/json' ? await import('@opentelemetry/exporter-trace-otlp-http') : await import('@opentelemetry/exporter-trace-otlp-proto');
  return new OTLPTraceExporter();
}

/** `summit`, unless OTEL_RESOURCE_ATTRIBUTES says otherwise, or OTEL_SERVICE_NAME, which goes before it. */
function resource() {
  const own = resourceFromAttributes({ 'service.name': 'summit', 'service.version': VERSION });
  return defaultResource()
    .merge(own)
    .merge(detectResources({ detectors: [envDetector] }));
}

/** https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/#batch-span-processor */
function batching(): Partial<BatchSpanProcessorOptions> {
  const told = {
    scheduledDelayMillis: getNumberFromEnv('OTEL_BSP_SCHEDULE_DELAY'),
    exportTimeoutMillis: getNumberFromEnv('OTEL_BSP_EXPORT_TIMEOUT'),
    maxQueueSize: getNumberFromEnv('OTEL_BSP_MAX_QUEUE_SIZE'),
    maxExportBatchSize: getNumberFromEnv('OTEL_BSP_MAX_EXPORT_BATCH_SIZE'),
  };
  return Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined));
}

/** A collector that is down is told of in our log, by no request's fault, and does no other harm. */
function diagnosticsTo(log: Logger): DiagLogger {
  const tell = (message: string) => detached(() => log.warn({ reason: reasonIn(message) }, 'traces may be lost'));
  const silent = () => undefined;
  return { error: tell, warn: tell, info: silent, debug: silent, verbose: silent };
}

/** The SDK hands errors over as JSON, stack and all. */
function reasonIn(message: string): string {
  return /"message":"([^"]+)"/.exec(message)?.[1] ?? message;
}
