// Message disposition notifications (RFC 8098): the machine-readable part, read and written.
import { asBuffer, utf8 } from '../../base/index.ts';
import { scanHeader } from './header-scan.ts';
import { textForm, valueOctets } from './headers.ts';

export interface DispositionReport {
  readonly reportingUA: string | null;
  readonly mdnGateway: string | null;
  /** `rfc822; ann@example.org` */
  readonly originalRecipient: string | null;
  readonly finalRecipient: string;
  /** With its angle brackets. */
  readonly originalMessageId: string | null;
  readonly disposition: {
    readonly actionMode: ActionMode;
    readonly sendingMode: SendingMode;
    readonly type: DispositionType;
  };
  readonly error: readonly string[] | null;
  /** Further fields by name. */
  readonly extensionFields: Readonly<Record<string, string>> | null;
}

export const ACTION_MODES = ['manual-action', 'automatic-action'] as const;
export const SENDING_MODES = ['mdn-sent-manually', 'mdn-sent-automatically'] as const;
export const DISPOSITION_TYPES = ['deleted', 'dispatched', 'displayed', 'processed'] as const;
export type ActionMode = (typeof ACTION_MODES)[number];
export type SendingMode = (typeof SENDING_MODES)[number];
export type DispositionType = (typeof DISPOSITION_TYPES)[number];

const MAX_FIELDS = 200;

/** Reads the decoded content of a `message/disposition-notification`; undefined when it is none. */
export function parseDisposition(content: Uint8Array): DispositionReport | undefined {
  const buffer = asBuffer(content);
  const { fields } = scanHeader(buffer, 0, undefined, MAX_FIELDS);
  const known = new Map<string, string>();
  const error: string[] = [];
  const extensions: [string, string][] = [];
  for (const field of fields) {
    const text = textForm(valueOctets(buffer, field)).trimEnd();
    if (field.key === 'error') error.push(text);
    else if (KNOWN.has(field.key)) known.set(field.key, text);
    else extensions.push([field.name, text]);
  }
  const disposition = readDisposition(known.get('disposition') ?? '');
  const finalRecipient = known.get('final-recipient');
  if (!disposition || finalRecipient === undefined) return undefined;
  return {
    reportingUA: known.get('reporting-ua') ?? null,
    mdnGateway: known.get('mdn-gateway') ?? null,
    originalRecipient: known.get('original-recipient') ?? null,
    finalRecipient,
    originalMessageId: known.get('original-message-id') ?? null,
    disposition,
    error: error.length > 0 ? error : null,
    extensionFields: extensions.length > 0 ? Object.fromEntries(extensions) : null,
  };
}

const KNOWN: ReadonlySet<string> = new Set([
  'reporting-ua',
  'mdn-gateway',
  'original-recipient',
  'final-recipient',
  'original-message-id',
  'disposition',
]);

/** RFC 8098 §3.2.6: `manual-action/MDN-sent-manually; displayed/error`, in any case. */
function readDisposition(text: string): DispositionReport['disposition'] | undefined {
  const match = /^\s*([a-z-]+)\s*\/\s*([a-z-]+)\s*;\s*([a-z-]+)/.exec(text.toLowerCase());
  const actionMode = ACTION_MODES.find((mode) => mode === match?.[1]);
  const sendingMode = SENDING_MODES.find((mode) => mode === match?.[2]);
  const type = DISPOSITION_TYPES.find((one) => one === match?.[3]);
  return actionMode && sendingMode && type && { actionMode, sendingMode, type };
}

/** The content of a `message/disposition-notification`. Every value must be one line. */
export function writeDisposition(report: DispositionReport): Uint8Array {
  const { disposition } = report;
  const fields: [string, string | null][] = [
    ['Reporting-UA', report.reportingUA],
    ['Original-Recipient', report.originalRecipient],
    ['Final-Recipient', report.finalRecipient],
    ['Original-Message-ID', report.originalMessageId],
    ['Disposition', `${disposition.actionMode}/${SENT[disposition.sendingMode]}; ${disposition.type}`],
    ...Object.entries(report.extensionFields ?? {}),
  ];
  let text = '';
  for (const [name, value] of fields) if (value !== null) text += `${name}: ${value}\r\n`;
  return utf8(text);
}

const SENT: Readonly<Record<SendingMode, string>> = {
  'mdn-sent-manually': 'MDN-sent-manually',
  'mdn-sent-automatically': 'MDN-sent-automatically',
};
