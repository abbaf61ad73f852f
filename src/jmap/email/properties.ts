// Which properties of an Email a client asked for, checked once for a whole call (RFC 8621 §4.1, §4.2).
import { wrong } from '../../formats/jmap/index.ts';
import { type HeaderProperty, isFormAllowed, parseHeaderProperty } from '../../formats/mime/index.ts';
import { CONVENIENCE } from './draft-headers.ts';

export interface BodyArguments {
  readonly bodyProperties: readonly string[] | null;
  readonly fetchTextBodyValues: boolean;
  readonly fetchHTMLBodyValues: boolean;
  readonly fetchAllBodyValues: boolean;
  readonly maxBodyValueBytes: number;
}

/** A header property and the name under which it is answered. */
export interface NamedHeader {
  readonly property: string;
  readonly header: HeaderProperty;
}

export type MetadataName =
  | 'id'
  | 'blobId'
  | 'threadId'
  | 'mailboxIds'
  | 'keywords'
  | 'size'
  | 'receivedAt'
  | 'hasAttachment'
  | 'preview';
export type BodyName = 'bodyValues' | 'textBody' | 'htmlBody' | 'attachments' | 'bodyStructure' | 'headers';

export type EmailProperty =
  | { readonly kind: 'metadata'; readonly name: MetadataName }
  | ({ readonly kind: 'header' } & NamedHeader)
  | { readonly kind: 'body'; readonly name: BodyName };

export interface PartProperties {
  /** Plain properties in the order asked. */
  readonly names: readonly string[];
  readonly headers: readonly NamedHeader[];
  readonly subParts: boolean;
  /** They were asked for by name: parts that have none say so. */
  readonly subPartsNamed: boolean;
  readonly allHeaders: boolean;
}

/** What a call wants of each Email. */
export interface EmailPlan {
  readonly properties: readonly EmailProperty[];
  readonly part: PartProperties;
  readonly values: BodyArguments;
  /** Something of the cold record is needed. */
  readonly needsCold: boolean;
  /** Header bytes of the message itself are needed. */
  readonly needsHeader: boolean;
  /** Header bytes of its parts are needed. */
  readonly needsPartHeaders: boolean;
  /** Bodies of text parts are needed. */
  readonly needsBodies: boolean;
  /** Those of `properties` that the columns know, and the others. */
  readonly hot: readonly EmailProperty[];
  readonly cold: readonly EmailProperty[];
  /** Names `cold` when none of it is a body: what lists show. */
  readonly listKey: string | undefined;
}

const METADATA: readonly MetadataName[] = [
  'id',
  'blobId',
  'threadId',
  'mailboxIds',
  'keywords',
  'size',
  'receivedAt',
  'hasAttachment',
  'preview',
];
const BODY: readonly BodyName[] = [
  'bodyValues',
  'textBody',
  'htmlBody',
  'attachments',
  'bodyStructure',
  'headers',
];
const DEFAULT = [
  ...METADATA.slice(0, 7),
  ...CONVENIENCE.keys(),
  'hasAttachment',
  'preview',
  'bodyValues',
  'textBody',
  'htmlBody',
  'attachments',
];
const PART_NAMES = [
  'partId',
  'blobId',
  'size',
  'name',
  'type',
  'charset',
  'disposition',
  'cid',
  'language',
  'location',
];
/** Metadata that the columns in memory know. */
const HOT: ReadonlySet<string> = new Set(['id', 'threadId', 'mailboxIds', 'keywords', 'size', 'receivedAt']);

const MAX_PROPERTIES = 500;

/** Throws `Invalid` for a property that no Email or part has. An Email without id is one that is not stored. */
export function planEmail(
  names: readonly string[] | null,
  values: BodyArguments,
  { withId }: { readonly withId: boolean } = { withId: true },
): EmailPlan {
  const asked = names ?? DEFAULT;
  if (asked.length > MAX_PROPERTIES) wrong('properties', `holds more than ${MAX_PROPERTIES} names`);
  const properties = [...new Set(withId ? ['id', ...asked] : asked)].map((name) =>
    emailProperty(name, 'properties'),
  );
  const part = planPart(values.bodyProperties);
  const body = new Set(properties.map((property) => (property.kind === 'body' ? property.name : undefined)));
  const lists =
    body.has('textBody') || body.has('htmlBody') || body.has('attachments') || body.has('bodyStructure');
  const fetches = values.fetchTextBodyValues || values.fetchHTMLBodyValues || values.fetchAllBodyValues;
  const hot = properties.filter(isHot);
  const cold = properties.filter((property) => !isHot(property));
  return {
    properties,
    part,
    values,
    hot,
    cold,
    listKey: body.size > 1 ? undefined : cold.map(propertyName).join(' '),
    needsCold: cold.length > 0,
    needsHeader: body.has('headers') || properties.some((property) => property.kind === 'header'),
    needsPartHeaders: lists && (part.headers.length > 0 || part.allHeaders),
    needsBodies: body.has('bodyValues') && fetches,
  };
}

const isHot = (property: EmailProperty): boolean => property.kind === 'metadata' && HOT.has(property.name);

const propertyName = (property: EmailProperty): string =>
  property.kind === 'header' ? property.property : property.name;

function emailProperty(name: string, at: string): EmailProperty {
  const metadata = METADATA.find((known) => known === name);
  if (metadata) return { kind: 'metadata', name: metadata };
  const body = BODY.find((known) => known === name);
  if (body) return { kind: 'body', name: body };
  const convenience = CONVENIENCE.get(name);
  if (convenience) {
    const { name: field, form } = convenience;
    return {
      kind: 'header',
      property: name,
      header: { name: field, key: field.toLowerCase(), form, all: false },
    };
  }
  return { kind: 'header', ...namedHeader(name, at) };
}

function namedHeader(property: string, at: string): NamedHeader {
  const header = property.startsWith('header:') ? parseHeaderProperty(property) : undefined;
  if (!header) return wrong(at, `"${property.slice(0, 100)}" is no property`);
  if (!isFormAllowed(header.key, header.form))
    return wrong(at, `${header.name} has no form as${header.form}`);
  return { property, header };
}

function planPart(names: readonly string[] | null): PartProperties {
  const asked = names ?? [...PART_NAMES, 'subParts'];
  if (asked.length > MAX_PROPERTIES) wrong('bodyProperties', `holds more than ${MAX_PROPERTIES} names`);
  const plain = new Set<string>();
  const headers = new Map<string, NamedHeader>();
  for (const [i, name] of asked.entries()) {
    if (PART_NAMES.includes(name)) plain.add(name);
    else if (name.startsWith('header:')) headers.set(name, namedHeader(name, `bodyProperties/${i}`));
    else if (name !== 'subParts' && name !== 'headers')
      wrong(`bodyProperties/${i}`, `"${name.slice(0, 100)}" is no property`);
  }
  return {
    names: [...plain],
    headers: [...headers.values()],
    subParts: asked.includes('subParts'),
    subPartsNamed: names?.includes('subParts') === true,
    allHeaders: asked.includes('headers'),
  };
}
