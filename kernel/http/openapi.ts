import { type Action, PROBLEMS } from '../../sdk/index.ts';
import { KERNEL_PACK } from '../admission.ts';
import type { Operation, PackRegistry } from '../packs/registry.ts';
import { authzenOperations } from './authzen.ts';
import { ETAG, IDEMPOTENCY_KEY, MAX_VERSION } from './conditions.ts';
import { eventsOperation } from './events.ts';
import { sessionOperations, sessionScheme } from './session-operations.ts';

/** `:id`, and `*path` for all that is left of a path. */
const PARAMETER = /[:*]([a-z_]+)/g;

/** OpenAPI 3.1, made from the same schemas that check the requests. */
export function openapiOf(packs: PackRegistry, version: string) {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const found of packs.operations) {
    const { route } = found.operation;
    if (!route) continue;
    const path = route.path.replaceAll(PARAMETER, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(found, route.path) };
  }
  for (const { path, id, title, body } of authzenOperations) {
    const requestBody = { required: true, content: { 'application/json': { schema: body } } };
    paths[path] = { post: { operationId: id, summary: title, tags: [KERNEL_PACK], requestBody, responses: responses('200') } };
  }
  const { path, id, title, parameters } = eventsOperation;
  paths[path] = { get: { operationId: id, summary: title, tags: [KERNEL_PACK], parameters, responses: responses('200', {}, ['text/event-stream']) } };
  return {
    openapi: '3.1.0',
    info: { title: 'Summit', version, description: 'Governed actions, and what proves them.' },
    servers: [{ url: '/' }],
    security: [{ bearer: [] }, { session: [] }],
    tags: packs.all.map(({ id, title }) => ({ name: id, description: title })),
    paths: { ...paths, ...sessionOperations },
    components: {
      securitySchemes: { bearer: bearerScheme, session: sessionScheme },
      schemas: { Problem: problemSchema, Receipt: receiptSchema },
      responses: {
        Problem: { description: 'RFC 9457', content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } },
      },
    },
  };
}

function operationOf(found: Operation, path: string) {
  const { pack, operation } = found;
  const pathParameters = [...path.matchAll(PARAMETER)].map(([, name]) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));
  const common = {
    operationId: operation.id,
    summary: operation.title,
    tags: [pack],
    ...(operation.roles ? { 'x-summit-roles': operation.roles } : {}),
  };
  if (found.kind === 'query') {
    const { properties = {}, required = [] } = found.operation.query as { properties?: Record<string, object>; required?: readonly string[] };
    const queryParameters = Object.entries(properties).map(([name, schema]) => ({ name, in: 'query', required: required.includes(name), schema }));
    const { body } = found.operation;
    return {
      ...common,
      parameters: [...pathParameters, ...queryParameters],
      ...(body ? { requestBody: { required: true, content: { 'application/json': { schema: body } } } } : {}),
      responses: responses('200', found.operation.answer, found.operation.media),
    };
  }
  const action = found.operation;
  const headers = [
    header('Idempotency-Key', 'The same key and body returns the first answer', { pattern: IDEMPOTENCY_KEY }),
    ...(action.from.length > 0 ? [header('If-Match', 'The version that the caller has seen', { pattern: ETAG, examples: ['"3"'] })] : []),
  ];
  const expected = action.from.length > 0 ? { expected_version: { type: 'integer', minimum: 1, maximum: MAX_VERSION } } : {};
  const input = action.input as { properties?: object };
  const schema = action.from.length > 0 ? { ...input, properties: { ...input.properties, ...expected } } : input;
  const media = Object.keys(action.media ?? { [JSON_MEDIA]: 'object' });
  return {
    ...common,
    parameters: [...pathParameters, ...headers],
    requestBody: { required: true, content: Object.fromEntries(media.map((type) => [type, { schema }])) },
    responses: action.upserts ? { ...written('200', action), ...written('201', action) } : written(String(action.success ?? 200), action),
  };
}

/** A write answers the resource itself, with its receipt beside the fields: what is made always has one, and a change that finds nothing to change has none. */
function written(status: string, { answer = {} }: Pick<Action, 'answer'>) {
  const { properties, required = [] } = answer as { properties?: object; required?: readonly string[] };
  return responses(status, {
    ...answer,
    type: 'object',
    properties: { ...properties, receipt: { $ref: '#/components/schemas/Receipt' } },
    required: status === '201' ? [...required, 'receipt'] : required,
  });
}

function header(name: string, description: string, schema: { readonly pattern: string; readonly examples?: readonly string[] }) {
  return { name, in: 'header', required: false, description, schema: { type: 'string', ...schema } };
}

const JSON_MEDIA = 'application/json';

function responses(status: string, schema: object = {}, media: readonly string[] = [JSON_MEDIA]) {
  const content = Object.fromEntries(media.map((type) => [type, type === JSON_MEDIA ? { schema } : {}]));
  return { [status]: { description: 'Done', content }, default: { $ref: '#/components/responses/Problem' } };
}

const bearerScheme = {
  type: 'http',
  scheme: 'bearer',
  description: 'An API token (`smt_…`, made by POST /api-tokens), a JWT that `summit token` prints, or one of an issuer that is configured.',
};

const problemSchema = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'instance', 'code', 'request_id'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    instance: { type: 'string' },
    code: { enum: Object.keys(PROBLEMS) },
    request_id: { type: 'string' },
    errors: { type: 'array', items: { type: 'object', properties: { path: { type: 'string' }, message: { type: 'string' } } } },
    decision_id: { type: 'string', format: 'uuid' },
    existing: { type: 'object', properties: { type: { type: 'string' }, id: { type: 'string', format: 'uuid' } } },
    receipt: { $ref: '#/components/schemas/Receipt' },
    required_authentication: {
      type: 'object',
      properties: { max_age: { type: 'integer', description: 'Seconds' }, acr_values: { type: 'array', items: { type: 'string' } } },
    },
    reasons: { type: 'array', items: { type: 'object', properties: { rule: { type: 'string' }, message: { type: 'string' } } } },
  },
};

const receiptSchema = {
  type: 'object',
  required: ['id', 'leaf_hash', 'promise'],
  properties: {
    id: { type: 'string', format: 'uuid' },
    leaf_hash: { type: 'string', description: 'SHA-256, base64' },
    promise: { type: 'string', description: 'A signed note: the receipt will be in the log by the time that it names' },
  },
};
