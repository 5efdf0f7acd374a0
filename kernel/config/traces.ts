import { type Static, Type } from '../../sdk/index.ts';

/**
 * Of the variables of OpenTelemetry, those that decide whether and how traces are exported. The exporter reads the others itself (headers,
 * timeouts, certificates, resource attributes …): https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
export const TracesEnvironment = {
  OTEL_SDK_DISABLED: Type.Optional(Type.String()),
  OTEL_TRACES_EXPORTER: Type.Optional(Type.String()),
  OTEL_EXPORTER_OTLP_ENDPOINT: Type.Optional(Type.String()),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: Type.Optional(Type.String()),
  OTEL_EXPORTER_OTLP_PROTOCOL: Type.Optional(Type.String()),
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: Type.Optional(Type.String()),
  OTEL_TRACES_SAMPLER: Type.Optional(Type.String()),
  OTEL_TRACES_SAMPLER_ARG: Type.Optional(Type.String()),
};

type Variables = Static<ReturnType<typeof Type.Object<typeof TracesEnvironment>>>;

const PROTOCOLS = ['http/protobuf', 'http/json'] as const;
const SAMPLERS = ['always_on', 'always_off', 'traceidratio', 'parentbased_always_on', 'parentbased_always_off', 'parentbased_traceidratio'] as const;

export interface TracesConfig {
  readonly protocol: (typeof PROTOCOLS)[number];
  readonly sampler: (typeof SAMPLERS)[number];
  /** Of the samplers that go by the trace's id, which part of the traces is kept: 0 to 1. */
  readonly ratio: number;
}

/** @returns null where no endpoint is named, or traces are switched off: then no other of these variables means anything */
export function tracesConfigOf(variables: Variables): { config: TracesConfig | null; errors: readonly string[] } {
  const errors: string[] = [];
  const oneOf = <T extends string>(name: keyof Variables, allowed: readonly T[], fallback: T): T => {
    const value = variables[name];
    const found = value === undefined ? fallback : allowed.find((candidate) => candidate === value);
    if (found === undefined) errors.push(`${name} must be ${allowed.join(' or ')}, and is ${value}`);
    return found ?? fallback;
  };
  const endpointName =
    variables.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT === undefined ? 'OTEL_EXPORTER_OTLP_ENDPOINT' : 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT';
  const endpoint = variables[endpointName];
  if (endpoint === undefined || variables.OTEL_SDK_DISABLED?.toLowerCase() === 'true') return { config: null, errors };
  if (oneOf('OTEL_TRACES_EXPORTER', ['otlp', 'none'], 'otlp') === 'none') return { config: null, errors };

  if (!/^https?:\/\/./.test(endpoint) || !URL.canParse(endpoint))
    errors.push(`${endpointName} must be a URL such as http://collector:4318, and is ${endpoint}`);
  const protocolName =
    variables.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL === undefined ? 'OTEL_EXPORTER_OTLP_PROTOCOL' : 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL';
  const ratio = Number(variables.OTEL_TRACES_SAMPLER_ARG ?? 1);
  if (!(ratio >= 0 && ratio <= 1)) errors.push(`OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1, and is ${variables.OTEL_TRACES_SAMPLER_ARG}`);
  const config = {
    protocol: oneOf(protocolName, PROTOCOLS, 'http/protobuf'),
    sampler: oneOf('OTEL_TRACES_SAMPLER', SAMPLERS, 'parentbased_always_on'),
    ratio,
  };
  return { config, errors };
}
