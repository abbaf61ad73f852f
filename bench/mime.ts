// Parse throughput against postal-mime: both read the same messages in one alternating run, and the medians
// of the rounds are compared. `structure` is what delivery needs (part table); `everything` decodes as much
// as postal-mime returns: all header values, addresses, texts and attachments.
import PostalMime from 'postal-mime';
import {
  decodePart,
  imapTexts,
  type Message,
  parseMessage,
  partText,
  preview,
  rawHeaders,
} from '../src/formats/mime/index.ts';
import { addressesForm, encodeMessage, parseDate, textForm, valueOctets } from '../src/formats/mime/index.ts';
import { generateMail } from '../test/support/mail-generator.ts';

const ROUNDS = 7;
const ROUND_MS = 250;

/** A usual message of 5 KB: trace fields, plain text, HTML with an inline image. */
function small(): Uint8Array {
  let best = generateMail(1, 'related').bytes;
  for (let seed = 2; Math.abs(best.length - 5000) > 50 && seed < 5000; seed++) {
    const { bytes } = generateMail(seed, seed % 2 === 0 ? 'alternative' : 'related');
    if (Math.abs(bytes.length - 5000) < Math.abs(best.length - 5000)) best = bytes;
  }
  return best;
}

const ADDRESS_FIELDS = new Set(['from', 'sender', 'reply-to', 'to', 'cc', 'bcc']);

/** Decodes what a reader shows. */
function everything(bytes: Uint8Array): number {
  const message = parseMessage(bytes);
  let size = 0;
  for (const part of message.parts) {
    if (part.parent < 0) {
      for (const field of part.fields) {
        const value = valueOctets(bytes, field);
        size += ADDRESS_FIELDS.has(field.key) ? addressesForm(value).length : textForm(value).length;
        if (field.key === 'date') size += parseDate(value)?.offset ?? 0;
      }
    }
    if (part.children.length > 0) continue;
    size +=
      part.type === 'text' && part.disposition !== 'attachment'
        ? partText(bytes, part).text.length
        : decodePart(bytes, part).length;
  }
  return size;
}

/** What a delivery stores of a message. */
function record(bytes: Uint8Array): number {
  const message: Message = parseMessage(bytes);
  const { classic } = imapTexts(message, bytes);
  return (
    encodeMessage(message).length +
    classic.envelope.length +
    preview(message, bytes).length +
    rawHeaders(bytes, message.parts[0]).length
  );
}

interface Contender {
  readonly name: string;
  readonly run: (bytes: Uint8Array) => unknown;
  readonly rates: number[];
}

async function rate(run: Contender['run'], bytes: Uint8Array): Promise<number> {
  const start = performance.now();
  let count = 0;
  while (performance.now() - start < ROUND_MS) {
    for (let i = 0; i < (bytes.length > 100_000 ? 1 : 20); i++) {
      await run(bytes);
      count++;
    }
  }
  return (count * 1000) / (performance.now() - start);
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

async function compare(title: string, bytes: Uint8Array): Promise<void> {
  const contenders: Contender[] = [
    { name: 'postal-mime', run: (b) => PostalMime.parse(b), rates: [] },
    { name: 'structure', run: parseMessage, rates: [] },
    { name: 'record', run: record, rates: [] },
    { name: 'everything', run: everything, rates: [] },
  ];
  for (const { run } of contenders) await rate(run, bytes);
  for (let round = 0; round < ROUNDS; round++) {
    for (const contender of contenders) contender.rates.push(await rate(contender.run, bytes));
  }
  const base = median(contenders[0]?.rates ?? []);
  process.stdout.write(`${title}, ${bytes.length} octets, median of ${ROUNDS} rounds\n`);
  for (const { name, rates } of contenders) {
    const value = median(rates);
    const megabytes = (value * bytes.length) / 1e6;
    process.stdout.write(
      `  ${name.padEnd(12)} ${value.toFixed(0).padStart(8)} messages/s ${megabytes.toFixed(0).padStart(6)} MB/s  ${(value / base).toFixed(1).padStart(6)}x\n`,
    );
  }
}

await compare('small multipart', small());
await compare('1 MiB attachment', generateMail(7, 'bigAttachment').bytes);
