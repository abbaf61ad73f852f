// Certificates are read when they are written: their names, issuer and validity become properties, and the key
// has to belong to them.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Change, Hook } from '../engine/types.ts';
import type { ValueOf } from '../objects/index.ts';
import { badProperty, readProperty } from './read-property.ts';

type Certificate = ValueOf<'Certificate'>;

/** Hook `certificate` of Certificate. */
export const certificateHook: Hook = {
  async before(change: Change) {
    const value = change.value as Certificate | undefined;
    const before = change.before as Certificate | undefined;
    if (!value) return;
    const same =
      isDeepStrictEqual(value.certificate, before?.certificate) &&
      isDeepStrictEqual(value.privateKey, before?.privateKey);
    if (same) return;
    const certificate = parse(await readProperty(value.certificate, 'certificate'));
    checkKey(certificate, await readProperty(value.privateKey, 'privateKey'));
    change.value = {
      ...value,
      issuer: certificate.issuer.replaceAll('\n', ', '),
      notValidBefore: Date.parse(certificate.validFrom),
      notValidAfter: Date.parse(certificate.validTo),
      subjectAlternativeNames: namesOf(certificate),
    };
  },
};

function parse(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw badProperty('certificate', 'This is not a certificate in PEM form.');
  }
}

function checkKey(certificate: X509Certificate, pem: string): void {
  let belongs: boolean;
  try {
    belongs = certificate.checkPrivateKey(createPrivateKey(pem));
  } catch {
    throw badProperty('privateKey', 'This is not a private key in PEM form, or it is encrypted.');
  }
  if (!belongs) throw badProperty('privateKey', 'The private key does not belong to the certificate.');
}

/** Host names and addresses that a certificate covers, sorted; the common name when it lists none. */
export function namesOf(certificate: X509Certificate): readonly string[] {
  const listed = [...(certificate.subjectAltName ?? '').matchAll(/(?:DNS|IP Address):([^,\s"]+)/g)].map(
    ([, name]) => (name as string).toLowerCase(),
  );
  const common = /^CN=(\S+)$/m.exec(certificate.subject)?.[1];
  const names = listed.length > 0 || common === undefined ? listed : [common.toLowerCase()];
  return [...new Set(names)].sort();
}
