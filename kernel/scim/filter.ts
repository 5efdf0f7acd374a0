import { ScimProblem } from './scim-problem.ts';

export interface Sought {
  readonly by: 'userName' | 'externalId';
  readonly value: string;
}

const FILTER = /^\s*(?:urn:ietf:params:scim:schemas:core:2\.0:User:)?(userName|externalId)\s+eq\s+("(?:[^"\\]|\\.)*")\s*$/i;

/** Of the filters of RFC 7644 the one that providers match people by: `userName eq "x"`. @throws ScimProblem `invalidFilter` */
export function soughtBy(filter: string): Sought {
  const [, attribute = '', quoted = ''] = FILTER.exec(filter) ?? [];
  const value = textIn(quoted);
  if (value === null) throw new ScimProblem('invalid-input', 'invalidFilter', 'filter must be userName eq "…" or externalId eq "…".');
  return { by: attribute.toLowerCase() === 'username' ? 'userName' : 'externalId', value };
}

/** A JSON string; null for what is none, and for what no name can be. */
function textIn(quoted: string): string | null {
  try {
    const value: unknown = JSON.parse(quoted);
    return typeof value === 'string' && !value.includes('\0') ? value : null;
  } catch {
    return null;
  }
}
