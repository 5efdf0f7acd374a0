import type { Caller } from '../admission.ts';
import { API_TOKEN_PREFIX } from './api-token-secret.ts';
import type { ApiTokens } from './api-tokens.ts';
import type { LocalTokens, TokenVerifier } from './tokens.ts';

/** Whatever may come as a bearer token: each kind is known by how it looks. */
export class Bearers implements TokenVerifier {
  readonly #tokens: LocalTokens;
  readonly #apiTokens: ApiTokens;

  constructor({ tokens, apiTokens }: { tokens: LocalTokens; apiTokens: ApiTokens }) {
    this.#tokens = tokens;
    this.#apiTokens = apiTokens;
  }

  async verify(token: string): Promise<Caller> {
    return token.startsWith(API_TOKEN_PREFIX) ? this.#apiTokens.verify(token) : this.#tokens.verify(token);
  }
}
