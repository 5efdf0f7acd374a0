import { Type } from '../../sdk/index.ts';

/** So many requests a minute, each counted in every replica by itself. */
export interface RateLimits {
  readonly requestsPerMinute: number;
  readonly tokenRequestsPerMinute: number;
  readonly tenantRequestsPerMinute: number;
}

export const rateLimitFields = {
  requests_per_minute: Type.Integer({ minimum: 1, description: 'Of one person, at one replica' }),
  token_requests_per_minute: Type.Optional(
    Type.Integer({ minimum: 1, description: 'Of one token or session, at one replica: half of what its person may, unless said' }),
  ),
  tenant_requests_per_minute: Type.Optional(
    Type.Integer({ minimum: 1, description: 'Of all people of one tenant, at one replica: twenty times what one may, unless said' }),
  ),
};

interface RateLimitFile {
  readonly requests_per_minute: number;
  readonly token_requests_per_minute?: number;
  readonly tenant_requests_per_minute?: number;
}

/** A script that uses up what its token may leaves its person as much again; twenty who do so leave the other tenants what is theirs. */
export function rateLimitsOf({ requests_per_minute: person, token_requests_per_minute, tenant_requests_per_minute }: RateLimitFile): RateLimits {
  return {
    requestsPerMinute: person,
    tokenRequestsPerMinute: token_requests_per_minute ?? Math.ceil(person / 2),
    tenantRequestsPerMinute: tenant_requests_per_minute ?? person * 20,
  };
}

/** What the schema cannot say. */
export function rateLimitErrors(file: RateLimitFile | undefined): readonly string[] {
  if (!file) return [];
  const { requestsPerMinute: person, tokenRequestsPerMinute: token, tenantRequestsPerMinute: tenant } = rateLimitsOf(file);
  return [
    ...(token > person ? [`http.token_requests_per_minute is ${token}, more than the ${person} that a person may: it would never count`] : []),
    ...(tenant < person ? [`http.tenant_requests_per_minute is ${tenant}, less than the ${person} that one person may`] : []),
  ];
}
