// Base subjects: the exact one of IMAP SORT and THREAD (RFC 5256 §2.1), and a wider one for conversations
// that knows the reply and forward marks of many languages. Both read each character a bounded number of times.

/**
 * The base subject of RFC 5256 §2.1.
 * @param subject decoded text of the Subject field
 */
export function baseSubject(subject: string): string {
  return stripSubject(subject.replace(/[\s]+/g, ' '), replyMarkLength);
}

/** Marks of replies and forwards, in lower case; Outlook and others translate them. */
const MARKS = new Set([
  ...'re fw fwd aw antw antwort wg wtr sv vs vb vl ref rv rif ri r i res enc tr trs rép odp pd podaj'.split(
    ' ',
  ),
  ...'ynt ilt bls atb ymlaen tl pv doorst továbbítás vá отв ответ пер пересл απ πρθ σχετ'.split(' '),
  ...'回复 回覆 答复 答覆 转发 轉寄 轉發 返信 転送 답장 전달 회신 תגובה הועבר השב העבר رد ตอบ ส่งต่อ'.split(
    ' ',
  ),
  'إعادة توجيه',
]);
const MAX_MARK = 12;

/**
 * The subject that the messages of one conversation share: marks and list tags removed, white space folded,
 * in lower case. Empty for a subject that holds nothing else.
 * @param subject decoded text of the Subject field, or null when there is none
 */
export function threadSubject(subject: string | null): string {
  if (subject === null) return '';
  return stripSubject(subject.normalize('NFKC').replace(/\s+/g, ' '), anyMarkLength).toLowerCase();
}

/** Length of a mark with its colon at an index, or 0. */
type MarkLength = (text: string, at: number, end: number) => number;

function stripSubject(text: string, markLength: MarkLength): string {
  let start = 0;
  let end = text.length;
  for (;;) {
    end = withoutTrailers(text, start, end);
    start = withoutLeaders(text, start, end, markLength);
    // (6) A forwarded subject in brackets is one more subject.
    if (end - start < 6 || text.charAt(end - 1) !== ']') break;
    if (text.slice(start, start + 5).toLowerCase() !== '[fwd:') break;
    start += 5;
    end--;
  }
  return text.slice(start, end);
}

/** (2) White space and "(fwd)" at the end. */
function withoutTrailers(text: string, start: number, from: number): number {
  let end = from;
  for (;;) {
    if (end > start && text.charAt(end - 1) === ' ') end--;
    else if (end - start >= 5 && text.slice(end - 5, end).toLowerCase() === '(fwd)') end -= 5;
    else return end;
  }
}

/** (3) to (5): leaders, and blobs that something follows. */
function withoutLeaders(text: string, from: number, end: number, markLength: MarkLength): number {
  let start = from;
  for (;;) {
    while (start < end && text.charAt(start) === ' ') start++;
    // *subj-blob subj-refwd; the start of the last blob is kept for (4).
    let at = start;
    let lastBlob = start;
    for (let length = blobLength(text, at, end); length > 0; length = blobLength(text, at, end)) {
      lastBlob = at;
      at += length;
    }
    const mark = markLength(text, at, end);
    if (mark > 0) {
      start = at + mark;
      continue;
    }
    // No blob of this run has a mark behind it. All go, unless nothing would be left.
    return at < end ? at : lastBlob;
  }
}

/** `"[" *BLOBCHAR "]" *WSP` at an index: its length, or 0. */
function blobLength(text: string, at: number, end: number): number {
  if (text.charAt(at) !== '[') return 0;
  let close = at + 1;
  while (close < end && text.charAt(close) !== ']' && text.charAt(close) !== '[') close++;
  if (close >= end || text.charAt(close) !== ']') return 0;
  close++;
  while (close < end && text.charAt(close) === ' ') close++;
  return close - at;
}

/** `("re" / ("fw" ["d"])) *WSP [subj-blob] ":"`. */
function replyMarkLength(text: string, from: number, end: number): number {
  const head = text.slice(from, Math.min(end, from + 3)).toLowerCase();
  let at = from;
  if (head.startsWith('re')) at += 2;
  else if (head === 'fwd') at += 3;
  else if (head.startsWith('fw')) at += 2;
  else return 0;
  while (at < end && text.charAt(at) === ' ') at++;
  at += blobLength(text, at, end);
  return at < end && text.charAt(at) === ':' ? at + 1 - from : 0;
}

/** A mark of any language, perhaps with a count (`Re[2]:`, `Re^2:`, `AW (3):`). */
function anyMarkLength(text: string, from: number, end: number): number {
  const colon = text.slice(from, Math.min(end, from + MAX_MARK + 8)).indexOf(':');
  if (colon < 0) return 0;
  const word = text
    .slice(from, from + colon)
    .toLowerCase()
    .replace(/ ?(\[\d{1,3}\]|\(\d{1,3}\)|[\^*]?\d{1,3})? ?$/, '');
  return MARKS.has(word) ? colon + 1 : replyMarkLength(text, from, end);
}
