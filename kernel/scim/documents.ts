import { USER } from './person-wanted.ts';

const CONFIGURATION = 'urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig';
const RESOURCE_TYPE = 'urn:ietf:params:scim:schemas:core:2.0:ResourceType';
const SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:Schema';
const LIST = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';

/** Resources a page at most. */
export const MAX_RESULTS = 200;

/** RFC 7643, section 5: what this server can do. */
export function serviceProviderConfig(base: string) {
  return {
    schemas: [CONFIGURATION],
    patch: { supported: true },
    bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
    filter: { supported: true, maxResults: MAX_RESULTS },
    changePassword: { supported: false },
    sort: { supported: false },
    etag: { supported: true },
    authenticationSchemes: [
      { type: 'oauthbearertoken', name: 'API token', description: 'An API token that an operator has made with the scope scim', primary: true },
    ],
    meta: { resourceType: 'ServiceProviderConfig', location: `${base}/ServiceProviderConfig` },
  };
}

/** Section 6: people, and no groups. */
export function resourceTypes(base: string) {
  const user = { id: 'User', name: 'User', endpoint: '/Users', description: 'A person of the tenant', schema: USER, schemaExtensions: [] };
  return [{ schemas: [RESOURCE_TYPE], ...user, meta: { resourceType: 'ResourceType', location: `${base}/ResourceTypes/User` } }];
}

const text = { type: 'string', multiValued: false, mutability: 'readWrite', returned: 'default' };

/** Section 7: what is kept of a user. */
export function schemas(base: string) {
  const attributes = [
    { ...text, name: 'userName', description: 'What the provider calls them', required: true, caseExact: false, uniqueness: 'server' },
    { ...text, name: 'externalId', description: 'Their id at the provider', required: false, caseExact: true, uniqueness: 'server' },
    {
      ...{ name: 'active', type: 'boolean', multiValued: false, required: false, mutability: 'readWrite', returned: 'default' },
      description: 'Whether they may come in',
    },
  ];
  const user = { id: USER, name: 'User', description: 'A person of the tenant', attributes };
  return [{ schemas: [SCHEMA], ...user, meta: { resourceType: 'Schema', location: `${base}/Schemas/${USER}` } }];
}

export function listOf(resources: readonly object[], total = resources.length, startIndex = 1) {
  return { schemas: [LIST], totalResults: total, itemsPerPage: resources.length, startIndex, Resources: resources };
}
