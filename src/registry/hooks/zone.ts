// `dnsZoneFile` of domains: put together from the domain, the server's names and the domain's signing keys.
import type { Registry } from '../engine/registry.ts';
import type { Hook, StoredRecord } from '../engine/types.ts';
import type { ValueOf } from '../objects/index.ts';
import { publishedKeyOf } from './dkim-key.ts';
import { type ZoneFacts, zoneFile } from './zone-file.ts';

type Domain = ValueOf<'Domain'>;
type DkimSignature = ValueOf<'DkimSignature'>;

/** Hook `zone` of Domain. */
export function zoneHook(registry: Registry): Hook {
  return {
    async computed(records, properties) {
      if (!properties.has('dnsZoneFile')) return [];
      const settings = registry.singleton('SystemSettings');
      const keys = Map.groupBy(await registry.all('DkimSignature'), ({ value }) => value.domainId);
      return Promise.all(
        records.map(async ({ id, value }) => {
          const domain = value as unknown as Domain;
          const facts: ZoneFacts = {
            domain: domain.name,
            hostname: settings.defaultHostname,
            mailExchangers: settings.mailExchangers,
            services: settings.services,
            reportAddress: domain.reportAddressUri,
            keys: await publishedKeys(keys.get(id) ?? []),
          };
          return { dnsZoneFile: zoneFile(facts) };
        }),
      );
    },
  };
}

/** Keys that stand in DNS: all but those at the end of their life, and those that cannot be read. */
async function publishedKeys(
  records: readonly StoredRecord<DkimSignature>[],
): Promise<ZoneFacts['keys'][number][]> {
  const found = await Promise.all(
    records
      .filter(({ value }) => value.stage !== 'retired')
      .map(async ({ value }) => {
        const publicKey = await publishedKeyOf(value);
        const algorithm = value['@type'].includes('Rsa') ? 'rsa' : 'ed25519';
        return { selector: value.selector, algorithm, publicKey, active: value.stage === 'active' } as const;
      }),
  );
  return found.flatMap((one) => (one.publicKey === undefined ? [] : [{ ...one, publicKey: one.publicKey }]));
}
