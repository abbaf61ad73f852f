// One of the two lists of clients, AllowedIp or BlockedIp, kept in step with its records.
import { now } from '../../base/index.ts';
import type { Registry } from '../../registry/index.ts';
import { AddressTable } from './address-table.ts';

export class ClientList {
  readonly #registry: Registry;
  readonly #type: 'AllowedIp' | 'BlockedIp';
  /** Until when each network counts. */
  #until = new AddressTable<number>();
  #networks = new Map<number, string>();

  constructor(registry: Registry, type: 'AllowedIp' | 'BlockedIp') {
    this.#registry = registry;
    this.#type = type;
  }

  /** True while a network that holds the address counts. */
  has(address: string): boolean {
    if (this.#networks.size === 0) return false;
    for (const until of this.#until.matching(address)) if (until > now()) return true;
    return false;
  }

  /** Reads all records. */
  async load(): Promise<void> {
    const until = new AddressTable<number>();
    const networks = new Map<number, string>();
    for await (const page of this.#registry.scan(this.#type)) {
      for (const { id, value } of page) {
        networks.set(id, value.address);
        until.set(value.address, value.expiresAt ?? Number.POSITIVE_INFINITY);
      }
    }
    this.#until = until;
    this.#networks = networks;
  }

  /** Reads one record that was written or destroyed. */
  async loadOne(id: number): Promise<void> {
    const value = await this.#registry.object(this.#type, id);
    const old = this.#networks.get(id);
    if (old !== undefined) this.#until.delete(old);
    if (!value) {
      this.#networks.delete(id);
      return;
    }
    this.#networks.set(id, value.address);
    this.#until.set(value.address, value.expiresAt ?? Number.POSITIVE_INFINITY);
  }
}
