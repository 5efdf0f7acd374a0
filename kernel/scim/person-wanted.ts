import { Nullable, type Static, Strict, Type } from '../../sdk/index.ts';
import { ScimProblem } from './scim-problem.ts';

export const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

const Name = Type.String({ minLength: 1, maxLength: 255, pattern: '\\S' });

const rest = { externalId: Type.Optional(Nullable(Name)), active: Type.Optional(Type.Boolean()) };

/** What Summit keeps of a user who is new. */
export const NewUser = Strict({ userName: Name, ...rest });

/** And of one who is there: what a request leaves out stays as it is. */
export const PersonWanted = Strict({ userName: Type.Optional(Name), ...rest });
export type PersonWanted = Static<typeof PersonWanted>;

type Attribute = keyof PersonWanted;
/** Names of attributes have no case: RFC 7643, section 2.1. */
const ATTRIBUTES: Readonly<Record<string, Attribute>> = { username: 'userName', externalid: 'externalId', active: 'active' };

/** Of the body of a POST or PUT what Summit keeps, not checked yet; of the rest providers send a great deal. @throws ScimProblem `invalidSyntax` */
export function personWantedIn(body: unknown): Readonly<Record<string, unknown>> {
  const resource = objectIn(body, 'The body');
  assertSchema(resource, USER);
  return keptOf(resource, 'The body');
}

/**
 * The same for the operations of a PATCH, one after the other, in the shapes of Okta (`{"op": "replace", "value": {"active": false}}`)
 * and Entra ID (`{"op": "Replace", "path": "active", "value": "False"}`). Paths of what is not kept lead nowhere.
 * @throws ScimProblem `invalidSyntax`, `invalidPath`, `noTarget`, `mutability`
 */
export function personWantedByPatch(body: unknown): Readonly<Record<string, unknown>> {
  const patch = objectIn(body, 'The body');
  assertSchema(patch, PATCH);
  const operations = memberOf(patch, 'operations');
  if (!Array.isArray(operations) || operations.length === 0) throw malformed('Operations must be a list of at least one operation');
  return Object.assign({}, ...operations.map((operation, index) => personWantedByOperation(operation, `Operations.${index}`)));
}

function personWantedByOperation(operation: unknown, at: string): Readonly<Record<string, unknown>> {
  const members = objectIn(operation, at);
  const [op, path, value] = [memberOf(members, 'op'), memberOf(members, 'path'), memberOf(members, 'value')];
  const verb = typeof op === 'string' ? op.toLowerCase() : '';
  if (!['add', 'replace', 'remove'].includes(verb)) throw malformed(`${at}.op must be add, replace or remove`);
  if (path === undefined || path === null) {
    if (verb === 'remove') throw new ScimProblem('invalid-input', 'noTarget', `${at}.path is required to remove something`);
    return keptOf(objectIn(value, `${at}.value`), `${at}.value`);
  }
  if (typeof path !== 'string' || path.trim() === '')
    throw new ScimProblem('invalid-input', 'invalidPath', `${at}.path must be a path of an attribute`);
  if (verb !== 'remove') return keptOf({ [path]: value }, `${at}.value`);
  const attribute = attributeAt(path);
  if (attribute === 'externalId') return { externalId: null };
  if (attribute === null && !isUser(path)) return {};
  throw new ScimProblem('invalid-input', 'mutability', `${at}.path: ${attribute ?? path} cannot be removed.`);
}

/** What stands under the schema of users counts like what stands beside it: RFC 7644, section 3.10. */
function keptOf(resource: Readonly<Record<string, unknown>>, at: string): Readonly<Record<string, unknown>> {
  const members = Object.entries(resource).flatMap(([name, value]) =>
    isUser(name) ? Object.entries(objectIn(value, `${at}: ${name}`)) : [[name, value] as const],
  );
  return Object.fromEntries(
    members.flatMap(([name, value]) => {
      const attribute = attributeAt(name);
      return attribute === null ? [] : [[attribute, attribute === 'active' ? truthOf(value) : value]];
    }),
  );
}

/** Whether a path names the schema of users, and so all of the user. */
function isUser(path: string): boolean {
  return path.trim().toLowerCase() === USER.toLowerCase();
}

function attributeAt(path: string): Attribute | null {
  const name = path.trim().toLowerCase();
  const own = `${USER.toLowerCase()}:`;
  const short = name.startsWith(own) ? name.slice(own.length) : name;
  return Object.hasOwn(ATTRIBUTES, short) ? (ATTRIBUTES[short] ?? null) : null;
}

/** Entra ID sends `"False"`. */
function truthOf(value: unknown): unknown {
  const text = typeof value === 'string' ? value.toLowerCase() : '';
  return text === 'true' ? true : text === 'false' ? false : value;
}

function assertSchema(message: Readonly<Record<string, unknown>>, schema: string): void {
  const schemas = memberOf(message, 'schemas');
  const isThere = Array.isArray(schemas) && schemas.some((name) => typeof name === 'string' && name.toLowerCase() === schema.toLowerCase());
  if (!isThere) throw malformed(`schemas must have ${schema}`);
}

function memberOf(of: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.entries(of).find(([key]) => key.toLowerCase() === name)?.[1];
}

function objectIn(value: unknown, at: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return Object.fromEntries(Object.entries(value));
  throw malformed(`${at} must be an object`);
}

function malformed(message: string): ScimProblem {
  return new ScimProblem('invalid-input', 'invalidSyntax', `${message}.`);
}
