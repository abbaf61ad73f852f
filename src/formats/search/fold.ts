// Folding: the one form in which a word is indexed and asked for, without case, accents and compatibility forms.

/** Accents of the alphabets, points of Hebrew and Arabic, and what is not seen. The voicing of Kana is no accent. */
const IGNORED =
  /[[\p{M}&&[\p{sc=Zinh}\p{sc=Latn}\p{sc=Grek}\p{sc=Cyrl}\p{sc=Hebr}\p{sc=Arab}]]--[\u3099\u309a]]|\p{Cf}|\u0640/gv;
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
/** Marks between what some letters and numbers stand for: the slash of a fraction, brackets around a number. */
const BETWEEN = /[^\p{L}\p{N}\p{M}]/gu;

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
    .replace(BETWEEN, '');
