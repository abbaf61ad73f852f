import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { crc32c } from './crc32c.ts';
import { parseProxyHeader } from './proxy-protocol.ts';

const SIGNATURE = '0d0a0d0a000d0a515549540a';
const v1 = (text: string) => parseProxyHeader(Buffer.from(text, 'latin1'));
const v2 = (hex: string) => parseProxyHeader(Buffer.from(SIGNATURE + hex, 'hex'));

test('version 1 gives both ends', () => {
  const parse = v1('PROXY TCP4 192.0.2.7 198.51.100.1 4711 25\r\nEHLO x\r\n');
  assert.ok('header' in parse);
  assert.equal(parse.length, 43);
  assert.deepEqual(parse.header.source, { address: '192.0.2.7', port: 4711 });
  assert.deepEqual(parse.header.destination, { address: '198.51.100.1', port: 25 });
  const six = v1('PROXY TCP6 2001:DB8:0::1 ::1 1 2\r\n');
  assert.ok('header' in six);
  assert.deepEqual(six.header.source, { address: '2001:db8::1', port: 1 });
});

test('UNKNOWN and LOCAL keep the addresses of the socket', () => {
  const unknown = v1('PROXY UNKNOWN ffff:f...f ffff:f...f 65535 65535\r\n');
  assert.ok('header' in unknown && unknown.header.source === undefined);
  const local = v2('200000020102');
  assert.ok('header' in local && local.header.source === undefined && local.length === 18);
});

test('version 1 refuses what it does not define', () => {
  for (const line of [
    'PROXY TCP4 192.0.2.7 198.51.100.1 4711\r\n',
    'PROXY TCP4 192.0.2.7 198.51.100.1 4711 99999\r\n',
    'PROXY TCP4 ::1 198.51.100.1 4711 25\r\n',
    'PROXY TCP4 192.0.2.07 198.51.100.1 4711 25\r\n',
    'PROXY UDP4 192.0.2.7 198.51.100.1 4711 25\r\n',
    `PROXY UNKNOWN ${'x'.repeat(100)}\r\n`,
    'EHLO there\r\n',
    'PROXX',
  ]) {
    assert.ok('invalid' in v1(line), line);
  }
  assert.ok('need' in v1('PRO'));
  assert.ok('need' in v1('PROXY TCP4 192.0.2.7 198.51.100.1 4711 25\r'));
});

test('version 2 gives both ends and the values behind them', () => {
  const addresses = 'c0000207c633640112670019';
  const parse = v2(`2111001f${addresses}02000b6578616d706c652e6f72670500020a0b`);
  assert.ok('header' in parse, JSON.stringify(parse));
  assert.deepEqual(parse.header, {
    source: { address: '192.0.2.7', port: 4711 },
    destination: { address: '198.51.100.1', port: 25 },
    tls: false,
    authority: 'example.org',
    uniqueId: '0a0b',
  });
  const six = v2(`21210024${'20010db8000000000000000000000001'.repeat(2)}00010002`);
  assert.ok('header' in six);
  assert.deepEqual(six.header.source, { address: '2001:db8::1', port: 1 });
});

test('version 2 reports TLS between client and proxy', () => {
  const parse = v2('21110014c0000207c6336401126700192000050100000000');
  assert.ok('header' in parse && parse.header.tls);
  const unencrypted = v2('21110014c0000207c6336401126700192000050000000000');
  assert.ok('header' in unencrypted && !unencrypted.header.tls);
});

test('version 2 verifies the checksum when there is one', () => {
  const bytes = Buffer.from(`${SIGNATURE}21110013c0000207c63364011267001903000400000000`, 'hex');
  bytes.writeUInt32BE(crc32c(bytes), bytes.length - 4);
  assert.ok('header' in parseProxyHeader(bytes));
  bytes[20] = 9;
  assert.ok('invalid' in parseProxyHeader(bytes));
  // RFC 3720 §B.4 test vector
  assert.equal(crc32c(Buffer.alloc(32)), 0x8a9136aa);
});

test('version 2 refuses what it does not define and waits for what is missing', () => {
  assert.ok('invalid' in v2('1111000c'));
  assert.ok('invalid' in v2('2211000c'));
  assert.ok('invalid' in v2('2141000c'));
  assert.ok('invalid' in v2('2111ffff'));
  assert.ok('invalid' in v2('21110004c0000207'));
  assert.ok('invalid' in v2('2111000fc0000207c633640112670019020009'));
  assert.deepEqual(v2('2111000cc0000207'), { need: 28 });
});

test('any bytes give an answer, and cut headers are asked for again', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.constantFrom('', 'PROXY ', 'v2'), (bytes, start) => {
      const prefix = start === 'v2' ? Buffer.from(SIGNATURE, 'hex') : Buffer.from(start);
      const input = Buffer.concat([prefix, bytes]);
      const parse = parseProxyHeader(input);
      if ('need' in parse) assert.ok(parse.need > input.length);
      if ('header' in parse) {
        assert.ok(parse.length <= input.length);
        for (let cut = 0; cut < parse.length; cut++) {
          assert.ok('need' in parseProxyHeader(input.subarray(0, cut)), `cut at ${cut}`);
        }
      }
    }),
  );
});
