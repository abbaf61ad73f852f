// Masked addresses: made up for one correspondent, told apart from all others by a number with a checksum, so that
// mail to invented ones is refused without a look into the store.
import { now, randomText } from '../base/index.ts';
import { type Change, type Hook, Refusal, type Registry, type ValueOf } from '../registry/index.ts';

type MaskedEmail = ValueOf<'MaskedEmail'>;

/** RFC 5321 §4.5.3.1.1. */
const MAX_LOCAL_PART = 64;
const RANDOM_PREFIX = 16;
const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

/** Hook `masked-email` of MaskedEmail: makes the address when the record is created. */
export function maskedEmailHook(registry: Registry): Hook {
  return {
    async before(change: Change) {
      const value = change.value as MaskedEmail | undefined;
      const { id } = change;
      if (!value || change.before || id === undefined) return;
      const domains = await domainsOf(registry, value.accountId);
      const domain = value.emailDomain ?? domains[0];
      if (domain === undefined || !domains.includes(domain)) {
        throw new Refusal('forbidden', { description: 'The domain is not one of the account.' });
      }
      const lifetime = value.expiresAt === null ? 0 : Math.ceil((value.expiresAt - now()) / 1000);
      if (value.expiresAt !== null && (lifetime <= 0 || lifetime > 0xffff_ffff)) {
        throw refused('expiresAt', 'The address has to end in the future.');
      }
      const prefix = value.emailPrefix ?? randomText(RANDOM_PREFIX, LETTERS);
      const local = `${prefix}.${maskedNumber(id, lifetime)}`;
      if (!/^[a-z0-9][a-z0-9_]*$/.test(prefix)) {
        throw refused('emailPrefix', 'Letters, digits and underscores, the first no underscore.');
      }
      if (local.length > MAX_LOCAL_PART) {
        throw refused('emailPrefix', `At most ${MAX_LOCAL_PART - local.length + prefix.length} characters.`);
      }
      const email = `${local}@${domain}`;
      change.value = { ...value, email };
      change.reveal['email'] = email;
    },
  };
}

const refused = (property: string, description: string): Refusal =>
  new Refusal('invalidProperties', { description, properties: [property] });

/** Account that a masked address leads to; null when it is one that leads nowhere, undefined when it is none. */
export async function resolveMasked(
  registry: Registry,
  local: string,
  domain: string,
): Promise<number | null | undefined> {
  const dot = local.indexOf('.');
  if (dot <= 0 || dot !== local.lastIndexOf('.')) return undefined;
  const id = parseMaskedNumber(local.slice(dot + 1));
  if (id === undefined) return undefined;
  const value = await registry.object('MaskedEmail', id);
  if (!value?.enabled || (value.expiresAt !== null && value.expiresAt <= now())) return null;
  if (value.email.slice(0, value.email.lastIndexOf('@')) !== local) return null;
  return (await domainsOf(registry, value.accountId)).includes(domain) ? value.accountId : null;
}

/** Id, life time in seconds and checksum in base 36. */
export function maskedNumber(id: number, lifetime: number): string {
  const seconds = BigInt(lifetime);
  return ((BigInt(id) << 64n) | (seconds << 32n) | checksum(BigInt(id), seconds)).toString(36);
}

/** The id of a number whose checksum holds. */
export function parseMaskedNumber(text: string): number | undefined {
  if (!/^[a-z0-9]{8,25}$/.test(text)) return undefined;
  let number = 0n;
  for (const digit of text) number = number * 36n + BigInt(Number.parseInt(digit, 36));
  const id = number >> 64n;
  const holds = (number & 0xffff_ffffn) === checksum(id, (number >> 32n) & 0xffff_ffffn);
  return holds && id <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(id) : undefined;
}

const checksum = (id: bigint, lifetime: bigint): bigint => (id & 0xffff_ffffn) ^ (id >> 32n) ^ lifetime;

/** Names of the domains an account has addresses in: that of its primary address first. */
async function domainsOf(registry: Registry, account: number): Promise<readonly string[]> {
  const value = await registry.object('Account', account);
  if (!value) return [];
  const ids = [value.domainId, ...value.aliases.filter((one) => one.enabled).map((one) => one.domainId)];
  const domains = await registry.records('Domain', [...new Set(ids)]);
  return domains.flatMap((domain) =>
    domain?.value.isEnabled ? [domain.value.name, ...domain.value.aliases] : [],
  );
}
