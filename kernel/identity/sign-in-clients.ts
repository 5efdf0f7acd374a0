import type { Configuration } from 'openid-client';
import { Problem } from '../../sdk/index.ts';
import type { SignInIssuer } from '../config/sign-ins.ts';

/** Somebody waits for it in front of a browser. */
const TIMEOUT_SECONDS = 5;
/** What an issuer says of itself is asked for again after so long. */
const MAX_AGE_MS = 600_000;

/** The library is loaded when somebody signs in, and not before. */
export const openidClient = () => import('openid-client');

/** What issuers say of themselves (OpenID Connect Discovery), asked for when first needed: one that is down keeps nobody from starting. */
export class SignInClients {
  readonly #known = new Map<string, { readonly configuration: Promise<Configuration>; readonly until: number }>();

  /** @throws Problem `unavailable` where it cannot be had, and is not known any longer */
  async of(signIn: SignInIssuer): Promise<Configuration> {
    const known = this.#known.get(signIn.id);
    if (known && known.until > performance.now()) return known.configuration;
    const configuration = discovered(signIn);
    this.#known.set(signIn.id, { configuration, until: performance.now() + MAX_AGE_MS });
    // What could not be had is asked for again.
    configuration.catch(() => this.#known.delete(signIn.id));
    return configuration;
  }
}

async function discovered({ of: { issuer }, title, client_id, client_authentication, clientSecret }: SignInIssuer): Promise<Configuration> {
  const { allowInsecureRequests, ClientSecretBasic, ClientSecretPost, discovery, None } = await openidClient();
  const basic = client_authentication === 'client_secret_basic';
  const authentication = clientSecret === null ? None() : basic ? ClientSecretBasic(clientSecret) : ClientSecretPost(clientSecret);
  // Production has been refused an issuer that is not https.
  const execute = issuer.startsWith('http:') ? [allowInsecureRequests] : [];
  try {
    return await discovery(new URL(issuer), client_id, {}, authentication, { execute, timeout: TIMEOUT_SECONDS });
  } catch (cause) {
    throw new Problem('unavailable', `${title} cannot be asked how to sign in there now. Try again in a moment.`, {}, { cause });
  }
}
