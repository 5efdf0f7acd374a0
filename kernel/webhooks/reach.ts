import ipaddr from 'ipaddr.js';
import { Networks } from '../networks.ts';

type Address = ReturnType<typeof ipaddr.parse>;

/** The `code` of the error where a webhook would have gone to what is closed to it. */
export const NOT_PUBLIC = 'ERR_NOT_PUBLIC';

/** All that is routed on the internet today (IANA's registry of IPv6 address space); what is beside it leads nowhere, or inside. */
const GLOBAL_IPV6 = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Where webhooks may go: to addresses of the public internet, and to the networks that the operator allows beside them. All else is
 * closed to them, whether it is on a list of ours or not: loopback, private and link-local addresses, a cloud's metadata service,
 * and IPv6 addresses that stand for an IPv4 one (RFC 6890 and the registries that it began).
 */
export class Reach {
  readonly #allowed: Networks;

  /** @param allowed networks, such as `10.20.0.0/16` @throws Error for what is none */
  constructor(allowed: readonly string[]) {
    this.#allowed = new Networks(allowed);
  }

  /** @param address as text, without brackets; an IPv4-mapped IPv6 address is the IPv4 address that it leads to */
  permits(address: string): boolean {
    return ipaddr.isValid(address) && (isPublic(ipaddr.process(address)) || this.#allowed.has(address));
  }
}

function isPublic(address: Address): boolean {
  if (address.range() !== 'unicast') return false;
  return address instanceof ipaddr.IPv4 || address.match(GLOBAL_IPV6);
}
