// The Authorization header: Basic (RFC 7617) and Bearer (RFC 6750).
import { fromUtf8 } from '../base/index.ts';

export type HttpCredentials =
  | { readonly scheme: 'basic'; readonly name: string; readonly secret: string }
  | { readonly scheme: 'bearer'; readonly token: string };

/** Longest header that is looked at. */
const MAX_AUTHORIZATION = 8192;

/** Undefined for another scheme or a malformed value. */
export function parseAuthorization(header: string): HttpCredentials | undefined {
  if (header.length > MAX_AUTHORIZATION) return undefined;
  const space = header.indexOf(' ');
  if (space < 0) return undefined;
  const scheme = header.slice(0, space).toLowerCase();
  const value = header.slice(space + 1).trim();
  if (scheme === 'bearer') {
    return /^[A-Za-z0-9._~+/-]+=*$/.test(value) ? { scheme: 'bearer', token: value } : undefined;
  }
  if (scheme !== 'basic' || !/^[A-Za-z0-9+/]+={0,2}$/.test(value)) return undefined;
  const pair = fromUtf8(Buffer.from(value, 'base64'));
  const colon = pair.indexOf(':');
  if (colon < 1) return undefined;
  return { scheme: 'basic', name: pair.slice(0, colon), secret: pair.slice(colon + 1) };
}
