// Reads commands off the connection: lines, and the literals that they announce (RFC 9051 §4.3, RFC 7888). What
// cannot be allowed is refused before the client sends it where it asks first, and read and dropped where not.
import { latin1 } from '../base/index.ts';
import { commandHead, type Literal, literalHead, type RawCommand } from '../formats/imap/index.ts';
import { LineTooLong } from '../net/index.ts';
import { bad, no, type Reply, replyFor, SessionEnd } from './reply.ts';
import { MAX_LINE, type Session } from './session.ts';
import { SpooledLiteral } from './spool.ts';

export interface Incoming {
  /** Tag and name, as far as they can be read. */
  readonly head: ReturnType<typeof commandHead>;
  readonly raw: RawCommand;
  /** Set when the command was refused while it was read. */
  readonly refused?: Reply;
}

/** Octets of literals in memory for one command; what goes beyond is written to files. */
const MAX_IN_MEMORY = 1024 * 1024;
/** Literals of one command. */
const MAX_LITERALS = 1000;
/** Octets that are read and dropped for the sake of a client that did not ask. */
const MAX_DROPPED = 256 * 1024 * 1024;

/** The largest literal that a command may have. Throws what refuses the command when it may have none. */
export type LiteralRule = (head: Incoming['head']) => Promise<number>;

/** The next command. @throws ConnectionEnded, SessionEnd */
export async function readCommand(session: Session, rule: LiteralRule): Promise<Incoming> {
  const maxLine = session.user ? MAX_LINE.signedIn : MAX_LINE.anonymous;
  let line: string;
  try {
    line = latin1(await session.readLine(maxLine));
  } catch (error) {
    if (!(error instanceof LineTooLong)) throw error;
    return { head: commandHead(''), raw: EMPTY, refused: bad('The line is too long.') };
  }
  const head = commandHead(line);
  const announced = literalHead(line);
  if (announced === undefined) return { head, raw: { lines: [line], literals: NONE } };
  return new LiteralReader(session, head, rule, maxLine).read(line);
}

const NONE: readonly Literal[] = [];
const EMPTY: RawCommand = { lines: [''], literals: NONE };

/** Removes the files of a command's literals. */
export async function discardLiterals(raw: RawCommand): Promise<void> {
  for (const { content } of raw.literals) if (content instanceof SpooledLiteral) await content.discard();
}

class LiteralReader {
  readonly #session: Session;
  readonly #head: Incoming['head'];
  readonly #rule: LiteralRule;
  readonly #maxLine: number;
  readonly #lines: string[] = [];
  readonly #literals: Literal[] = [];
  #total = 0;
  #inMemory = 0;
  #dropped = 0;

  constructor(session: Session, head: Incoming['head'], rule: LiteralRule, maxLine: number) {
    this.#session = session;
    this.#head = head;
    this.#rule = rule;
    this.#maxLine = maxLine;
  }

  async read(first: string): Promise<Incoming> {
    let refused: Reply | undefined;
    try {
      let line = first;
      for (;;) {
        this.#lines.push(line);
        const announced = literalHead(line);
        if (announced === undefined) break;
        refused ??= await this.#refusal(line.length, announced.size);
        if (refused === undefined) {
          if (announced.synchronizing) this.#session.out.text(`+ Ready for ${announced.size} bytes.\r\n`);
          this.#literals.push({
            size: announced.size,
            binary: announced.binary,
            content: await this.#content(announced.size),
          });
        } else {
          // A client that asks first is answered now and sends nothing.
          if (announced.synchronizing) break;
          await this.#drop(announced.size);
        }
        line = latin1(await this.#session.readLine(this.#maxLine));
      }
    } catch (error) {
      await discardLiterals(this.#raw);
      if (!(error instanceof LineTooLong)) throw error;
      return { head: this.#head, raw: EMPTY, refused: bad('The line is too long.') };
    }
    if (refused === undefined) return { head: this.#head, raw: this.#raw };
    await discardLiterals(this.#raw);
    return { head: this.#head, raw: EMPTY, refused };
  }

  get #raw(): RawCommand {
    return { lines: this.#lines, literals: this.#literals };
  }

  async #refusal(lineLength: number, size: number): Promise<Reply | undefined> {
    this.#total += lineLength + size;
    try {
      const most = await this.#rule(this.#head);
      if (size > most) return no(`The literal is larger than ${most} bytes.`, 'TOOBIG');
      if (this.#total > this.#session.options.settings().maxRequestSize) {
        return no('The command is too large.', 'TOOBIG');
      }
      if (this.#literals.length >= MAX_LITERALS) return bad('The command has too many literals.');
      return undefined;
    } catch (error) {
      return replyFor(error);
    }
  }

  async #content(size: number): Promise<Uint8Array | SpooledLiteral> {
    const { connection, options } = this.#session;
    this.#session.handOver();
    if (this.#inMemory + size <= MAX_IN_MEMORY) {
      this.#inMemory += size;
      const bytes = Buffer.allocUnsafeSlow(size);
      let at = 0;
      await connection.readInto(size, (piece) => {
        at += piece.copy(bytes, at);
      });
      this.#session.slice.begin();
      return bytes;
    }
    return SpooledLiteral.receive(options.blobs, (write) => connection.readInto(size, write));
  }

  async #drop(size: number): Promise<void> {
    this.#dropped += size;
    if (this.#dropped > MAX_DROPPED) throw new SessionEnd('Too much was sent without asking.');
    await this.#session.connection.readInto(size, () => undefined);
  }
}
