// `emailAddress` of accounts and mailing lists: the local part under the present name of the domain.
import type { Registry } from '../engine/registry.ts';
import type { Hook } from '../engine/types.ts';

/** `emailAddress` of accounts and mailing lists. */
export function addressHook(registry: Registry): Hook {
  return {
    async computed(records, properties) {
      if (!properties.has('emailAddress')) return [];
      const domains = await registry.records(
        'Domain',
        records.map((record) => record.value['domainId'] as number),
      );
      return records.map(({ value }, i) => ({
        emailAddress: `${String(value['name'])}@${domains[i]?.value.name ?? 'unknown'}`,
      }));
    },
  };
}
