import { Problem } from '../../sdk/index.ts';
import type { ActionRunner } from '../action.ts';
import type { Caller } from '../admission.ts';
import type { Config } from '../config/config.ts';
import type { SignInIssuer } from '../config/sign-ins.ts';
import type { Database } from '../database/database.ts';
import type { IssuerTokens } from './issuer-tokens.ts';
import { notAsked, type RefreshAnswer, refreshAnswerIn } from './refresh-answers.ts';
import { bringBack } from './returning.ts';
import type { SignedInVia } from './sessions.ts';
import { openidClient, SignInClients } from './sign-in-clients.ts';
import { refusalBy } from './sign-in-refusals.ts';
import { openTransaction, type SignInTransaction, sealTransaction, type Wanted } from './sign-in-transaction.ts';
import type { LocalTokens } from './tokens.ts';

/** Somebody for whom an issuer vouches. */
export interface SignedIn {
  readonly caller: Caller;
  readonly via: SignedInVia;
}

interface SignInServices {
  readonly config: Pick<Config, 'signIns'>;
  readonly tokens: LocalTokens;
  readonly issuerTokens: IssuerTokens;
  readonly database: Database;
  readonly runner: ActionRunner;
}

/** Signs people in at the issuers that are configured so: authorization code flow with PKCE (OpenID Connect Core, section 3.1; RFC 9700). */
export class SignIns {
  readonly #offered: ReadonlyMap<string, SignInIssuer>;
  readonly #issuerTokens: IssuerTokens;
  readonly #key: Uint8Array;
  readonly #services: Pick<SignInServices, 'database' | 'runner'>;
  readonly #clients = new SignInClients();

  constructor(services: SignInServices) {
    const { config, tokens, issuerTokens } = services;
    this.#services = services;
    this.#offered = new Map(config.signIns.map((signIn) => [signIn.id, signIn]));
    this.#issuerTokens = issuerTokens;
    this.#key = tokens.sealingKey('sign-in');
  }

  get offered(): readonly SignInIssuer[] {
    return [...this.#offered.values()];
  }

  /** null for what is not, or no longer, configured. */
  find(id: string | null): SignInIssuer | null {
    return (id === null ? undefined : this.#offered.get(id)) ?? null;
  }

  /**
   * @param redirectUri where the issuer sends the browser back to
   * @returns where to send the browser, and what it is to keep until it is back @throws Problem `unavailable`
   */
  async begin(signIn: SignInIssuer, redirectUri: string, wanted: Wanted): Promise<{ location: string; sealed: string }> {
    const { buildAuthorizationUrl, calculatePKCECodeChallenge, randomNonce, randomPKCECodeVerifier, randomState } = await openidClient();
    const configuration = await this.#clients.of(signIn);
    const transaction = { signIn: signIn.id, state: randomState(), nonce: randomNonce(), codeVerifier: randomPKCECodeVerifier(), ...wanted };
    const { maxAge, acrValues } = wanted;
    const how = acrValues.length > 0 ? acrValues : (signIn.acr_values ?? []);
    const location = buildAuthorizationUrl(configuration, {
      redirect_uri: redirectUri,
      scope: signIn.scopes.join(' '),
      state: transaction.state,
      nonce: transaction.nonce,
      code_challenge: await calculatePKCECodeChallenge(transaction.codeVerifier),
      code_challenge_method: 'S256',
      ...(how.length > 0 ? { acr_values: how.join(' ') } : {}),
      ...(maxAge === null ? {} : { max_age: String(maxAge) }),
      // A session there that is young enough may still have been begun with less than is asked for now.
      ...(acrValues.length > 0 ? { prompt: 'login' } : {}),
    });
    return { location: location.href, sealed: await sealTransaction(this.#key, transaction) };
  }

  /** What the browser has kept. @throws Problem `invalid-input` where that is nothing, over, or not ours */
  async open(sealed: string | undefined): Promise<SignInTransaction> {
    if (sealed === undefined)
      throw new Problem('invalid-input', 'No sign-in was begun in this browser, or it took too long, or is over already. Begin again.');
    return openTransaction(this.#key, sealed);
  }

  /**
   * @param answer what the issuer has sent the browser back to @returns who they are
   * @throws Problem `invalid-input`, `unauthenticated`, `forbidden`, `unavailable`
   */
  async end({ signIn: id, state, nonce, codeVerifier, maxAge }: SignInTransaction, answer: URL): Promise<SignedIn> {
    const signIn = this.#offered.get(id);
    if (!signIn) throw new Problem('invalid-input', 'This way to sign in is not offered any longer.');
    if (answer.searchParams.get('state') !== state)
      throw new Problem('invalid-input', 'This is the end of another sign-in than the one that was begun last in this browser. Begin again.');
    const { authorizationCodeGrant } = await openidClient();
    try {
      const configuration = await this.#clients.of(signIn);
      const { id_token, refresh_token = null } = await authorizationCodeGrant(configuration, answer, {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: codeVerifier,
        idTokenExpected: true,
        ...(maxAge === null ? {} : { maxAge }),
      });
      const claimed = await this.#issuerTokens.claimedByIdToken(id_token ?? '', signIn);
      await bringBack(this.#services, claimed, id);
      return { caller: await this.#issuerTokens.personIn(claimed), via: { signIn: id, refreshToken: refresh_token } };
    } catch (error) {
      throw await refusalBy(signIn.title, error);
    }
  }

  /** Asks whether the issuer vouches for somebody still. */
  async refresh(signIn: SignInIssuer, refreshToken: string): Promise<RefreshAnswer> {
    const { refreshTokenGrant } = await openidClient();
    const configuration = await this.#clients.of(signIn).catch(notAsked);
    if ('vouches' in configuration) return configuration;
    try {
      const { refresh_token = refreshToken } = await refreshTokenGrant(configuration, refreshToken);
      return { vouches: 'yes', refreshToken: refresh_token };
    } catch (error) {
      return refreshAnswerIn(error);
    }
  }

  /** Where a person signs out of the issuer too (OpenID Connect RP-Initiated Logout); null where it offers nothing. @throws Problem `unavailable` */
  async endSession(signIn: SignInIssuer, returnUri: string): Promise<string | null> {
    const configuration = await this.#clients.of(signIn);
    if (configuration.serverMetadata().end_session_endpoint === undefined) return null;
    const { buildEndSessionUrl } = await openidClient();
    return buildEndSessionUrl(configuration, { post_logout_redirect_uri: returnUri }).href;
  }
}
