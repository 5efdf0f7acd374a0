import { type Actor, create, defineAction, edge, Nullable, none, Problem, Strict, Timestamp, Type } from '../../sdk/index.ts';
import type { Issuer } from '../config/issuers.ts';
import { ApiTokenRows } from '../database/api-token-tables.ts';
import { hashOfApiToken, newApiToken } from '../identity/api-token-secret.ts';
import { apiTokenFields, presentApiToken } from './present.ts';

const LONGEST_DAYS = 365;
const DAY_MS = 86_400_000;

/**
 * `POST /api-tokens`: people make tokens for themselves.
 * @param roles of everybody who may do anything @param issuers of which those with groups narrow whom they vouch for
 */
export function createApiToken(roles: readonly string[], issuers: readonly Pick<Issuer, 'issuer' | 'groups'>[]) {
  const narrowing = new Set(issuers.filter(({ groups }) => groups).map(({ issuer }) => issuer));
  return defineAction({
    id: 'api-token.create',
    title: 'Make an API token',
    route: { method: 'POST', path: '/api-tokens' },
    roles,
    input: Strict({
      title: Type.String({ minLength: 1, maxLength: 100, pattern: '\\S', description: 'What it is for' }),
      roles: Type.Optional(
        Type.Array(Type.String(), { uniqueItems: true, maxItems: 20, description: 'Of yours, those that it may use; all of them unless said' }),
      ),
      read_only: Type.Optional(Type.Boolean({ description: 'It only reads, and changes nothing' })),
      scope: Type.Optional(Type.Enum(['scim'], { description: 'It provisions people by SCIM and can do nothing else; operators make it' })),
      expires_at: Type.String({ ...Timestamp, description: `A time within ${LONGEST_DAYS} days` }),
    }),
    answer: Strict({
      ...apiTokenFields,
      token: Nullable(Type.String({ description: 'The secret, shown this once: null where the request comes again by its Idempotency-Key' })),
    }),
    success: 201,
    entity: ApiTokenRows,
    from: [],
    policy: none('whoever may do something may have a script do it, and no more'),

    async load({ tenant, actor, input }) {
      const { authentication } = actor;
      if (authentication?.by === 'issuer' && narrowing.has(authentication.issuer)) throw outlivesGroups(authentication.issuer);
      const index = input.roles?.findIndex((role) => !actor.roles.includes(role)) ?? -1;
      if (index >= 0) throw invalid(`roles.${index}`, `is none of your roles, which are ${actor.roles.join(', ')}`);
      if (input.scope === 'scim') assertForScim(actor, input);
      // Chance is no part of `apply`, which is pure; a rerun makes another, and the one that is committed is answered.
      return newApiToken(tenant);
    },
    subject: () => null,

    apply(token, at) {
      const { title, scope = null, roles = scope === 'scim' ? ['operator'] : at.actor.roles, read_only = false } = at.input;
      const expires_at = new Date(at.input.expires_at).toISOString();
      const left = Date.parse(expires_at) - Date.parse(at.now);
      if (left <= 0) throw invalid('expires_at', 'must be in the future');
      if (left > LONGEST_DAYS * DAY_MS) throw invalid('expires_at', `must be within ${LONGEST_DAYS} days`);
      const content = { title, user_id: at.actor.id, roles, read_only, scope, secret_hash: hashOfApiToken(token), expires_at };
      const made = create(ApiTokenRows, at, { id: at.subjectId, status: 'active', ...content });
      return {
        subjects: [made],
        edges: [edge(made.after.id, 'belongs_to', at.actor.id)],
        usage: none('a token is metered by what it is used for'),
        answer: { ...presentApiToken(made.after, at.actor.handle, { last_used_at: null, expired: false }), token: null },
        once: { token },
      };
    },
  });
}

function assertForScim(
  { roles: own }: Actor,
  { roles = own, read_only }: { readonly roles?: readonly string[]; readonly read_only?: boolean },
): void {
  if (!own.includes('operator')) throw new Problem('forbidden', 'A token for SCIM is for an operator to make.');
  if (read_only) throw invalid('read_only', 'is of no use with scope scim, which is there to change people');
  if (!roles.includes('operator')) throw invalid('roles', 'must have operator where scope is scim');
}

/** The issuer says anew with each token of its own who is in which group, and nobody would ask it of ours. */
function outlivesGroups(issuer: string): Problem {
  const mend = 'Make it by a token that `summit token` prints, or a session from one, or have the script get tokens of the issuer.';
  return new Problem('forbidden', `An API token would outlive the groups of ${issuer} by which your roles count. ${mend}`);
}

function invalid(path: string, message: string): Problem {
  return new Problem('invalid-input', `${path} ${message}`, { errors: [{ path, message }] });
}
