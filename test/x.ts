import { fuzz } from '../src/formats/mime/fuzz.ts';
import { mailGenerator } from './support/mail-generator.ts';
import { seededRandom } from './support/random.ts';
import { writeFileSync } from 'node:fs';
const seed = Number(process.argv[2]);
const r = seededRandom(seed);
const g = mailGenerator(seed, { bigAttachmentSize: 3000 });
const TOK = [
  '\r\n',
  '\n',
  '\r',
  '--',
  '"',
  '(',
  ')',
  '<',
  '>',
  '@',
  ',',
  ';',
  ':',
  '=?',
  '?=',
  '=?utf-8?B?',
  '\0',
  '\xff',
  '\xe2\x82',
  '*',
  '=',
  'boundary=x',
  '{',
  '}',
  '\\',
  '[',
  ']',
  'Content-Type: message/rfc822\r\n\r\n',
  'Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n',
  '--b--\r\n',
  'Content-Transfer-Encoding: base64\r\n',
  "filename*0*=utf-8''%",
  'charset*=a',
  '\t',
  '\r\n ',
];
const seen = new Set<string>();
const end = Date.now() + Number(process.argv[3]) * 1000;
let n = 0;
while (Date.now() < end) {
  const m = g.next(
    r.chance(0.05)
      ? undefined
      : r.pick([
          'plain',
          'alternative',
          'related',
          'attachment',
          'nested',
          'forwarded',
          'digest',
          'charset',
          'report',
          'signed',
          'broken',
          'list',
        ] as const),
  );
  let s = Buffer.from(m.bytes).toString('latin1');
  if (s.length > 20000) continue;
  for (let k = 0; k < 20; k++) {
    let t = s;
    const c = 1 + r.below(12);
    for (let i = 0; i < c; i++) {
      const at = r.below(t.length + 1);
      const w = r.below(5);
      if (w === 0) t = t.slice(0, at) + r.pick(TOK) + t.slice(at);
      else if (w === 1) t = t.slice(0, at) + t.slice(at + r.below(20));
      else if (w === 2) {
        const a2 = r.below(t.length + 1);
        t = t.slice(0, at) + t.slice(a2, a2 + r.below(200)) + t.slice(at);
      } else if (w === 3) t = t.slice(0, at) + String.fromCharCode(r.below(256)) + t.slice(at + 1);
      else {
        const h = t.indexOf('\r\n\r\n');
        const b = r.below(Math.max(1, h));
        t = t.slice(0, b) + r.pick(TOK) + t.slice(b);
      }
    }
    const b = Buffer.from(t, 'latin1');
    n++;
    const t0 = performance.now();
    try {
      fuzz(b);
    } catch (e) {
      const k = String((e as Error).stack)
        .split('\n')
        .slice(0, 3)
        .join('|');
      if (!seen.has(k)) {
        seen.add(k);
        console.log(k);
        writeFileSync(`/tmp/crash-${seen.size}.eml`, b);
      }
    }
    const d = performance.now() - t0;
    if (d > 300) {
      console.log('slow', d, b.length);
      writeFileSync(`/tmp/slow-${n}.eml`, b);
    }
  }
}
console.log('runs', n);
