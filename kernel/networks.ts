import ipaddr from 'ipaddr.js';

/** Networks that the operator has named. */
export class Networks {
  readonly #networks: readonly ReturnType<typeof ipaddr.parseCIDR>[];

  /** @param networks such as `10.20.0.0/16` @throws Error for what is none */
  constructor(networks: readonly string[]) {
    this.#networks = networks.map((network) => ipaddr.parseCIDR(network));
  }

  /** @param address as text, without brackets; an IPv4-mapped IPv6 address is the IPv4 address that it stands for */
  has(address: string): boolean {
    if (!ipaddr.isValid(address)) return false;
    const parsed = ipaddr.process(address);
    return this.#networks.some(([network, bits]) => network.kind() === parsed.kind() && parsed.match(network, bits));
  }
}
