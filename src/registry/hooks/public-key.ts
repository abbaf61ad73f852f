// Keys that mail is encrypted with: an S/MIME certificate in PEM, or an OpenPGP key in armour (RFC 9580 §6). What
// is neither is refused when it is written.
import { X509Certificate } from 'node:crypto';
import type { Change, Hook } from '../engine/types.ts';
import type { ValueOf } from '../objects/index.ts';
import { badProperty } from './read-property.ts';

type PublicKey = ValueOf<'PublicKey'>;

/** Hook `public-key` of PublicKey. */
export const publicKeyHook: Hook = {
  before(change: Change) {
    const value = change.value as PublicKey | undefined;
    const before = change.before as PublicKey | undefined;
    if (!value || value.key === before?.key) return;
    if (isOpenPgpKey(value.key)) return;
    if (!isCertificate(value.key)) {
      throw badProperty(
        'key',
        'This is neither a certificate in PEM form nor an OpenPGP public key in armour.',
      );
    }
  },
};

function isCertificate(text: string): boolean {
  try {
    return new X509Certificate(text).raw.length > 0;
  } catch {
    return false;
  }
}

const PUBLIC_KEY_PACKET = 6;

/** The armour's first packet has to be a public key (RFC 9580 §5.5.1.1). */
function isOpenPgpKey(text: string): boolean {
  const lines = text
    .trim()
    .split(/\r?\n/)
    .map((line) => line.trim());
  if (lines[0] !== '-----BEGIN PGP PUBLIC KEY BLOCK-----') return false;
  if (lines.at(-1) !== '-----END PGP PUBLIC KEY BLOCK-----') return false;
  const body = lines.slice(1, -1);
  // header lines end at the first empty one; the line with the checksum begins with an equals sign
  const start = body.indexOf('');
  const data = body.slice(start + 1).filter((line) => line !== '' && !line.startsWith('='));
  if (!data.every((line) => /^[\w+/]+=*$/.test(line))) return false;
  const bytes = Buffer.from(data.join(''), 'base64');
  const tag = bytes[0] ?? 0;
  const packet = tag & 0x40 ? tag & 0x3f : (tag >> 2) & 0x0f;
  return bytes.length > 16 && (tag & 0x80) !== 0 && packet === PUBLIC_KEY_PACKET;
}
