// Header field names that are common in mail: their lower-case form without a conversion per field, and a
// number for the stored form. The order is part of the stored form: only append.
import { latin1Slice } from './text.ts';

const NAMES = [
  'Return-Path',
  'Received',
  'Authentication-Results',
  'DKIM-Signature',
  'From',
  'To',
  'Cc',
  'Bcc',
  'Subject',
  'Date',
  'Message-ID',
  'Message-Id',
  'In-Reply-To',
  'References',
  'Reply-To',
  'Sender',
  'MIME-Version',
  'Mime-Version',
  'Content-Type',
  'Content-Transfer-Encoding',
  'Content-Disposition',
  'Content-ID',
  'Content-Id',
  'Content-Description',
  'Content-Language',
  'Content-Location',
  'Content-MD5',
  'X-Mailer',
  'User-Agent',
  'X-Priority',
  'Importance',
  'Priority',
  'Precedence',
  'List-Id',
  'List-ID',
  'List-Unsubscribe',
  'List-Unsubscribe-Post',
  'List-Subscribe',
  'List-Post',
  'List-Help',
  'List-Archive',
  'List-Owner',
  'Errors-To',
  'Delivered-To',
  'X-Original-To',
  'Received-SPF',
  'ARC-Seal',
  'ARC-Message-Signature',
  'ARC-Authentication-Results',
  'X-Spam-Status',
  'X-Spam-Score',
  'X-Spam-Level',
  'X-Spam-Flag',
  'X-Spam-Result',
  'X-Spam-Checker-Version',
  'X-Virus-Scanned',
  'X-Received',
  'X-Google-DKIM-Signature',
  'X-Google-Smtp-Source',
  'X-Gm-Message-State',
  'X-Forwarded-To',
  'X-Forwarded-For',
  'X-MS-Has-Attach',
  'X-MS-TNEF-Correlator',
  'X-MS-Exchange-Organization-SCL',
  'X-MS-Exchange-CrossTenant-Id',
  'X-OriginatorOrg',
  'Thread-Topic',
  'Thread-Index',
  'Accept-Language',
  'X-Originating-IP',
  'X-Report-Abuse',
  'Feedback-ID',
  'X-Feedback-ID',
  'X-Mailgun-Sid',
  'X-SG-EID',
  'X-SES-Outgoing',
  'X-Entity-ID',
  'X-Campaign',
  'X-CampaignID',
  'Auto-Submitted',
  'X-Auto-Response-Suppress',
  'Disposition-Notification-To',
  'Return-Receipt-To',
  'Resent-From',
  'Resent-To',
  'Resent-Date',
  'Resent-Message-ID',
  'Resent-Cc',
  'Resent-Bcc',
  'Resent-Sender',
  'Comments',
  'Keywords',
  'Organization',
  'X-MimeOLE',
  'X-MSMail-Priority',
  'X-Accept-Language',
  'X-Loop',
  'X-BeenThere',
  'X-Mailman-Version',
  'X-Beenthere',
  'Mailing-List',
  'List-Software',
  'X-List',
  'Autocrypt',
  'TLS-Required',
  'Archived-At',
  'Encoding',
  'Envelope-To',
  'X-Envelope-From',
  'X-Envelope-To',
  'X-UID',
  'Status',
  'X-Status',
  'X-Keywords',
  'X-Mozilla-Status',
  'X-Attachment-Id',
  'X-GitHub-Sender',
  'X-GitHub-Recipient',
  'X-GitHub-Reason',
  'X-Face',
  'Face',
  'Newsgroups',
  'Path',
  'Lines',
  'Xref',
  'Content-Class',
  'Content-Duration',
  'Content-Features',
  'Original-Recipient',
  'MIME-version',
  'Content-type',
  'Content-transfer-encoding',
  'Content-disposition',
  'Content-id',
  'content-type',
  'from',
  'to',
  'subject',
  'date',
  'message-id',
  'SUBJECT',
  'CC',
  'Message-id',
  'X-Mailer-Version',
  'X-Sender',
  'X-Authority-Analysis',
] as const;

interface KnownName {
  readonly name: string;
  /** In lower case. */
  readonly key: string;
}

const NUMBERS = new Map<string, number>(NAMES.map((name, index) => [name, index + 1]));

/** Names by a hash of their octets, with linear probing; most of it is empty. */
const TABLE_SIZE = 1024;
const TABLE: (KnownName | undefined)[] = Array.from({ length: TABLE_SIZE }, () => undefined);
for (const name of NAMES) {
  let slot = hashOf(Buffer.from(name, 'latin1'), 0, name.length);
  while (TABLE[slot] !== undefined) slot = (slot + 1) % TABLE_SIZE;
  TABLE[slot] = { name, key: name.toLowerCase() };
}

function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = end - start;
  for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + (bytes[i] as number)) | 0;
  return (hash ^ (hash >>> 10)) & (TABLE_SIZE - 1);
}

/** The field name that stands in a range; the common ones without making a string. */
export function nameAt(bytes: Buffer, start: number, end: number): KnownName {
  // hot: per header field
  let slot = hashOf(bytes, start, end);
  for (let known = TABLE[slot]; known !== undefined; known = TABLE[slot]) {
    if (isName(known.name, bytes, start, end)) return known;
    slot = (slot + 1) % TABLE_SIZE;
  }
  const name = latin1Slice(bytes, start, end);
  return { name, key: name.toLowerCase() };
}

function isName(name: string, bytes: Uint8Array, start: number, end: number): boolean {
  if (name.length !== end - start) return false;
  for (let i = start; i < end; i++) if (name.charCodeAt(i - start) !== bytes[i]) return false;
  return true;
}

const KEYS = new Map<string, string>(NAMES.map((name) => [name, name.toLowerCase()]));

/** The name in lower case. */
export const nameKey = (name: string): string => KEYS.get(name) ?? name.toLowerCase();

/** Stored number of a name, from 1; 0 when it has none. */
export const nameNumber = (name: string): number => NUMBERS.get(name) ?? 0;

/** Name of a stored number, or undefined when this version does not know it. */
export const nameOfNumber = (number: number): string | undefined => NAMES[number - 1];
