// What a character is to the search index: part of a word, part of a script written without spaces, a sign that
// stands for itself, or something between words. The tables are made for the blocks of 256 that are met.

export const Kind = {
  /** Between words. */
  Other: 0,
  /** Letters, digits and marks of scripts that put spaces between words, and the joiners inside of words. */
  Word: 1,
  /** Scripts without spaces, or in which words are searched by their parts. */
  Run: 2,
  /** Emoji and other pictures: each is a word. */
  Sign: 3,
} as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

const WORD = /[\p{L}\p{N}\p{M}]|\u00ad|\u200c|\u200d|\u2060|\ufeff/u;
const RUN =
  /[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Bopo}\p{scx=Hang}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}]/u;
/** Marks and digits that many scripts share are no sign of a script without spaces. */
const SHARED = /[\p{sc=Zyyy}\p{sc=Zinh}]/u;
const KANA_MARKS = /[\u3099\u309a\u30fc\u3005-\u3007\uff70\uff9e\uff9f]/u;
const SIGN = /\p{Extended_Pictographic}/u;

const blocks: (Uint8Array | undefined)[] = [];

/** Kind of a code point. */
export const kindOf = (code: number): Kind =>
  (blocks[code >>> 8] ?? makeBlock(code >>> 8))[code & 0xff] as Kind;

function makeBlock(block: number): Uint8Array {
  const kinds = new Uint8Array(256);
  for (let i = 0; i < 256; i++) kinds[i] = classify(block * 256 + i);
  blocks[block] = kinds;
  return kinds;
}

function classify(code: number): Kind {
  // A half of a character.
  if (code >= 0xd800 && code <= 0xdfff) return Kind.Other;
  const text = String.fromCodePoint(code);
  if (WORD.test(text)) {
    // By what it is folded to: a number in a circle may be a character in a circle.
    return Array.from(text.normalize('NFKD')).some(isOfRun) ? Kind.Run : Kind.Word;
  }
  // Some are letters or punctuation in other clothes: they would fold to something else.
  return SIGN.test(text) && code > 0xff && text.normalize('NFKD') === text ? Kind.Sign : Kind.Other;
}

const isOfRun = (character: string): boolean =>
  RUN.test(character) && (!SHARED.test(character) || KANA_MARKS.test(character));
