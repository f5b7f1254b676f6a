import { BlockList, isIPv4 } from 'node:net';

/** Networks whose word is taken for where a client comes from. */
export class TrustedNetworks {
  readonly #networks = new BlockList();
  readonly #empty: boolean;

  /** @param networks in CIDR form, checked when the configuration was read */
  constructor(networks: readonly string[]) {
    this.#empty = networks.length === 0;
    for (const network of networks) {
      const [address = '', bits = ''] = network.split('/');
      this.#networks.addSubnet(address, Number(bits), isIPv4(address) ? 'ipv4' : 'ipv6');
    }
  }

  holds(address: string): boolean {
    if (this.#empty) return false;
    return this.#networks.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
  }
}
