// Who the client is: the peer of the socket or, behind a trusted proxy, the address it forwards
// (RFC 7239, X-Forwarded-For). Nobody else's word is taken for it.
import type { IncomingHttpHeaders } from 'node:http';
import { normalizeAddress } from '../net/index.ts';

/** Longest chain of proxies that is looked at. */
const MAX_HOPS = 32;

/**
 * Walks the forwarded addresses from the right and returns the first that is not a trusted proxy itself;
 * undefined when there is none, or when the header holds something else than addresses.
 */
export function forwardedAddress(
  headers: IncomingHttpHeaders,
  trusted: (address: string) => boolean,
): string | undefined {
  const { forwarded } = headers;
  const list = forwarded === undefined ? xForwardedFor(headers) : forwardedFor(forwarded);
  if (list.length > MAX_HOPS) return undefined;
  let last: string | undefined;
  for (const hop of list.reverse()) {
    if (hop === undefined) return last;
    last = hop;
    if (!trusted(hop)) return hop;
  }
  return last;
}

function xForwardedFor(headers: IncomingHttpHeaders): (string | undefined)[] {
  const value = headers['x-forwarded-for'];
  if (value === undefined) return [];
  return (Array.isArray(value) ? value.join(',') : value).split(',').map(hopAddress);
}

/** The `for` of each element of a Forwarded header (RFC 7239 §4). */
function forwardedFor(value: string): (string | undefined)[] {
  return value.split(',').map((element) => {
    for (const pair of element.split(';')) {
      const equals = pair.indexOf('=');
      if (pair.slice(0, equals).trim().toLowerCase() === 'for') return hopAddress(pair.slice(equals + 1));
    }
    return undefined;
  });
}

/** `192.0.2.1`, `192.0.2.1:4711`, `[2001:db8::1]:80`, `"[2001:db8::1]"`. */
function hopAddress(text: string): string | undefined {
  const bare = text.trim().replace(/^"(.*)"$/, '$1');
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(bare);
  const address = bracketed?.[1] ?? (normalizeAddress(bare) || bare.replace(/:\d+$/, ''));
  return normalizeAddress(address) || undefined;
}
