// TLS for servers: contexts from PEM, the choice of a certificate, and what a handshake agreed on.
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls';
import type { Socket } from 'node:net';

/** What a listener needs to speak TLS. Read at every handshake, so new certificates need no restart. */
export interface TlsServer {
  /** The context for clients that name no server, or one we have nothing for. */
  readonly context: () => SecureContext;
  /** The context for a server name (lower case), or undefined for the default one. */
  readonly forName?: (name: string) => SecureContext | undefined;
  /** Protocols of ALPN. A client that offers some, but none of these, is refused (RFC 7301 §3.2). */
  readonly alpn?: readonly string[];
  /** Longest handshake in milliseconds; default 60,000. */
  readonly timeoutMs?: number;
}

/** What a handshake agreed on. */
export interface TlsInfo {
  /** `TLSv1.3` */
  readonly version: string;
  /** IANA name: `TLS_AES_256_GCM_SHA384`. */
  readonly cipher: string;
  /** Name that the client asked for. */
  readonly serverName: string | undefined;
  readonly alpn: string | undefined;
}

export interface ContextOptions {
  /** PEM: the certificate and its chain, or several of them with their keys (RSA and ECDSA side by side). */
  readonly cert: string | readonly string[];
  readonly key: string | readonly string[];
  /** 48 octets shared by all workers, so that a session ticket of one is good on another. */
  readonly ticketKeys?: Uint8Array;
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3';
  readonly maxVersion?: 'TLSv1.2' | 'TLSv1.3';
  /** OpenSSL's names, joined by colons; default `CIPHERS`. */
  readonly ciphers?: string;
  /** The server's preference decides; default true. */
  readonly honorCipherOrder?: boolean;
}

/** The nine suites of the server, by OpenSSL's names, in the server's order. */
const CIPHERS = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_AES_128_GCM_SHA256',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':');

/** Groups for the key exchange, best first; the runtime leaves out what it does not have. */
const GROUPS = '?X25519MLKEM768:?X25519:P-256:P-384';

/** Builds a context. Throws when the PEM does not parse or the key does not match. */
export function secureContext(options: ContextOptions): SecureContext {
  return createSecureContext({
    cert: [options.cert].flat(),
    key: [options.key].flat(),
    minVersion: options.minVersion ?? 'TLSv1.2',
    maxVersion: options.maxVersion ?? 'TLSv1.3',
    ciphers: options.ciphers ?? CIPHERS,
    honorCipherOrder: options.honorCipherOrder ?? true,
    ecdhCurve: GROUPS,
    sessionIdContext: 'waypost',
    ...(options.ticketKeys && { ticketKeys: Buffer.from(options.ticketKeys) }),
  });
}

/**
 * Does the server's side of a handshake on a connected socket; resolves when it is done.
 * @throws the error of the handshake, or one that says that it took too long. The socket is destroyed then.
 */
export function acceptTls(socket: Socket, server: TlsServer): Promise<TLSSocket> {
  const { forName, alpn } = server;
  return new Promise((resolve, reject) => {
    const secured = new TLSSocket(socket, {
      isServer: true,
      secureContext: server.context(),
      ...(forName && {
        SNICallback: (name, done) => {
          try {
            done(null, forName(name.toLowerCase()) ?? server.context());
          } catch (error) {
            done(error as Error);
          }
        },
      }),
      ...(alpn && { ALPNProtocols: [...alpn] }),
    });
    const finish = (error?: Error) => {
      clearTimeout(timer);
      secured.off('secure', onSecure).off('close', onClose).off('_tlsError', finish);
      if (error === undefined) return resolve(secured);
      secured.destroy();
      return reject(error);
    };
    const onSecure = () => finish();
    const onClose = () => finish(new Error('the peer closed the connection during the TLS handshake'));
    const timeoutMs = server.timeoutMs ?? 60_000;
    const timer = setTimeout(
      () => finish(new Error(`the TLS handshake took longer than ${timeoutMs} ms`)),
      timeoutMs,
    );
    secured.on('error', finish).on('secure', onSecure).on('close', onClose).on('_tlsError', finish);
  });
}

/** What the finished handshake of a socket agreed on. */
export function tlsInfo(socket: TLSSocket): TlsInfo {
  const { standardName } = socket.getCipher();
  return {
    version: socket.getProtocol() ?? '',
    cipher: standardName,
    serverName: typeof socket.servername === 'string' ? socket.servername : undefined,
    alpn: socket.alpnProtocol === false || socket.alpnProtocol === null ? undefined : socket.alpnProtocol,
  };
}
