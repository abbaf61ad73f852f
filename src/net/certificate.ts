// Self-signed certificates, for a server that has no other yet: ECDSA P-256 (RFC 5280, RFC 5480).
import { webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import { now, randomBytes, toHex } from '../base/index.ts';

const DAY_MS = 86_400_000;

export interface SelfSigned {
  /** PEM. */
  readonly cert: string;
  /** PEM, PKCS #8. */
  readonly key: string;
}

/**
 * Makes a certificate for host names (and addresses), the first of which is its subject; valid from an hour
 * ago for `days`, ten years by default.
 */
export async function selfSigned(names: readonly string[], days = 3650): Promise<SelfSigned> {
  // Loaded here only: most starts need no new certificate, and the library takes a while to load.
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const serial = randomBytes(16);
  serial[0] = ((serial[0] as number) & 0x7f) | 0x40; // positive and of full length (RFC 5280 §4.1.2.2)
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: toHex(serial),
      name: [{ CN: [names[0] ?? 'localhost'] }],
      notBefore: new Date(now() - 3_600_000),
      notAfter: new Date(now() + days * DAY_MS),
      signingAlgorithm: algorithm,
      keys,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension(
          names.map((name) => ({ type: isIP(name) ? 'ip' : 'dns', value: name })),
        ),
      ],
    },
    webcrypto,
  );
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return { cert: certificate.toString('pem'), key: pem('PRIVATE KEY', new Uint8Array(key)) };
}

function pem(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
