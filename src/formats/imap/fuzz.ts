// Entry for fuzzing: any bytes as a command to every parser of this folder. Only `ImapSyntaxError` may come out.
import { latin1 } from '../../base/index.ts';
import {
  commandHead,
  Cursor,
  ImapSyntaxError,
  type Literal,
  literalHead,
  type RawCommand,
} from './cursor.ts';
import { parseFetchArguments } from './fetch.ts';
import { parseStoreArguments } from './flags.ts';
import { compilePattern } from './list-pattern.ts';
import {
  parseAppendArguments,
  parseCreateArguments,
  parseListArguments,
  parseLsubArguments,
  parseSelectArguments,
  parseStatusItems,
} from './mailbox-arguments.ts';
import { decodeUtf7, encodeUtf7 } from './mailbox-name.ts';
import { parseSearchArguments } from './search.ts';
import { formatRanges, parseSequenceSet, resolveSet } from './sequence-set.ts';

/** Throws when a parser fails in any other way than by refusing the input. */
export function fuzz(bytes: Uint8Array): void {
  const command = split(bytes);
  commandHead(command.lines[0] ?? '');
  attempt(command, (cursor) => {
    cursor.tag();
    cursor.space();
    cursor.commandName();
  });
  for (const parse of PARSERS) attempt(command, parse);
  const text = latin1(bytes);
  const name = decodeUtf7(text);
  if (name !== undefined && encodeUtf7(name) !== text) throw new Error('a name has two encodings');
  compilePattern(text)('INBOX/a');
}

const PARSERS: readonly ((cursor: Cursor) => unknown)[] = [
  parseFetchArguments,
  parseStoreArguments,
  parseAppendArguments,
  parseCreateArguments,
  parseListArguments,
  parseLsubArguments,
  parseSelectArguments,
  parseStatusItems,
  parseSearchArguments,
  (cursor) => formatRanges(resolveSet(parseSequenceSet(cursor), 10)),
];

function attempt(command: RawCommand, parse: (cursor: Cursor) => unknown): void {
  try {
    const cursor = new Cursor(command);
    parse(cursor);
    cursor.end();
  } catch (error) {
    if (!(error instanceof ImapSyntaxError)) throw error;
  }
}

/** Lines and literals as a connection would deliver them. */
function split(bytes: Uint8Array): RawCommand {
  const text = latin1(bytes);
  const lines: string[] = [];
  const literals: Literal[] = [];
  for (let at = 0; ; ) {
    const end = text.indexOf('\r\n', at);
    const line = end < 0 ? text.slice(at) : text.slice(at, end);
    lines.push(line);
    const head = end < 0 ? undefined : literalHead(line);
    if (head === undefined || end + 2 + head.size > bytes.length) break;
    const from = end + 2;
    literals.push({ size: head.size, binary: head.binary, content: bytes.subarray(from, from + head.size) });
    at = from + head.size;
  }
  return { lines, literals };
}
