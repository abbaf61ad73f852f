// Turns the items of a FETCH into writers (RFC 9051 §7.5.2). What the items need decides what is read: columns only,
// the cold record, or the message as well.
import { encodeId } from '../../base/index.ts';
import {
  encodeUtf8,
  type FetchItem,
  formatDateTime,
  formatString,
  type SimpleFetchItem,
} from '../../formats/imap/index.ts';
import { fieldKeys } from '../../formats/mime/index.ts';
import type { ColdRecord } from '../../mail/index.ts';
import type { MailboxSession } from '../session.ts';
import { type ContentItem, isContent, isHeader } from './content.ts';
import { type FlagForm, flagForm } from './flags.ts';

/** One message on its way out; the same object serves a whole FETCH. */
export interface FetchRow {
  /** Index of the member. */
  index: number;
  /** Row of the e-mail in the view. */
  row: number;
  cold: ColdRecord | undefined;
  /** The whole message, unless it is large or not needed. */
  bytes: Uint8Array | undefined;
}

type Writer = (row: FetchRow) => void;

export interface PlannedContent {
  readonly item: ContentItem;
  readonly label: string;
  /** Header fields that the section names, in lower case. */
  readonly fields: ReadonlySet<string>;
}

export interface FetchPlan {
  readonly needsCold: boolean;
  readonly needsBytes: boolean;
  /** Of the message nothing but its header. */
  readonly headerOnly: boolean;
  /** FLAGS are among the items. */
  readonly flags: boolean;
  /** Set when nothing but flags and UIDs is asked for. */
  readonly flagForm: FlagForm | undefined;
  /** Items that need columns or the cold record only: each writes its name and value. */
  readonly heads: readonly Writer[];
  /** Items that are read from the message, each with the text in front of its value. */
  readonly contents: readonly PlannedContent[];
  /** Written after the contents. */
  readonly tail: Writer | undefined;
  /** A part could not be decoded (RFC 3516 §4.3). */
  unknownEncoding: boolean;
}

export interface PlanOptions {
  /** UID is told whether asked for or not. */
  readonly uid: boolean;
  /** MODSEQ is told whether asked for or not. */
  readonly modseq: boolean;
  /** UIDs whose flags this command has changed: they are told (RFC 9051 §6.4.5). */
  readonly changed: ReadonlySet<number>;
}

export function planFetch(
  session: MailboxSession,
  items: readonly FetchItem[],
  options: PlanOptions,
): FetchPlan {
  const asked = new Set(items.map(({ item }) => item));
  const simple = items.filter((item) => !isContent(item)) as Exclude<FetchItem, ContentItem>[];
  if (options.modseq && !asked.has('MODSEQ')) simple.unshift({ item: 'MODSEQ' });
  if (options.uid && !asked.has('UID')) simple.unshift({ item: 'UID' });
  const contents = items.filter(isContent);
  const space = (position: number): string => (position === 0 ? '' : ' ');
  return {
    needsCold: contents.length > 0 || items.some(({ item }) => COLD.has(item)),
    needsBytes: contents.some(({ item }) => item !== 'BINARY.SIZE'),
    headerOnly: contents.every(isHeader),
    flags: asked.has('FLAGS'),
    flagForm: contents.length === 0 ? flagForm(simple) : undefined,
    heads: simple.map(({ item }, at) => writerOf(session, item, space(at))),
    contents: contents.map((item, at) => ({
      item,
      label: `${space(simple.length + at)}${item.label} `,
      fields: fieldKeys(item.item === 'SECTION' ? item.section.fields : []),
    })),
    tail: options.changed.size > 0 && !asked.has('FLAGS') ? changedFlags(session, options) : undefined,
    unknownEncoding: false,
  };
}

/** Items that the cold record has. */
const COLD: ReadonlySet<string> = new Set(['ENVELOPE', 'BODY', 'BODYSTRUCTURE', 'PREVIEW']);

function writerOf(session: MailboxSession, item: SimpleFetchItem | 'PREVIEW', before: string): Writer {
  const { out, selected, enabled } = session;
  const { view, members, flags } = selected;
  const { ids, received, sizes, threads } = view;
  const { uids } = members;
  const label = `${before}${item} `;
  const open = `${label}(`;
  const forms = enabled.utf8
    ? (cold: ColdRecord | undefined) => (cold as ColdRecord).utf8
    : (cold: ColdRecord | undefined) => cold as ColdRecord;
  // hot: each of these runs for every message of a FETCH
  switch (item) {
    case 'UID':
      return ({ index }) => out.text(label).number(uids[index] as number);
    case 'FLAGS':
      return ({ index }) => out.text(open).text(flags.of(index)).text(')');
    case 'INTERNALDATE':
      return ({ row }) =>
        out
          .text(label)
          .text('"')
          .text(formatDateTime(received[row] as number))
          .text('"');
    case 'RFC822.SIZE':
      return ({ row }) => out.text(label).number(sizes[row] as number);
    case 'MODSEQ':
      return ({ index }) => out.text(open).number(members.modseq(index)).text(')');
    case 'ENVELOPE':
      return ({ cold }) => out.text(label).raw(forms(cold).envelope);
    case 'BODY':
      return ({ cold }) => out.text(label).raw(forms(cold).body);
    case 'BODYSTRUCTURE':
      return ({ cold }) => out.text(label).raw(forms(cold).bodyStructure);
    case 'EMAILID':
      return ({ row }) =>
        out
          .text(open)
          .text(encodeId(ids[row] as number))
          .text(')');
    case 'THREADID':
      return ({ row }) =>
        out
          .text(open)
          .text(encodeId(threads[row] as number))
          .text(')');
    case 'PREVIEW':
      return ({ cold }) =>
        out.text(label).text(formatString(encodeUtf8((cold as ColdRecord).preview), { utf8: enabled.utf8 }));
    case 'SAVEDATE':
      // RFC 8514 §4.2: NIL where no such date is kept.
      return () => out.text(label).text('NIL');
  }
}

function changedFlags({ out, selected, enabled }: MailboxSession, { changed }: PlanOptions): Writer {
  const { members, flags } = selected;
  return ({ index }) => {
    if (!changed.has(members.uids[index] as number)) return;
    out.text(' FLAGS (').text(flags.of(index)).text(')');
    if (enabled.condstore) out.text(' MODSEQ (').number(members.modseq(index)).text(')');
  };
}
