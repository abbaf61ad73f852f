// A server on a loopback port for the tests of this folder and of the faces mounted on it.
import { createServer, type AddressInfo, type Socket } from 'node:net';
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
    lock: async () => undefined,
  };
};

/** Serves until closed. Clients on loopback are metered when `exempt` says so. */
export async function startTestServer<C extends Caller>(
  options: Pick<HttpServerOptions<C>, 'routes' | 'signIn'> & Partial<HttpServerOptions<C>>,
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
  const listener = createServer((socket: Socket) => server.accept(socket, false));
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const { port } = listener.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    port,
    close: async () => {
      listener.close();
      await server.close(1000);
    },
  };
}
