// What is said over the operator's socket: a line of JSON a request, a line of JSON an answer. Whoever can open
// the socket may do all of it; the file system decides who can.
import type { SchemaDocument } from '../../admin/index.ts';
import type { ThreadFigures } from '../thread-figures.ts';

/** Every command with what goes in and what comes out. */
export interface OperatorCommands {
  status: { readonly arguments: Record<string, never>; readonly result: ServerStatus };
  'account.create': {
    readonly arguments: {
      readonly address: string;
      /** A random one is made when absent. */
      readonly password?: string;
      /** Display name. */
      readonly description?: string;
      readonly administrator?: boolean;
    };
    readonly result: CreatedAccount;
  };
  'account.list': { readonly arguments: Record<string, never>; readonly result: readonly ListedAccount[] };
  send: {
    readonly arguments: {
      /** Address of the sender; the administrator's when absent. */
      readonly from?: string;
      readonly to: readonly string[];
      readonly subject: string;
      /** Plain text with LF. */
      readonly text: string;
    };
    readonly result: SentMessage;
  };
  /** A JMAP request (RFC 8620 §3.3) about server objects and access, run with every permission. */
  jmap: {
    readonly arguments: {
      readonly using: readonly string[];
      readonly methodCalls: readonly (readonly [string, unknown, string])[];
      readonly createdIds?: Readonly<Record<string, string>>;
    };
    readonly result: {
      readonly methodResponses: readonly (readonly [string, unknown, string])[];
      readonly createdIds: Readonly<Record<string, string>>;
    };
  };
  /** Records with their secrets; of a singleton, its one record. */
  reveal: {
    readonly arguments: { readonly object: string; readonly ids: readonly string[] };
    readonly result: readonly Readonly<Record<string, unknown>>[];
  };
  /** The schema document. */
  schema: { readonly arguments: Record<string, never>; readonly result: SchemaDocument };
}

export type OperatorCommand = keyof OperatorCommands;

export interface ServerStatus {
  readonly version: string;
  readonly pid: number;
  readonly dataFolder: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly state: 'ready' | 'not ready' | 'draining';
  /** Name of each check and `ok`, or the reason why not. */
  readonly checks: Readonly<Record<string, string>>;
  readonly workers: number;
  /** What each worker tells of itself. */
  readonly threads: readonly ThreadFigures[];
  readonly listeners: readonly { readonly name: string; readonly addresses: readonly string[] }[];
  readonly accounts: number;
  /** Bytes of the process's resident memory. */
  readonly memory: number;
}

export interface CreatedAccount {
  readonly id: string;
  readonly address: string;
  /** Set when it was made here; it is not shown again. */
  readonly password?: string;
  /** What makes the given password easy to guess. */
  readonly advice?: string;
}

export interface ListedAccount {
  readonly id: string;
  readonly address: string;
  readonly kind: 'user' | 'group';
  readonly roles: string;
  readonly description: string;
}

export interface SentMessage {
  readonly messageId: string;
  readonly size: number;
}

export interface OperatorRequest {
  readonly id: number;
  readonly command: string;
  readonly arguments: unknown;
}

export type OperatorAnswer =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: { readonly message: string } };

/** Longest line either side reads, in bytes. */
export const MAX_LINE = 32 * 1024 * 1024;

/** Takes chunks and gives whole lines; throws `RangeError` when one grows past `MAX_LINE`. */
export function lineSplitter(onLine: (line: string) => void): (chunk: Buffer) => void {
  let parts: Buffer[] = [];
  let length = 0;
  return (chunk) => {
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      parts.push(chunk.subarray(from, end));
      const line = Buffer.concat(parts).toString('utf8');
      parts = [];
      length = 0;
      from = end + 1;
      if (line.trim() !== '') onLine(line);
    }
    if (from === chunk.length) return;
    parts.push(chunk.subarray(from));
    length += chunk.length - from;
    if (length > MAX_LINE) throw new RangeError('a line of the operator socket is too long');
  };
}
