// Names of properties and types as people read them: `memberTenantId` is "Member tenant".

const SPELLINGS: Readonly<Record<string, string>> = {
  acme: 'ACME',
  ai: 'AI',
  arc: 'ARC',
  arf: 'ARF',
  asn: 'ASN',
  caa: 'CAA',
  dav: 'DAV',
  dkim: 'DKIM',
  dmarc: 'DMARC',
  dns: 'DNS',
  dnsbl: 'DNSBL',
  dsn: 'DSN',
  ehlo: 'EHLO',
  hsts: 'HSTS',
  html: 'HTML',
  http: 'HTTP',
  id: 'ID',
  imap: 'IMAP',
  ip: 'IP',
  ips: 'IPs',
  jmap: 'JMAP',
  ldap: 'LDAP',
  llm: 'LLM',
  mta: 'MTA',
  mx: 'MX',
  oauth: 'OAuth',
  oidc: 'OpenID Connect',
  otp: 'OTP',
  sasl: 'SASL',
  smtp: 'SMTP',
  spf: 'SPF',
  sql: 'SQL',
  sts: 'STS',
  tcp: 'TCP',
  tls: 'TLS',
  ttl: 'TTL',
  uri: 'URI',
  url: 'URL',
};

/** `usedDiskQuota` → `Used disk quota`, `isEnabled` → `Enabled`, `memberGroupIds` → `Member groups`. */
export function propertyLabel(name: string): string {
  if (name === '@type') return 'Kind';
  let words = wordsIn(name);
  if (words.length > 1 && words[0] === 'is') words = words.slice(1);
  if (words.length > 1 && words.at(-1) === 'id') words = words.slice(0, -1);
  else if (words.length > 1 && words.at(-1) === 'ids') {
    words = words.slice(0, -1);
    words.push(plural(words.pop() as string));
  }
  return sentence(words);
}

/** `DkimSignature` → `DKIM signature` */
export const typeLabel = (name: string): string => sentence(wordsIn(name));

/** `DkimSignature` → `DKIM signatures` */
export function typesLabel(name: string): string {
  const words = wordsIn(name);
  return sentence([...words.slice(0, -1), plural(words.at(-1) ?? '')]);
}

/** The first word of a type's name. */
export const firstWord = (name: string): string => wordsIn(name)[0] ?? name;

const wordsIn = (name: string): string[] =>
  name
    .replace(/OAuth/g, 'Oauth')
    .split(/(?<=[a-z0-9])(?=[A-Z])|[_\s-]+/)
    .map((word) => word.toLowerCase());

function sentence(words: readonly string[]): string {
  const text = words.map((word) => SPELLINGS[word] ?? word).join(' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function plural(word: string): string {
  if (/[^aeiou]y$/.test(word)) return `${word.slice(0, -1)}ies`;
  return /(?:s|x|ch|sh)$/.test(word) ? `${word}es` : `${word}s`;
}
