// The sort of Email/query (RFC 8621 §4.4.2).
import { readSort, wrong } from '../../formats/jmap/index.ts';
import { MethodError } from '../errors.ts';
import { readKeyword } from './keywords.ts';

export type EmailSortKey =
  | { readonly kind: 'received' | 'sent' | 'size' }
  | { readonly kind: 'from' | 'to' | 'cc' | 'subject'; readonly collation: Collation }
  | { readonly kind: 'keyword'; readonly keyword: string }
  | { readonly kind: 'threadKeyword'; readonly keyword: string; readonly quantity: 'all' | 'some' };

export type EmailSort = EmailSortKey & { readonly property: string; readonly ascending: boolean };

export type Collation = 'i;ascii-numeric' | 'i;ascii-casemap' | 'i;unicode-casemap';
const COLLATIONS: readonly Collation[] = ['i;ascii-numeric', 'i;ascii-casemap', 'i;unicode-casemap'];

/** Reads the sort; newest first when none is given. Throws `unsupportedSort` or `Invalid`. */
export function readEmailSort(value: unknown): EmailSort[] {
  const comparators = readSort(value);
  if (comparators.length === 0) return [{ kind: 'received', property: 'receivedAt', ascending: false }];
  return comparators.map(({ property, isAscending, collation, more }, i) => {
    const known = COLLATIONS.find((name) => name === (collation ?? 'i;unicode-casemap'));
    if (!known) throw new MethodError('unsupportedSort', `sort/${i}/collation: is not known`);
    const key = sortKey(property, known, more['keyword'], `sort/${i}`);
    return { ...key, property, ascending: isAscending };
  });
}

function sortKey(property: string, collation: Collation, keyword: unknown, at: string): EmailSortKey {
  switch (property) {
    case 'receivedAt':
      return { kind: 'received' };
    case 'sentAt':
      return { kind: 'sent' };
    case 'size':
      return { kind: 'size' };
    case 'from':
    case 'to':
    case 'cc':
    case 'subject':
      return { kind: property, collation };
    case 'hasKeyword':
      return { kind: 'keyword', keyword: readSortKeyword(keyword, at) };
    case 'allInThreadHaveKeyword':
      return { kind: 'threadKeyword', keyword: readSortKeyword(keyword, at), quantity: 'all' };
    case 'someInThreadHaveKeyword':
      return { kind: 'threadKeyword', keyword: readSortKeyword(keyword, at), quantity: 'some' };
    default:
      throw new MethodError(
        'unsupportedSort',
        `${at}/property: ${property.slice(0, 100)} is no sort property`,
      );
  }
}

function readSortKeyword(keyword: unknown, at: string): string {
  if (typeof keyword !== 'string') return wrong(`${at}/keyword`, 'must be a keyword');
  return readKeyword(keyword) ?? keyword;
}
