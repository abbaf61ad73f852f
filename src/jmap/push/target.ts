// Where push messages go, and how (RFC 8030 §5, RFC 8620 §8.6): over https, and to addresses of the public Internet
// only. The name is looked up for the connection itself, so that what was checked is what is connected to.
import { lookup, type LookupAddress } from 'node:dns';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { isPublicAddress } from '../../net/index.ts';

/** Longest URL. */
export const MAX_URL = 512;
const MAX_REDIRECTS = 4;

export interface PushRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Headers that depend on where the request goes after all. */
  readonly headersFor: (origin: string) => Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export interface PushAnswer {
  readonly status: number;
  /** Milliseconds; undefined when the answer does not say. */
  readonly retryAfterMs: number | undefined;
}

/** Sends one push message; throws when there is no answer. */
export type Post = (request: PushRequest) => Promise<PushAnswer>;

/** Why a URL cannot be one of a push service, or undefined for one that can. */
export function targetProblem(
  text: string,
  mayReach: (address: string) => boolean = isPublicAddress,
): string | undefined {
  if (text.length > MAX_URL) return `is longer than ${MAX_URL} characters`;
  const url = URL.parse(text);
  if (!url || !/^https:\/\//i.test(text)) return 'must begin with https://';
  if (url.username !== '' || url.password !== '') return 'must not hold a user name or password';
  const host = hostOf(url);
  const local = /(?:^|\.)(?:localhost|local|internal|home\.arpa)\.?$/i.test(host) || !/[.:]/.test(host);
  if (isIP(host) === 0 ? local && mayReach === isPublicAddress : !mayReach(host))
    return 'must be on the public Internet';
  return undefined;
}

const hostOf = (url: URL): string => url.hostname.replace(/^\[(.*)\]$/, '$1');

export interface PosterOptions {
  readonly mayReach?: (address: string) => boolean;
  /** Certificates that are trusted instead of the usual ones, PEM. */
  readonly ca?: string;
}

export interface Poster {
  readonly post: Post;
  close(): void;
}

export function createPoster({ mayReach = isPublicAddress, ca }: PosterOptions = {}): Poster {
  const checked: LookupFunction = (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      const bad = error ? undefined : addresses.find(({ address }) => !mayReach(address));
      if (error || bad || addresses.length === 0) {
        callback(error ?? new Error(`${hostname} is not on the public Internet`), '');
        return;
      }
      const [first] = addresses as [LookupAddress, ...LookupAddress[]];
      if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
  const agent = new Agent({
    keepAlive: true,
    maxSockets: 16,
    maxTotalSockets: 256,
    lookup: checked,
    ...(ca !== undefined && { ca }),
  });
  const once = (url: URL, { headers, headersFor, body, timeoutMs, signal }: PushRequest) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const end = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
      const all = { ...headers, ...headersFor(url.origin), 'Content-Length': String(body.length) };
      request(url, { method: 'POST', agent, headers: all, signal: end }, (response) => {
        // Nothing of the body matters; it is read so that the connection can be used again, up to a bound.
        let length = 0;
        response.on('data', (chunk: Uint8Array) => {
          length += chunk.length;
          if (length > MAX_ANSWER) response.destroy();
        });
        response.on('error', () => undefined);
        resolve(response);
      })
        .on('error', reject)
        .end(body);
    });
  return {
    post: async (push) => {
      let url = new URL(push.url);
      for (let hops = 0; ; hops++) {
        const problem = targetProblem(url.href, mayReach);
        if (problem !== undefined) throw new Error(`${url.host} ${problem}`);
        const { statusCode: status = 0, headers } = await once(url, push);
        const { location } = headers;
        if (!REDIRECTS.has(status) || location === undefined)
          return { status, retryAfterMs: readRetryAfter(headers['retry-after']) };
        if (hops >= MAX_REDIRECTS) throw new Error(`more than ${MAX_REDIRECTS} redirects`);
        url = new URL(location, url);
      }
    },
    close: () => agent.destroy(),
  };
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 307, 308]);
const MAX_ANSWER = 64 * 1024;
const MAX_WAIT_S = 24 * 3600;

/** Seconds as RFC 9110 §10.2.3 has them; dates are not looked at. */
function readRetryAfter(header: string | undefined): number | undefined {
  if (header === undefined || !/^\d{1,9}$/.test(header)) return undefined;
  return Math.min(Number(header), MAX_WAIT_S) * 1000;
}
