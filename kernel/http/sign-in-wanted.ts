import { Problem } from '../../sdk/index.ts';
import type { Wanted } from '../identity/sign-in-transaction.ts';
import { returnPath } from './return-to.ts';

/** To go to the start, however they sign in. */
export const NOTHING: Wanted = Object.freeze({ returnTo: '/', maxAge: null, acrValues: [] });

/** As the settings of packs have them (sdk/fresh-authentication.ts). */
const ACR_VALUES = /^[\x21\x23-\x5b\x5d-\x7e]{1,200}( [\x21\x23-\x5b\x5d-\x7e]{1,200}){0,9}$/;

type Fields = Readonly<Record<string, unknown>>;

/** What a link to a sign-in asks for: `return_to`, and of a fresh one `max_age` in seconds and `acr_values` (RFC 9470). @throws Problem `invalid-input` */
export function wantedIn({ return_to, max_age, acr_values }: Fields): Wanted {
  return { returnTo: returnPath(return_to), maxAge: secondsIn(max_age), acrValues: valuesIn(acr_values) };
}

/** The same as a query, to hand on. */
export function queryOf({ returnTo, maxAge, acrValues }: Wanted): string {
  return new URLSearchParams({
    return_to: returnTo,
    ...(maxAge === null ? {} : { max_age: String(maxAge) }),
    ...(acrValues.length === 0 ? {} : { acr_values: acrValues.join(' ') }),
  }).toString();
}

function secondsIn(said: unknown): number | null {
  if (said === undefined) return null;
  if (typeof said === 'string' && /^\d{1,9}$/.test(said)) return Number(said);
  throw new Problem('invalid-input', 'max_age must be a whole number of seconds.', {
    errors: [{ path: 'max_age', message: 'must be a whole number' }],
  });
}

function valuesIn(said: unknown): readonly string[] {
  if (said === undefined) return [];
  if (typeof said === 'string' && ACR_VALUES.test(said)) return said.split(' ');
  throw new Problem('invalid-input', 'acr_values must be ten words at most, with one space between two.', {
    errors: [{ path: 'acr_values', message: 'must be words' }],
  });
}
