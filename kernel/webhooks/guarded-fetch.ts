import { type LookupAddress, type LookupOptions, lookup } from 'node:dns';
import { isIP } from 'node:net';
import { Agent, buildConnector, fetch, type RequestInit, type Response } from 'undici';
import { NOT_PUBLIC, type Reach } from './reach.ts';

type Found = (error: Error | null, addresses: LookupAddress[]) => void;
type Resolve = (name: string, options: LookupOptions, found: Found) => void;

/**
 * A fetch that connects only to where webhooks may go, and follows nothing: that would take what was meant for one receiver to
 * another. What is judged is the address that is then connected to,
 * not one that the name had before: a name may lead somewhere else at each asking (DNS rebinding).
 * @param resolve for tests: what names lead to
 */
export function guardedFetch(reach: Reach, resolve: Resolve = resolveAll): (url: string, init: Omit<RequestInit, 'redirect'>) => Promise<Response> {
  const dispatcher = agentFor(reach, resolve);
  return async (url, init) => {
    try {
      return await fetch(url, { ...init, redirect: 'manual', dispatcher });
    } catch (error) {
      // It says "fetch failed", and what failed is its cause.
      throw error instanceof TypeError && error.cause instanceof Error ? error.cause : error;
    }
  };
}

function agentFor(reach: Reach, resolve: Resolve): Agent {
  const connect = buildConnector({
    lookup(name, options, found) {
      resolve(name, { ...options, all: true }, (error, addresses) => {
        const permitted = addresses.filter(({ address }) => reach.permits(address));
        const [first] = permitted;
        if (error || !first) found(error ?? unreachable(name, addresses), []);
        else if (options.all) found(null, permitted);
        else found(null, first.address, first.family);
      });
    },
  });
  return new Agent({
    connect(options, connected) {
      const host = options.hostname.replace(/^\[|\]$/g, '');
      // An address is never looked up.
      if (isIP(host) !== 0 && !reach.permits(host)) connected(unreachable(host, [{ address: host, family: isIP(host) }]), null);
      else connect(options, connected);
    },
  });
}

function resolveAll(name: string, options: LookupOptions, found: Found): void {
  lookup(name, { ...options, all: true }, (error, addresses) => found(error, addresses ?? []));
}

function unreachable(name: string, addresses: readonly LookupAddress[]): Error {
  const led = addresses.map(({ address }) => address).join(', ');
  const why = `${name} leads to ${led}, which is not on the public internet: webhooks.allowed_networks of the configuration may allow it`;
  return Object.assign(new Error(why), { code: NOT_PUBLIC });
}
