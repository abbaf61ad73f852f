// Special-use attributes and the roles of mailboxes (RFC 6154, RFC 8457, RFC 8621 §2).

interface SpecialUse {
  readonly role: string;
  readonly attribute: string;
  /** Not in any registry that rev1 clients know: told to rev2 clients only. */
  readonly rev2Only?: boolean;
}

const USES: readonly SpecialUse[] = [
  { role: 'trash', attribute: '\\Trash' },
  { role: 'junk', attribute: '\\Junk' },
  { role: 'drafts', attribute: '\\Drafts' },
  { role: 'sent', attribute: '\\Sent' },
  { role: 'archive', attribute: '\\Archive' },
  { role: 'important', attribute: '\\Important' },
  { role: 'memos', attribute: '\\Memos', rev2Only: true },
  { role: 'scheduled', attribute: '\\Scheduled', rev2Only: true },
  { role: 'snoozed', attribute: '\\Snoozed', rev2Only: true },
];

const BY_ROLE = new Map(USES.map((use) => [use.role, use]));
const BY_ATTRIBUTE = new Map(USES.map((use) => [use.attribute.toLowerCase(), use]));

/** Attribute of a role for a client, or undefined. */
export function attributeOf(role: string | null, options: { readonly rev2: boolean }): string | undefined {
  const use = role === null ? undefined : BY_ROLE.get(role);
  return use === undefined || (use.rev2Only === true && !options.rev2) ? undefined : use.attribute;
}

/** Role of an attribute in lower case, or undefined. */
export const roleOf = (attribute: string): string | undefined => BY_ATTRIBUTE.get(attribute)?.role;
