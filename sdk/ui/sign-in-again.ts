import type { ApiError } from './api.ts';
import { html } from './html.ts';
import { say } from './messages.ts';

/** How a policy wants somebody to have signed in, where a fresh sign-in would help: how many seconds ago at most, and by any of these ways where there are any. */
export interface RequiredAuthentication {
  readonly max_age: number;
  readonly acr_values: readonly string[];
}

/** What of it a refusal says; null where a fresh sign-in would not help. */
export function requiredAuthenticationOf({ problem: { required_authentication: required } }: ApiError): RequiredAuthentication | null {
  const isSaid = typeof required === 'object' && required !== null && 'max_age' in required && 'acr_values' in required;
  if (!isSaid || typeof required.max_age !== 'number' || !Array.isArray(required.acr_values)) return null;
  return { max_age: required.max_age, acr_values: required.acr_values.map(String) };
}

/** Leads to the issuer where they signed in, and back to this page. */
export function SignInAgain({ required: { max_age, acr_values } }: { readonly required: RequiredAuthentication }) {
  const wanted = { max_age: String(max_age), ...(acr_values.length > 0 ? { acr_values: acr_values.join(' ') } : {}) };
  const query = new URLSearchParams({ return_to: location.pathname + location.search, ...wanted });
  return html`<a class="button" href=${`/auth/start?${query}`}>${say('session.again')}</a>`;
}
