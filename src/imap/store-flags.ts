// Flags as the mail floor keeps them (RFC 8621 §4.1.1).
import { flagOf, keywordOf } from '../formats/imap/index.ts';

/** The keyword that the store keeps for a flag: registered ones have one spelling, others keep their own. */
export function storedKeyword(flag: string): string {
  const keyword = keywordOf(flag);
  return flagOf(keyword) === flag ? keyword : flag;
}

/** Flags as the mail floor takes them: `\Deleted` apart from the keywords. */
export function splitFlags(flags: readonly string[]): { keywords: string[]; deleted: boolean } {
  const keywords = flags.filter((flag) => flag !== '\\Deleted').map(storedKeyword);
  return { keywords, deleted: keywords.length < flags.length };
}
