import ipaddr from 'ipaddr.js';
import { Type } from '../../sdk/index.ts';

/** In development a receiver may be on the machine itself. */
const LOOPBACK = ['127.0.0.0/8', '::1/128'];

export const Networks = Type.Array(Type.String(), { default: [], description: 'Networks such as 10.20.0.0/16 or fd12::/32' });

/** What the schema cannot say. */
export function networkErrors(path: string, networks: readonly string[] = []): readonly string[] {
  return networks.flatMap((network, index) =>
    ipaddr.isValidCIDR(network) ? [] : [`${path}.${index} is "${network}", which is no network: write an address and a length, such as 10.20.0.0/16`],
  );
}

export function withLoopback(networks: readonly string[], production: boolean): readonly string[] {
  return production ? networks : [...networks, ...LOOPBACK];
}
