import type { Caller } from '../admission.ts';
import { API_TOKEN_PREFIX } from './api-token-secret.ts';
import type { ApiTokens } from './api-tokens.ts';
import type { IssuerTokens } from './issuer-tokens.ts';
import type { LocalTokens, TokenVerifier } from './tokens.ts';

/** Whatever may come as a bearer token: each kind is known by how it looks. */
export class Bearers implements TokenVerifier {
  readonly #tokens: LocalTokens;
  readonly #apiTokens: ApiTokens;
  readonly #issuerTokens: IssuerTokens;

  constructor({ tokens, apiTokens, issuerTokens }: { tokens: LocalTokens; apiTokens: ApiTokens; issuerTokens: IssuerTokens }) {
    this.#tokens = tokens;
    this.#apiTokens = apiTokens;
    this.#issuerTokens = issuerTokens;
  }

  async verify(token: string): Promise<Caller> {
    if (token.startsWith(API_TOKEN_PREFIX)) return this.#apiTokens.verify(token);
    return this.#issuerTokens.claims(token) ? this.#issuerTokens.verify(token) : this.#tokens.verify(token);
  }
}
