import { test } from 'node:test';
import * as fc from 'fast-check';
import { fuzz } from './fuzz.ts';

const call = fc.tuple(
  fc.constantFrom('Email/get', 'Core/echo'),
  fc.dictionary(
    fc.constantFrom('ids', '#ids', 'filter', 'sort', 'create', 'update', 'accountId', 'limit'),
    fc.oneof(fc.jsonValue(), fc.record({ resultOf: fc.string(), name: fc.string(), path: fc.string() })),
  ),
  fc.string(),
);

test('requests of any content, and with any bytes broken', () => {
  const request = fc.record({ using: fc.array(fc.string()), methodCalls: fc.array(call) });
  const damage = fc.option(fc.tuple(fc.nat(), fc.nat(255)));
  fc.assert(
    fc.property(request, damage, (value, change) => {
      const bytes = Buffer.from(JSON.stringify(value));
      if (change) bytes[change[0] % bytes.length] = change[1];
      fuzz(bytes);
    }),
  );
});

test('any bytes', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), fuzz));
});
