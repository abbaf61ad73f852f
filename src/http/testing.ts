// A server on a loopback port for the tests of this folder and of the faces mounted on it.
import { listen, type TlsServer } from '../net/index.ts';
import type { MemoryStore } from '../store/index.ts';
import type { Caller } from '../formats/http/index.ts';
import { createHttpServer, DEFAULT_HTTP_SETTINGS, type HttpServerOptions } from './server.ts';

export interface TestServer {
  readonly origin: string;
  readonly port: number;
  close(): Promise<void>;
}

export const testMemory = (): MemoryStore => {
  const counters = new Map<string, number>();
  return {
    get: async () => undefined,
    set: async () => undefined,
    incr: async (key, by) => {
      const sum = (counters.get(key) ?? 0) + by;
      counters.set(key, sum);
      return sum;
    },
    delete: async () => undefined,
    clear: async () => 0,
    lock: async () => undefined,
  };
};

/** Serves until closed. Clients on loopback are metered when `exempt` says so. */
export async function startTestServer<C extends Caller>(
  options: Pick<HttpServerOptions<C>, 'routes' | 'signIn'> & Partial<HttpServerOptions<C>>,
  tls?: TlsServer,
): Promise<TestServer> {
  const server = createHttpServer<C>({
    unlimited: () => false,
    memory: testMemory(),
    settings: () => DEFAULT_HTTP_SETTINGS,
    publicOrigin: () => undefined,
    defaultHostname: () => 'mail.example.org',
    trusted: () => false,
    exempt: () => true,
    requireTls: () => false,
    ...options,
  });
  const listener = await listen({
    name: 'http',
    bind: [{ host: '127.0.0.1', port: 0 }],
    serve: (connection) => server.serve(connection),
    ...(tls && { implicitTls: tls }),
  });
  const port = listener.addresses[0]?.port ?? 0;
  return {
    origin: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    port,
    close: async () => {
      await Promise.all([listener.drain(1000), server.close(1000)]);
    },
  };
}
