// The zone file of a domain: complete, stable, and true.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, test } from 'node:test';
import { openRegistryWorld, type RegistryWorld } from '../support/registry.ts';

let world: RegistryWorld;
before(async () => {
  world = await openRegistryWorld();
});
after(() => world.close());

const zone = async (): Promise<string> => String((await world.get('Domain', world.domain))['dnsZoneFile']);

test('a domain without keys asks nobody to refuse', async () => {
  assert.equal(
    await zone(),
    [
      '$ORIGIN example.org.',
      '@\tIN\tMX\t10 mail.example.org.',
      '@\tIN\tTXT\t"v=spf1 mx -all"',
      '_dmarc\tIN\tTXT\t"v=DMARC1; p=none; rua=mailto:postmaster@example.org"',
      '_imaps._tcp\tIN\tSRV\t0 1 993 mail.example.org.',
      '_jmap._tcp\tIN\tSRV\t0 1 443 mail.example.org.',
      '_smtp._tls\tIN\tTXT\t"v=TLSRPTv1; rua=mailto:postmaster@example.org"',
      '_submissions._tcp\tIN\tSRV\t0 1 465 mail.example.org.',
      'mail\tIN\tTXT\t"v=spf1 a -all"',
      '',
    ].join('\n'),
  );
});

test('keys, other hosts, services in the clear and reports are in it', async () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const secret = privateKey.export({ type: 'pkcs8', format: 'pem' });
  const key = {
    '@type': 'Dkim1RsaSha256',
    domainId: world.domain,
    selector: 's1',
    privateKey: { '@type': 'Text', secret },
  };
  await world.create('DkimSignature', key);
  await world.create('DkimSignature', { ...key, selector: 'old', stage: 'retired' });
  await world.update('SystemSettings', 'singleton', {
    mailExchangers: {
      '0': { hostname: null, priority: 5 },
      '1': { hostname: 'backup.elsewhere.example', priority: 20 },
    },
    'services/imap/cleartext': true,
    'services/jmap': { hostname: 'jmap.example.org' },
  });
  await world.update('Domain', world.domain, { reportAddressUri: 'https://reports.example/"x' });
  const text = await zone();
  assert.match(text, /^s1\._domainkey\tIN\tTXT\t\( "v=DKIM1; k=rsa; h=sha256; p=[^"]{200,}" "[^"]+" \)$/m);
  for (const piece of text.matchAll(/"([^"]*)"/g)) assert.ok((piece[1] as string).length <= 255);
  assert.doesNotMatch(text, /old\._domainkey/);
  assert.match(text, /p=reject; rua=https:\/\/reports\.example\/\\"x"/);
  assert.match(text, /^@\tIN\tMX\t20 backup\.elsewhere\.example\.$/m);
  assert.match(text, /^_imap\._tcp\tIN\tSRV\t0 1 143 /m);
  assert.match(text, /^_jmap\._tcp\tIN\tSRV\t0 1 443 jmap\.example\.org\.$/m);
  await world.update('Domain', world.domain, { reportAddressUri: 'x\n@ IN MX 1 evil.example.' });
  assert.match(await zone(), /rua=x\\010@ IN MX/);
  await world.update('Domain', world.domain, { reportAddressUri: 'https://reports.example/"x' });
  assert.equal(await zone(), text, 'reading it again gives the same');
  await world.update('Domain', world.domain, { reportAddressUri: null });
  assert.doesNotMatch(await zone(), /_dmarc|_smtp\._tls/);
});
