// Folding: the one form in which a word is indexed and asked for, without case, accents and compatibility forms.

/** Accents of Latin, Greek and Cyrillic, points of Hebrew and Arabic, and joiners that are not seen. */
const IGNORED =
  /[\u00ad\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff\u200b-\u200f\u2060\u20d0-\u20f0\ufe00-\ufe0f\ufe20-\ufe2f\ufeff]/g;
const LETTERS = /[\u00df\u00e6\u00f0\u00f8\u00fe\u0111\u0127\u0131\u0142\u0153\u0167\u03c2]/g;
const LETTER = new Map([
  ['\u00df', 'ss'],
  ['\u00e6', 'ae'],
  ['\u00f0', 'd'],
  ['\u00f8', 'o'],
  ['\u00fe', 'th'],
  ['\u0111', 'd'],
  ['\u0127', 'h'],
  ['\u0131', 'i'],
  ['\u0142', 'l'],
  ['\u0153', 'oe'],
  ['\u0167', 't'],
  // The final sigma.
  ['\u03c2', '\u03c3'],
]);
const ASCII_REST = /[\x00-\x2f\x3a-\x60\x7b-\x7f]/g;

/** Folds one word; "" when nothing of it is left. Folding twice changes nothing. */
export function fold(word: string): string {
  const folded = once(word);
  // Lower case and decomposition of rare letters (capital compatibility forms) can need another round.
  return folded === word ? folded : once(folded);
}

const once = (word: string): string =>
  word
    .normalize('NFKD')
    .toLowerCase()
    .normalize('NFKD')
    .replace(IGNORED, '')
    .replace(LETTERS, (letter) => LETTER.get(letter) as string)
    .normalize('NFC')
    .replace(ASCII_REST, '');
