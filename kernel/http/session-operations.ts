import { Nullable, Strict, Type } from '../../sdk/index.ts';
import { KERNEL_PACK } from '../admission.ts';
import { SESSION_COOKIE } from './session-cookie.ts';

const problem = { $ref: '#/components/responses/Problem' };
const page = { 'text/html': {} };
const tags = [KERNEL_PACK];
const returnTo = Type.String({ default: '/', description: 'A path of this server, to go to afterwards' });

const SessionAnswer = Strict({
  tenant: Type.String(),
  user: Strict({ id: Type.String({ format: 'uuid' }), handle: Type.String(), roles: Type.Array(Type.String()) }),
  csrf_token: Type.String({ description: 'The X-CSRF-Token of each write' }),
  expires_at: Type.String({ format: 'date-time' }),
  sign_in: Nullable(
    Strict({ id: Type.String(), title: Type.String() }, { description: 'Where they signed in; null where no issuer vouches for them' }),
  ),
});

const ByToken = Strict({ token: Type.String({ description: 'A bearer token' }), return_to: Type.Optional(returnTo) });
const ByHandle = Strict({ tenant: Type.String(), handle: Type.String({ description: 'Never in production' }), return_to: Type.Optional(returnTo) });

const freshness = [
  {
    name: 'max_age',
    in: 'query',
    required: false,
    schema: { type: 'integer', minimum: 0, description: 'Seconds since they have signed in there, at most' },
  },
  { name: 'acr_values', in: 'query', required: false, schema: { type: 'string', description: 'How they are to sign in there, with spaces between' } },
];
const back = { name: 'return_to', in: 'query', required: false, schema: returnTo };
const led = { 303: { description: 'To there' }, default: { description: 'The page, and what is wrong', content: page } };
const id = { name: 'id', in: 'path', required: true, schema: { type: 'string', description: 'Of a sign_in of the configuration' } };

/** For /openapi.json. */
export const sessionOperations = {
  '/session': {
    get: {
      ...{ operationId: 'session.get', summary: 'Who is signed in at this browser', tags, security: [{ session: [] }] },
      responses: { 200: { description: 'Done', content: { 'application/json': { schema: SessionAnswer } } }, default: problem },
    },
  },
  '/sign-out': {
    post: {
      ...{ operationId: 'session.sign-out', summary: 'Sign out: end the session of this browser', tags, security: [{ session: [] }] },
      parameters: [{ name: 'X-CSRF-Token', in: 'header', required: true, schema: { type: 'string' } }],
      responses: { 204: { description: 'Done; the cookie is gone' }, default: problem },
    },
  },
  '/sign-in': {
    get: {
      ...{ operationId: 'session.sign-in-page', summary: 'The page where people sign in', tags, security: [] },
      parameters: [
        ...[back, ...freshness],
        { name: 'signed_out', in: 'query', required: false, schema: { type: 'string', description: 'The sign_in of a session that was ended' } },
        { name: 'tenant', in: 'query', required: false, schema: { type: 'string', description: 'Comes first; never in production' } },
      ],
      responses: { 200: { description: 'The page', content: page }, default: { description: 'The page, and what is wrong', content: page } },
    },
    post: {
      ...{ operationId: 'session.sign-in', summary: 'Sign in, as the page does', tags, security: [] },
      requestBody: { required: true, content: { 'application/x-www-form-urlencoded': { schema: { anyOf: [ByToken, ByHandle] } } } },
      responses: {
        303: { description: 'Signed in: to return_to, with the cookie' },
        default: { description: 'The page, and what is wrong', content: page },
      },
    },
  },
  '/auth/start': {
    get: {
      ...{ operationId: 'session.sign-in-again', summary: 'Sign in again where this session was begun, else choose where', tags, security: [] },
      parameters: [back, ...freshness],
      responses: led,
    },
  },
  '/auth/start/{id}': {
    get: {
      ...{ operationId: 'session.sign-in-at', summary: 'Sign in at an issuer', tags, security: [] },
      parameters: [id, back, ...freshness],
      responses: led,
    },
  },
  '/auth/callback/{id}': {
    get: {
      ...{ operationId: 'session.signed-in-at', summary: 'Where an issuer leads a browser back to', tags, security: [] },
      parameters: [id],
      responses: led,
    },
  },
  '/auth/sign-out/{id}': {
    get: {
      ...{ operationId: 'session.sign-out-at', summary: 'Sign out of an issuer, where it offers that', tags, security: [] },
      parameters: [id],
      responses: led,
    },
  },
};

export const sessionScheme = {
  type: 'apiKey',
  in: 'cookie',
  name: SESSION_COOKIE,
  description: 'Of a browser that has signed in at /sign-in. Whatever is not GET or HEAD also takes X-CSRF-Token, the csrf_token of GET /session.',
};
