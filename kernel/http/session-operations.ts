import { Strict, Type } from '../../sdk/index.ts';
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
});

const ByToken = Strict({ token: Type.String({ description: 'A bearer token' }), return_to: Type.Optional(returnTo) });
const ByHandle = Strict({ tenant: Type.String(), handle: Type.String({ description: 'Never in production' }), return_to: Type.Optional(returnTo) });

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
        { name: 'return_to', in: 'query', required: false, schema: returnTo },
        { name: 'tenant', in: 'query', required: false, schema: { type: 'string', description: 'Comes first; never in production' } },
      ],
      responses: { 200: { description: 'The page', content: page } },
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
};

export const sessionScheme = {
  type: 'apiKey',
  in: 'cookie',
  name: SESSION_COOKIE,
  description: 'Of a browser that has signed in at /sign-in. Whatever is not GET or HEAD also takes X-CSRF-Token, the csrf_token of GET /session.',
};
