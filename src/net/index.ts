export * from './address.ts';
export { LineTooLong } from './byte-queue.ts';
export * from './certificate.ts';
export * from './connection.ts';
export * from './connection-limit.ts';
export * from './listener.ts';
export type { ProxyHeader } from './proxy-protocol.ts';
export {
  type ContextOptions,
  secureContext,
  type TlsInfo,
  type TlsServer,
} from './tls.ts';
