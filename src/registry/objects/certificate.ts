// A TLS certificate; the newest one that covers the asked name is used.
import { nested, object, set, string, struct, utcDateTime, words } from '../schema/index.ts';
import { PublicText, SecretText } from './parts/secret-values.ts';

export const Certificate = object({
  name: 'Certificate',
  description: 'A TLS certificate; the newest one that covers the asked name is used',
  label: 'subjectAlternativeNames',
  columns: ['subjectAlternativeNames'],
  shape: struct('Certificate', 'A certificate', {
    certificate: nested(PublicText, 'The certificate, followed by those that lead to its root'),
    issuer: string('Who issued it').serverSet(),
    notValidAfter: utcDateTime('When it stops being valid').serverSet(),
    notValidBefore: utcDateTime('When it begins to be valid').serverSet(),
    privateKey: nested(SecretText, 'Private key that belongs to it'),
    subjectAlternativeNames: set(string(), 'Names and addresses it covers').serverSet(),
  }),
  filters: {
    subjectAlternativeNames: words('subjectAlternativeNames'),
  },
  hooks: ['certificate'],
});
