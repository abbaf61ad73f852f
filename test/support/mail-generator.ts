// Generates mail as it is met in the world, from a seed: plain and HTML, nested multiparts, attachments,
// attached messages, many character sets, reports, lists, and broken mail. Each comes with what a reader
// must find in it. Written without the project's own builder, so that it can test it and the parser alike.
import {
  type ExpectedAddress,
  addressText,
  base64Lines,
  CRLF,
  crlf,
  dateText,
  fileName,
  latin,
  subjectText,
  textPart,
} from './mail-text.ts';
import { type Random, seededRandom } from './random.ts';

export interface GeneratedMail {
  readonly shape: MailShape;
  readonly bytes: Uint8Array;
  readonly messageId: string;
  /** Milliseconds since 1970 of the Date field. */
  readonly date: number;
  readonly subject: string;
  readonly from: ExpectedAddress;
  readonly to: readonly ExpectedAddress[];
  /** Identifier of the message this one answers. */
  readonly inReplyTo: string | null;
  /** Text of the plain part, with LF; null when there is none. */
  readonly text: string | null;
  /** Text of the HTML part, with LF; null when there is none. */
  readonly html: string | null;
  readonly attachments: readonly {
    readonly name: string;
    readonly type: string;
    readonly content: Uint8Array;
  }[];
  /** The message breaks a standard on purpose; values above need not be found in it. */
  readonly isBroken: boolean;
}

export const MAIL_SHAPES = [
  'plain',
  'html',
  'alternative',
  'related',
  'attachment',
  'nested',
  'forwarded',
  'digest',
  'charset',
  'eightBit',
  'list',
  'invitation',
  'report',
  'signed',
  'hugeHeader',
  'bigAttachment',
  'noMime',
  'broken',
] as const;
export type MailShape = (typeof MAIL_SHAPES)[number];

/** How often each shape comes in a mailbox, in parts of their sum. */
const WEIGHTS: Readonly<Record<MailShape, number>> = {
  plain: 20,
  html: 10,
  alternative: 30,
  related: 6,
  attachment: 10,
  nested: 4,
  forwarded: 3,
  digest: 1,
  charset: 4,
  eightBit: 3,
  list: 6,
  invitation: 2,
  report: 2,
  signed: 2,
  hugeHeader: 1,
  bigAttachment: 1,
  noMime: 2,
  broken: 3,
};

export interface GeneratorOptions {
  /** Domain of the generated addresses. Default `example.org`. */
  readonly domain?: string;
  /** Octets of the attachment of `bigAttachment`, before base64. Default 1 MiB. */
  readonly bigAttachmentSize?: number;
  /** Recipients are drawn from these; by default they are made up. */
  readonly recipients?: readonly string[];
}

/** A stream of mail: messages differ, and about a third answers an earlier one. */
export interface MailGenerator {
  next(shape?: MailShape): GeneratedMail;
}

export function mailGenerator(seed: number, options: GeneratorOptions = {}): MailGenerator {
  const random = seededRandom(seed);
  const earlier: GeneratedMail[] = [];
  let serial = 0;
  return {
    next: (shape = weighted(random)) => {
      const parent = earlier.length > 0 && random.chance(0.35) ? random.pick(earlier) : undefined;
      const mail = new Composer(random, options, seed, ++serial, shape, parent).compose();
      if (!mail.isBroken) earlier.push(mail);
      if (earlier.length > 200) earlier.shift();
      return mail;
    },
  };
}

/** One message of a seed. */
export const generateMail = (seed: number, shape?: MailShape, options?: GeneratorOptions): GeneratedMail =>
  mailGenerator(seed, options).next(shape);

function weighted(random: Random): MailShape {
  let left = random.next() * Object.values(WEIGHTS).reduce((sum, weight) => sum + weight, 0);
  for (const shape of MAIL_SHAPES) {
    left -= WEIGHTS[shape];
    if (left < 0) return shape;
  }
  return 'plain';
}

const WORDS =
  'account after again agenda answer attached before budget call change check client contract copy customer date day delivery design document draft email figure file final first friday hello invoice issue last list mail meeting minute monday month morning note number offer office order paper plan please price project question quote reply report review room schedule server service sheet sign status summary team thanks today tomorrow train update version visit week work year'.split(
    ' ',
  );
const NAMES = [
  'Ada',
  'Björn',
  'Chloé',
  'Dana',
  'Émile',
  'Łukasz',
  'Mei',
  'Nadia',
  'Oleg',
  'Zoë',
  '太郎',
  'Σοφία',
  'Иван',
];
const FAMILIES = [
  'Archer',
  'Brandt',
  'Čapek',
  'Díaz',
  'Ek',
  'Fischer',
  'Green',
  'Ivanov',
  'Müller',
  "O'Neil",
  '山田',
];

/** Text that each character set can express. */
const CHARSET_TEXTS: readonly (readonly [charset: string, sample: string])[] = [
  ['utf-8', 'Grüße aus Köln, žluťoučký kůň, 日本語テキスト, привет 🎉'],
  ['iso-8859-1', 'Déjà vu: Füße, mañana, señor, ça va'],
  ['iso-8859-2', 'Příliš žluťoučký kůň úpěl ďábelské ódy'],
  ['iso-8859-15', 'Preis: 20 € für Œuvre'],
  ['windows-1252', 'Smart “quotes” – and dashes — 50 €'],
  ['windows-1251', 'Съешь ещё этих мягких французских булок'],
  ['koi8-r', 'В чащах юга жил бы цитрус'],
  ['windows-1253', 'Ξεσκεπάζω την ψυχοφθόρα βδελυγμία'],
  ['shift_jis', '日本語のテキストです。カタカナ'],
  ['euc-jp', '日本語のテキストです。ひらがな'],
  ['gb2312', '中文简体字测试内容'],
  ['gb18030', '中文简体字测试内容，龍'],
  ['big5', '中文繁體字測試內容'],
  ['euc-kr', '한국어 텍스트 시험'],
  ['windows-874', 'ภาษาไทยทดสอบ'],
];

interface Content {
  readonly text: string | null;
  readonly html: string | null;
  readonly attachments: { name: string; type: string; content: Uint8Array }[];
  readonly body: Buffer;
  /** Content-* fields of the root. */
  readonly fields: string;
  readonly isBroken?: boolean;
}

/** Header and body of a part as one. */
type Entity = Buffer;

const EPOCH = Date.UTC(2026, 0, 1);

class Composer {
  readonly #random: Random;
  readonly #options: GeneratorOptions;
  readonly #serial: number;
  readonly #shape: MailShape;
  readonly #parent: GeneratedMail | undefined;
  readonly #seed: number;
  #boundaries = 0;

  constructor(
    random: Random,
    options: GeneratorOptions,
    seed: number,
    serial: number,
    shape: MailShape,
    parent: GeneratedMail | undefined,
  ) {
    this.#random = random;
    this.#options = options;
    this.#seed = seed;
    this.#serial = serial;
    this.#shape = shape;
    this.#parent = parent;
  }

  compose(): GeneratedMail {
    const random = this.#random;
    const domain = this.#options.domain ?? 'example.org';
    const from = this.#person(domain);
    const to = Array.from({ length: 1 + random.below(4) }, () => this.#recipient(domain));
    const messageId = `${this.#seed}.${this.#serial}.${random.below(1e9)}@${domain}`;
    const date = EPOCH + this.#serial * 97_000 + random.below(60) * 1000;
    const subject = this.#subject();
    const content = this.#content();
    const fields: string[] = [];
    if (this.#shape === 'hugeHeader') fields.push(...this.#trace(40));
    else fields.push(...this.#trace(random.below(4)));
    fields.push(
      `From: ${addressText(from, random)}`,
      `To: ${to.map((a) => addressText(a, random)).join(`,${CRLF} `)}`,
      `Subject: ${subjectText(subject, random)}`,
      `Date: ${dateText(date, random.pick([0, 0, 60, 120, -300, 330]))}`,
      `Message-ID: <${messageId}>`,
    );
    if (this.#parent !== undefined) {
      fields.push(`In-Reply-To: <${this.#parent.messageId}>`, `References: <${this.#parent.messageId}>`);
    }
    if (this.#shape === 'list') {
      fields.push(
        `List-Id: Team list <team.${domain}>`,
        `List-Unsubscribe: <mailto:leave@${domain}>,${CRLF}\t<https://${domain}/leave?id=${this.#serial}>`,
        'Precedence: list',
      );
    }
    if (this.#shape === 'hugeHeader') {
      for (let i = 0; i < 200; i++) fields.push(`X-Filler-${i}: ${this.#sentence(60)}`);
      fields.push(`X-Long: ${Array.from({ length: 300 }, () => random.pick(WORDS)).join(`${CRLF}\t`)}`);
    }
    if (this.#shape !== 'noMime') fields.push('MIME-Version: 1.0');
    const bytes = Buffer.concat([
      latin(fields.join(CRLF) + CRLF),
      latin(content.fields),
      latin(CRLF),
      content.body,
    ]);
    return {
      shape: this.#shape,
      bytes: content.isBroken === true ? this.#damage(bytes) : bytes,
      messageId,
      date,
      subject,
      from,
      to,
      inReplyTo: this.#parent?.messageId ?? null,
      text: content.text,
      html: content.html,
      attachments: content.attachments,
      isBroken: content.isBroken === true,
    };
  }

  #person(domain: string): ExpectedAddress {
    const random = this.#random;
    const email = `${random.pick(WORDS)}.${random.below(1000)}@${domain}`;
    if (random.chance(0.15)) return { name: null, email };
    return { name: `${random.pick(NAMES)} ${random.pick(FAMILIES)}`, email };
  }

  #recipient(domain: string): ExpectedAddress {
    const { recipients } = this.#options;
    if (recipients === undefined || recipients.length === 0) return this.#person(domain);
    return { name: null, email: this.#random.pick(recipients) };
  }

  #subject(): string {
    const random = this.#random;
    if (this.#parent !== undefined) {
      const base = this.#parent.subject.replace(/^(?:(?:Re|AW|Fwd): )+/, '');
      return `${random.pick(['Re', 'Re', 'AW', 'Fwd'])}: ${base}`;
    }
    const words = this.#sentence(2 + random.below(6));
    return random.chance(0.3) ? `${words} ${random.pick(CHARSET_TEXTS)[1].slice(0, 40)}`.trim() : words;
  }

  #trace(count: number): string[] {
    const random = this.#random;
    return Array.from({ length: count }, (_, hop) => {
      const ip = `192.0.2.${random.below(255)}`;
      return `Received: from relay${hop}.example.net (relay${hop}.example.net [${ip}])${CRLF}\tby mx.example.org with ESMTPS id ${random.below(1e9).toString(36)};${CRLF}\t${dateText(EPOCH, 0)}`;
    });
  }

  #sentence(words: number): string {
    return Array.from({ length: words }, () => this.#random.pick(WORDS)).join(' ');
  }

  #paragraphs(count: number): string {
    return Array.from({ length: count }, () =>
      Array.from(
        { length: 1 + this.#random.below(4) },
        () => `${this.#sentence(6 + this.#random.below(5))}.`,
      ).join('\n'),
    ).join('\n\n');
  }

  #htmlOf(text: string): string {
    const paragraphs = text.split('\n\n').map((p) => `<p style="margin:0">${p.replaceAll('\n', '<br>')}</p>`);
    return `<!DOCTYPE html>\n<html><head><title>Mail</title><style>p { color: black }</style></head>\n<body>\n${paragraphs.join('\n')}\n</body></html>`;
  }

  #content(): Content {
    const random = this.#random;
    const text = this.#paragraphs(1 + random.below(4));
    switch (this.#shape) {
      case 'html':
        return this.#lone(this.#htmlOf(text), 'text/html');
      case 'alternative':
        return this.#alternative(text);
      case 'related':
        return this.#related(text);
      case 'attachment':
        return this.#mixed(text, 1 + random.below(3), 200 + random.below(20_000));
      case 'bigAttachment':
        return this.#mixed(text, 1, this.#options.bigAttachmentSize ?? 1024 * 1024);
      case 'nested':
        return this.#nested(text);
      case 'forwarded':
      case 'digest':
        return this.#forwarded(text);
      case 'charset':
        return this.#inCharset();
      case 'eightBit':
        return this.#eightBit(text);
      case 'invitation':
        return this.#invitation(text);
      case 'report':
        return this.#report(text);
      case 'signed':
        return this.#signed(text);
      case 'noMime':
        return { text, html: null, attachments: [], fields: '', body: latin(crlf(text)) };
      case 'broken':
        return { ...this.#mixed(text, 1 + random.below(2), 500), isBroken: true };
      default:
        return this.#lone(text, 'text/plain');
    }
  }

  #boundary(): string {
    return `----=_Part_${++this.#boundaries}_${this.#random.below(1e9)}`;
  }

  #lone(text: string, type: string, charset = 'utf-8'): Content {
    const isHtml = type === 'text/html';
    const { fields, body } = textPart(text, type, charset, this.#random);
    return { text: isHtml ? null : text, html: isHtml ? text : null, attachments: [], fields, body };
  }

  #multipart(
    subtype: string,
    children: readonly Entity[],
    parameters = '',
  ): { fields: string; body: Buffer } {
    const boundary = this.#boundary();
    const pieces: Buffer[] = [];
    if (this.#random.chance(0.5)) pieces.push(latin(`This is a multi-part message in MIME format.${CRLF}`));
    for (const child of children) pieces.push(latin(`--${boundary}${CRLF}`), child, latin(CRLF));
    pieces.push(latin(`--${boundary}--${CRLF}`));
    if (this.#random.chance(0.2)) pieces.push(latin(`epilogue${CRLF}`));
    return {
      fields: `Content-Type: multipart/${subtype};${CRLF}\tboundary="${boundary}"${parameters}${CRLF}`,
      body: Buffer.concat(pieces),
    };
  }

  #textEntity(text: string, type: string): Entity {
    const { fields, body } = textPart(text, type, 'utf-8', this.#random);
    return Buffer.concat([latin(fields + CRLF), body]);
  }

  #attachment(size: number): { entity: Entity; name: string; type: string; content: Uint8Array } {
    const random = this.#random;
    const type = random.pick(['application/pdf', 'image/png', 'application/zip', 'application/octet-stream']);
    const base = random.pick(['report', 'Übersicht', '資料', 'a b (1)', 'invoice 2026', "l'été"]);
    const name = `${base}-${random.below(1000)}.${type.split('/')[1]?.slice(0, 3) ?? 'bin'}`;
    const content = random.bytes(size);
    const fields = `Content-Type: ${type}${CRLF}Content-Transfer-Encoding: base64${CRLF}Content-Disposition: attachment; ${fileName(name, random)}${CRLF}`;
    return { entity: Buffer.concat([latin(fields + CRLF), base64Lines(content)]), name, type, content };
  }

  #mixed(text: string, count: number, size: number): Content {
    const attachments = Array.from({ length: count }, () => this.#attachment(size));
    const children = [this.#textEntity(text, 'text/plain'), ...attachments.map((a) => a.entity)];
    return { ...this.#multipart('mixed', children), text, html: null, attachments };
  }

  #alternative(text: string): Content {
    const html = this.#htmlOf(text);
    const children = [this.#textEntity(text, 'text/plain'), this.#textEntity(html, 'text/html')];
    return { ...this.#multipart('alternative', children), text, html, attachments: [] };
  }

  #related(text: string): Content {
    const cid = `image${this.#serial}@${this.#random.below(1e6)}`;
    const html = this.#htmlOf(text).replace('</body>', `<img src="cid:${cid}" alt="logo"></body>`);
    const image = latin(
      `Content-Type: image/gif; name="logo.gif"${CRLF}Content-Transfer-Encoding: base64${CRLF}Content-ID: <${cid}>${CRLF}Content-Disposition: inline; filename="logo.gif"${CRLF}${CRLF}`,
    );
    const content = this.#random.bytes(300);
    const related = this.#multipart('related', [
      this.#textEntity(html, 'text/html'),
      Buffer.concat([image, base64Lines(content)]),
    ]);
    const inner = Buffer.concat([latin(related.fields + CRLF), related.body]);
    return {
      ...this.#multipart('alternative', [this.#textEntity(text, 'text/plain'), inner]),
      text,
      html,
      attachments: [{ name: 'logo.gif', type: 'image/gif', content }],
    };
  }

  #nested(text: string): Content {
    const depth = 2 + this.#random.below(6);
    let inner = this.#alternative(text);
    const { html } = inner;
    const attachments = [];
    for (let level = 0; level < depth; level++) {
      const file = this.#attachment(100 + this.#random.below(400));
      attachments.unshift(file);
      const child = Buffer.concat([latin(inner.fields + CRLF), inner.body]);
      inner = { ...this.#multipart('mixed', [child, file.entity]), text, html, attachments: [] };
    }
    attachments.reverse();
    return { ...inner, text, html, attachments };
  }

  #forwarded(text: string): Content {
    const inner = generateMail(
      this.#random.below(1e9),
      this.#random.pick(['plain', 'alternative', 'attachment'] as const),
    );
    const bytes = Buffer.from(inner.bytes);
    const type = `Content-Type: message/rfc822${CRLF}Content-Disposition: attachment; filename="forwarded.eml"${CRLF}${CRLF}`;
    const attachments = [{ name: 'forwarded.eml', type: 'message/rfc822', content: bytes }];
    if (this.#shape === 'digest') {
      const digest = this.#multipart('digest', [
        Buffer.concat([latin(CRLF), bytes]),
        Buffer.concat([latin(CRLF), bytes]),
      ]);
      const entity = Buffer.concat([latin(digest.fields + CRLF), digest.body]);
      return {
        ...this.#multipart('mixed', [this.#textEntity(text, 'text/plain'), entity]),
        text,
        html: null,
        attachments: [],
      };
    }
    const children = [this.#textEntity(text, 'text/plain'), Buffer.concat([latin(type), bytes])];
    return { ...this.#multipart('mixed', children), text, html: null, attachments };
  }

  #inCharset(): Content {
    const [charset, sample] = this.#random.pick(CHARSET_TEXTS);
    return this.#lone(`${sample}\n${this.#sentence(5)}\n${sample}`, 'text/plain', charset);
  }

  #eightBit(text: string): Content {
    const whole = `${text}\n${CHARSET_TEXTS[0]?.[1] ?? ''}`;
    return {
      text: whole,
      html: null,
      attachments: [],
      fields: `Content-Type: text/plain; charset=UTF-8${CRLF}Content-Transfer-Encoding: 8bit${CRLF}`,
      body: Buffer.from(crlf(whole), 'utf8'),
    };
  }

  #invitation(text: string): Content {
    const calendar = `BEGIN:VCALENDAR\nVERSION:2.0\nMETHOD:REQUEST\nBEGIN:VEVENT\nUID:${this.#serial}@${this.#seed}\nDTSTAMP:20260101T000000Z\nDTSTART:20260102T090000Z\nSUMMARY:${this.#sentence(3)}\nEND:VEVENT\nEND:VCALENDAR`;
    const part = latin(
      `Content-Type: text/calendar; charset=utf-8; method=REQUEST${CRLF}Content-Transfer-Encoding: 7bit${CRLF}${CRLF}${crlf(calendar)}`,
    );
    return {
      ...this.#multipart('alternative', [this.#textEntity(text, 'text/plain'), part]),
      text,
      html: null,
      attachments: [],
    };
  }

  #report(text: string): Content {
    const status = latin(
      `Content-Type: message/delivery-status${CRLF}${CRLF}Reporting-MTA: dns; mx.example.org${CRLF}${CRLF}Final-Recipient: rfc822; gone@example.net${CRLF}Action: failed${CRLF}Status: 5.1.1${CRLF}`,
    );
    const headers = latin(
      `Content-Type: text/rfc822-headers${CRLF}${CRLF}From: a@example.org${CRLF}Subject: lost${CRLF}`,
    );
    return {
      ...this.#multipart(
        'report',
        [this.#textEntity(text, 'text/plain'), status, headers],
        '; report-type=delivery-status',
      ),
      text,
      html: null,
      attachments: [],
    };
  }

  #signed(text: string): Content {
    const signature = latin(
      `Content-Type: application/pgp-signature; name="signature.asc"${CRLF}Content-Description: OpenPGP digital signature${CRLF}${CRLF}-----BEGIN PGP SIGNATURE-----${CRLF}${CRLF}${base64Lines(this.#random.bytes(96)).toString('latin1')}-----END PGP SIGNATURE-----${CRLF}`,
    );
    return {
      ...this.#multipart(
        'signed',
        [this.#textEntity(text, 'text/plain'), signature],
        '; micalg=pgp-sha256; protocol="application/pgp-signature"',
      ),
      text,
      html: null,
      attachments: [],
    };
  }

  /** Breaks a message in one of the ways that are seen. */
  #damage(bytes: Buffer): Uint8Array {
    const random = this.#random;
    const text = bytes.toString('latin1');
    const at = random.below(text.length);
    const damages: (() => string)[] = [
      () => text.slice(0, at),
      () => text.replaceAll(CRLF, '\n'),
      () => text.replace(/boundary="[^"]*"/, 'boundary='),
      () => text.replace(/--[^\r\n]*--\r\n/, ''),
      () => `${text.slice(0, at)}\0\0${text.slice(at)}`,
      () => `${text.slice(0, at)}\r${text.slice(at)}`,
      () => text.replace('Subject:', 'no colon here\r\nSubject:'),
      () => text.replace(/charset="?utf-8"?/gi, 'charset=x-nobody-knows'),
      () => text.replace(/Content-Transfer-Encoding: [^\r]*/g, 'Content-Transfer-Encoding: quoted-printable'),
      () => text.replace('From: ', 'From: "unclosed '),
      () => `Content-Type: text/plain\r\n${text}`,
      () => text.replace(/\r\n\r\n/, '\r\n'),
      () => `From joe Mon Jan  1 00:00:00 2026\r\n${text}`,
      () => text.replace('To: ', `To: ${'(('.repeat(50)}`),
      () => `${text.slice(0, at)}\xff\xfe\x80${text.slice(at)}`,
    ];
    return latin(random.pick(damages)());
  }
}
