import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair } from 'jose';
import type { ProviderContext } from 'oidc-provider';
import type { Config } from '../../kernel/config/config.ts';
import type { Issuer } from '../../kernel/config/issuers.ts';
import type { TestSummit } from './summit.ts';

export const CLIENT_SECRET = 'known-to-both-of-them-and-nobody-else';

/** What the person in front of the identity provider does there. */
export interface Visitor {
  /** What the provider calls them. */
  sub: string;
  groups: readonly string[];
  /** How they show who they are. */
  acr: string;
  /** Whether they agree that Summit learns who they are. */
  agrees: boolean;
}

export interface IdentityProvider {
  readonly issuer: string;
  readonly visitor: Visitor;
  /** What each request that began a sign-in has asked for. */
  readonly asked: URLSearchParams[];
  /** As `identity.issuers` has it, with what a test wants otherwise. */
  entry(fields?: Partial<Issuer>): Issuer;
  /** The same configuration, with this provider in it, and people that it knows as `idp|<handle>`. */
  configured(config: Config, entries?: readonly Issuer[]): Config;
  /** Begins to answer, and to know this Summit. */
  serve(s: TestSummit): Promise<void>;
  /** Ends every grant that it has given: no refresh token of before is good any longer. */
  revokeAll(): Promise<void>;
  /** The refresh tokens that were shown to it and taken. */
  readonly taken: string[];
  /** Keeps the next request for a token waiting. @returns when it has arrived, and what lets it go on */
  holdNext(): { readonly arrived: Promise<void>; release(): void };
  /** As one that is down, or well again. */
  fail(status: number | null): void;
  close(): Promise<void>;
}

/** A real OpenID provider on loopback, where nobody need type anything. */
export async function identityProvider(): Promise<IdentityProvider> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const visitor: Visitor = { sub: 'idp|engineer', groups: [], acr: 'urn:password', agrees: true };
  const asked: URLSearchParams[] = [];
  const grants = new Set<string>();
  const taken: string[] = [];
  let held: { readonly arrived: () => void; readonly released: Promise<void> } | null = null;
  let failing: number | null = null;
  let revokeAll = async () => {};

  const entry = (fields: Partial<Issuer> = {}): Issuer => ({
    issuer,
    audience: 'summit-api',
    jwks_url: `${issuer}/jwks`,
    algorithms: ['RS256'],
    tenant: 'demo-external',
    user: { claim: 'sub', is: 'external_id' },
    sign_in: {
      id: 'example',
      title: 'Example',
      client_id: 'summit',
      client_secret_variable: 'EXAMPLE_SECRET',
      client_authentication: 'client_secret_basic',
      scopes: ['openid', 'groups'],
      acr_values: ['urn:password'],
    },
    ...fields,
  });

  return {
    issuer,
    visitor,
    asked,
    taken,
    entry,
    configured(config, entries = [entry()]) {
      const signIns = entries.flatMap((of) => (of.sign_in ? [{ ...of.sign_in, of, clientSecret: CLIENT_SECRET }] : []));
      const named = (user: Config['tenants'][number]['users'][number]) => ({ ...user, external_id: `idp|${user.handle}` });
      return { ...config, issuers: entries, signIns, tenants: config.tenants.map((tenant) => ({ ...tenant, users: tenant.users.map(named) })) };
    },
    async serve({ summit }) {
      const { default: Provider } = await import('oidc-provider');
      const { privateKey } = await generateKeyPair('RS256', { extractable: true });
      const provider = new Provider(issuer, {
        clients: [
          {
            client_id: 'summit',
            client_secret: CLIENT_SECRET,
            redirect_uris: summit.services.signIns.offered.map(({ id }) => `${summit.url}/auth/callback/${id}`),
            post_logout_redirect_uris: [`${summit.url}/sign-in`],
            grant_types: ['authorization_code', 'refresh_token'],
            response_types: ['code'],
            require_auth_time: true,
          },
        ],
        jwks: { keys: [{ ...(await exportJWK(privateKey)), kid: 'idp-1', alg: 'RS256', use: 'sig' }] },
        cookies: { keys: ['of no importance'] },
        acrValues: ['urn:password', 'urn:mfa'],
        claims: { openid: ['sub'], groups: ['groups'], acr: null, auth_time: null },
        scopes: ['openid', 'groups', 'offline_access'],
        conformIdTokenClaims: false,
        findAccount: (_: unknown, sub: string) => ({ accountId: sub, claims: () => ({ sub, groups: visitor.groups }) }),
        // It would else ask people whether they agree, each time.
        rotateRefreshToken: true,
        issueRefreshToken: () => asked.at(-1)?.get('scope')?.includes('offline_access') ?? false,
        features: { devInteractions: { enabled: false }, rpInitiatedLogout: { enabled: true } },
        interactions: { url: () => '/interaction' },
        async loadExistingGrant({ oidc }: ProviderContext) {
          const grant = new oidc.provider.Grant({ accountId: oidc.session.accountId, clientId: oidc.client.clientId });
          grant.addOIDCScope(oidc.params.scope);
          grants.add(await grant.save());
          return grant;
        },
        ttl: { Session: 3_600, Grant: 3_600, Interaction: 600, IdToken: 600, AccessToken: 600, RefreshToken: 3_600 },
      });
      provider.on('grant.success', ({ oidc: { params } }) => {
        if (params.refresh_token !== undefined) taken.push(params.refresh_token);
      });
      revokeAll = async () => {
        for (const grant of grants) await provider.RefreshToken.revokeByGrantId(grant);
        grants.clear();
      };
      const answer = provider.callback();
      const interact = (request: IncomingMessage, response: ServerResponse) =>
        provider.interactionFinished(
          request,
          response,
          visitor.agrees ? { login: { accountId: visitor.sub, acr: visitor.acr } } : { error: 'access_denied', error_description: 'They said no' },
        );
      const turnOf = async ({ pathname }: URL) => {
        if (pathname !== '/token' || !held) return;
        const { arrived, released } = held;
        held = null;
        arrived();
        await released;
      };
      server.on('request', (request, response) => {
        const url = new URL(request.url ?? '/', issuer);
        if (failing !== null) {
          response.writeHead(failing).end();
        } else if (url.pathname === '/interaction') {
          void interact(request, response);
        } else {
          if (url.pathname === '/auth') asked.push(url.searchParams);
          void turnOf(url).then(() => answer(request, response));
        }
      });
    },
    revokeAll: () => revokeAll(),
    holdNext() {
      const [arrived, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      held = { arrived: arrived.resolve, released: released.promise };
      return { arrived: arrived.promise, release: released.resolve };
    },
    fail(status) {
      failing = status;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
