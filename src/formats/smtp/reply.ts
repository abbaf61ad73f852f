// Replies (RFC 5321 §4.2) with enhanced status codes (RFC 2034, RFC 3463).

export interface Reply {
  /** Three digits. */
  readonly code: number;
  /** `2.1.0`; absent on greetings, EHLO, intermediate replies. */
  readonly status?: string;
  /** One line of text, or several. */
  readonly text: string | readonly string[];
}

/** Octets of a reply line at most, with CRLF (RFC 5321 §4.5.3.1.5). */
const MAX_LINE = 512;

/** A reply with an enhanced status code. */
export const reply = (code: number, status: string, text: string | readonly string[]): Reply => ({
  code,
  status,
  text,
});

/** The reply as it goes over the wire, every line with the code and the status. */
export function formatReply({ code, status, text }: Reply): string {
  const lines = typeof text === 'string' ? [text] : text;
  let out = '';
  for (let i = 0; i < lines.length; i++) {
    const line = `${code}${i === lines.length - 1 ? ' ' : '-'}${status === undefined ? '' : `${status} `}${lines[i]}`;
    // hot: nearly all replies are our own short words
    out += line.length <= MAX_LINE - 2 && PLAIN.test(line) ? `${line}\r\n` : `${harmless(line)}\r\n`;
  }
  return out;
}

const PLAIN = /^[\x20-\x7e]*$/;

/** Without line breaks and controls that quoted peer input might bring, and cut to the length of a line. */
function harmless(line: string): string {
  const clean = line.replace(/[\0-\x1f\x7f-\x9f]/g, '?');
  return clean.length <= MAX_LINE / 4 ? clean : cutUtf8(clean, MAX_LINE - 2);
}

function cutUtf8(text: string, max: number): string {
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length <= max) return text;
  let end = max;
  while (end > 0 && ((bytes[end] as number) & 0xc0) === 0x80) end--;
  return bytes.toString('utf8', 0, end);
}
