import assert from 'node:assert/strict';
import { createDecipheriv, createECDH, createPublicKey, hkdfSync, verify } from 'node:crypto';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { encryptPush, isPoint, MAX_PUSH_BODY, MAX_PUSH_TEXT, readKeys } from './encrypt.ts';
import { newVapidKey, readVapidKey, vapidAuthorization, VapidSigner } from './vapid.ts';

const bytes = (text: string) => Buffer.from(text, 'base64url');

test('the example of the standard', () => {
  const keys = readKeys({
    p256dh: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
    auth: 'BTBZMqHH6r4Tts7J_aSIgg',
  });
  assert.ok(keys);
  const body = encryptPush(Buffer.from('When I grow up, I want to be a watermelon'), keys, {
    privateKey: bytes('yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw'),
    salt: bytes('DGv6ra1nlYgDCS1FRnbzlw'),
  });
  assert.equal(
    Buffer.from(body).toString('base64url'),
    'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN',
  );
});

test('what is encrypted can be read by the subscriber alone, in one record', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 5000 }), (text) => {
      const receiver = createECDH('prime256v1');
      receiver.generateKeys();
      const auth = Buffer.alloc(16, 7);
      const body = Buffer.from(encryptPush(text, { p256dh: receiver.getPublicKey(), auth }));
      assert.equal(body.length, text.length + 103);
      const salt = body.subarray(0, 16);
      assert.ok(body.readUInt32BE(16) > text.length + 17);
      assert.equal(body[20], 65);
      const sender = body.subarray(21, 86);
      const info = Buffer.concat([Buffer.from('WebPush: info\0'), receiver.getPublicKey(), sender]);
      const material = Buffer.from(hkdfSync('sha256', receiver.computeSecret(sender), auth, info, 32));
      const key = Buffer.from(hkdfSync('sha256', material, salt, 'Content-Encoding: aes128gcm\0', 16));
      const nonce = Buffer.from(hkdfSync('sha256', material, salt, 'Content-Encoding: nonce\0', 12));
      const decipher = createDecipheriv('aes-128-gcm', key, nonce);
      decipher.setAuthTag(body.subarray(-16));
      const plain = Buffer.concat([decipher.update(body.subarray(86, -16)), decipher.final()]);
      assert.deepEqual(plain, Buffer.concat([text, Buffer.of(2)]));
    }),
    { numRuns: 50 },
  );
  const largest = encryptPush(new Uint8Array(MAX_PUSH_TEXT), {
    p256dh: createECDH('prime256v1').generateKeys(),
    auth: new Uint8Array(16),
  });
  assert.equal(largest.length, MAX_PUSH_BODY);
});

test('keys that are none', () => {
  const good = createECDH('prime256v1').generateKeys();
  const auth = Buffer.alloc(16).toString('base64url');
  assert.ok(readKeys({ p256dh: good.toString('base64url'), auth }));
  assert.ok(readKeys({ p256dh: `${good.toString('base64url')}=`, auth: `${auth}==` }));
  const off = Buffer.from(good);
  off[64] = (off[64] as number) ^ 1;
  assert.equal(isPoint(off), false);
  assert.equal(isPoint(createECDH('prime256v1').generateKeys(undefined, 'compressed')), false);
  assert.equal(isPoint(Buffer.alloc(65)), false);
  for (const p256dh of ['', '!', off.toString('base64url'), 'A'.repeat(300)])
    assert.equal(readKeys({ p256dh, auth }), undefined);
  for (const wrong of ['', 'AAAA', Buffer.alloc(17).toString('base64url'), 'A A', `${auth}A`])
    assert.equal(readKeys({ p256dh: good.toString('base64url'), auth: wrong }), undefined);
  fc.assert(
    fc.property(fc.string(), fc.string(), (p256dh, text) => readKeys({ p256dh, auth: text }) === undefined),
  );
});

test('a token names the server to one push service, for a while', () => {
  const key = readVapidKey(newVapidKey());
  assert.ok(key);
  assert.equal(bytes(key.publicKey).length, 65);
  const time = 1_700_000_000_000;
  const header = vapidAuthorization(key, {
    origin: 'https://push.example',
    contact: 'mailto:a@b.example',
    time,
  });
  const [, head = '', body = '', signature = '', k] =
    /^vapid t=([\w-]+)\.([\w-]+)\.([\w-]+), k=([\w-]+)$/.exec(header) ?? [];
  assert.equal(k, key.publicKey);
  assert.deepEqual(JSON.parse(bytes(head).toString()), { typ: 'JWT', alg: 'ES256' });
  assert.deepEqual(JSON.parse(bytes(body).toString()), {
    aud: 'https://push.example',
    exp: 1_700_000_000 + 12 * 3600,
    sub: 'mailto:a@b.example',
  });
  const signed = Buffer.from(`${head}.${body}`);
  const publicKey = { key: createPublicKey(key.privateKey), dsaEncoding: 'ieee-p1363' as const };
  assert.equal(verify('sha256', signed, publicKey, bytes(signature)), true);
  const anonymous = vapidAuthorization(key, { origin: 'https://push.example', contact: undefined, time });
  assert.equal('sub' in JSON.parse(bytes(anonymous.split('.')[1] ?? '').toString()), false);
});

test('tokens are used again until half of their life is over', () => {
  const key = readVapidKey(newVapidKey());
  assert.ok(key);
  const signer = new VapidSigner(key, undefined);
  const first = signer.authorization('https://a.example', 0);
  assert.equal(signer.authorization('https://a.example', 5 * 3_600_000), first);
  assert.notEqual(signer.authorization('https://b.example', 0), first);
  assert.notEqual(signer.authorization('https://a.example', 7 * 3_600_000), first);
});

test('texts that are no signing key', () => {
  assert.equal(readVapidKey(''), undefined);
  assert.equal(readVapidKey('-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n'), undefined);
});
