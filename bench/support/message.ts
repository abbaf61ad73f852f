// Messages for load: all different, of a wanted size, with the fields that ordinary mail has.
const LINE = 'The quick brown fox jumps over the lazy dog while the mail server counts its letters.\r\n';

/** A message of about `size` octets; `unique` makes its Message-ID and subject. */
export function loadMessage(size: number, unique: string): Buffer {
  const header =
    `From: "Ann Sender" <sender@example.net>\r\nTo: "Ben Receiver" <ben@example.test>\r\n` +
    `Subject: Load message ${unique}\r\nDate: Fri, 27 Nov 2026 08:00:00 +0000\r\n` +
    `Message-ID: <${unique}@load.example.net>\r\nMIME-Version: 1.0\r\n` +
    `Content-Type: text/plain; charset=utf-8\r\n\r\n${unique}\r\n`;
  const lines = Math.max(0, Math.floor((size - header.length) / LINE.length));
  return Buffer.from(header + LINE.repeat(lines), 'latin1');
}
