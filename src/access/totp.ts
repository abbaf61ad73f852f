// Time-based one-time passwords (RFC 6238) described by an `otpauth://totp/` address.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { decodeBase32 } from './base32.ts';

export interface Totp {
  readonly key: Uint8Array;
  readonly algorithm: 'sha1' | 'sha256' | 'sha512';
  readonly digits: number;
  /** Seconds. */
  readonly period: number;
}

/** The parameters of an address, or undefined when it is not one that can be used. */
export function parseTotp(address: string): Totp | undefined {
  if (!URL.canParse(address)) return undefined;
  const url = new URL(address);
  if (url.protocol !== 'otpauth:' || url.host !== 'totp') return undefined;
  const key = base32(url.searchParams.get('secret') ?? '');
  const algorithm = (url.searchParams.get('algorithm') ?? 'SHA1').toLowerCase();
  const digits = Number(url.searchParams.get('digits') ?? 6);
  const period = Number(url.searchParams.get('period') ?? 30);
  if (!key || key.length === 0) return undefined;
  if (algorithm !== 'sha1' && algorithm !== 'sha256' && algorithm !== 'sha512') return undefined;
  if (digits !== 6 && digits !== 7 && digits !== 8) return undefined;
  if (!Number.isInteger(period) || period < 10 || period > 300) return undefined;
  return { key, algorithm, digits, period };
}

/** Code of a step (RFC 4226 §5.3). */
export function totpCode(totp: Totp, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const sum = createHmac(totp.algorithm, totp.key).update(counter).digest();
  const at = (sum.at(-1) as number) & 15;
  const value = sum.readUInt32BE(at) & 0x7fffffff;
  return String(value % 10 ** totp.digits).padStart(totp.digits, '0');
}

/** The step whose code was given: this one, or a neighbour (RFC 6238 §5.2). Undefined when none matches. */
export function matchingStep(totp: Totp, code: string, timeMs: number): number | undefined {
  const given = Buffer.from(code.replaceAll(' ', ''));
  const current = Math.floor(timeMs / 1000 / totp.period);
  let found: number | undefined;
  for (const step of [current - 1, current, current + 1]) {
    const wanted = Buffer.from(totpCode(totp, step));
    if (wanted.length === given.length && timingSafeEqual(wanted, given)) found = step;
  }
  return found;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** RFC 4648 §6, padding optional. */
function base32(text: string): Uint8Array | undefined {
  const digits = text.toUpperCase().replace(/[= ]/g, '');
  return digits.length > 1024 ? undefined : decodeBase32(digits, ALPHABET);
}
