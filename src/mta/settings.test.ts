import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { addSink } from '../base/index.ts';
import { DECLARATIONS, type DeclaredSingleton, type Registry, schema } from '../registry/index.ts';
import { sessionPolicies } from './policy.ts';
import {
  booleanConstant,
  durationConstant,
  integerConstant,
  Settings,
  textConstant,
  wordsConstant,
} from './settings.ts';

/** A registry of defaults with some fields replaced: `{ 'MtaStageRcpt.maxRecipients': '3' }`. */
function registryWith(changed: Record<string, string | object>): {
  registry: Pick<Registry, 'singleton' | 'watch'>;
  change: () => void;
} {
  const listeners = new Set<() => void>();
  const singleton = (name: DeclaredSingleton) => {
    const value = { ...schema.shapeKind(DECLARATIONS[name].shape).implied?.() } as Record<string, unknown>;
    for (const [place, source] of Object.entries(changed)) {
      const [object, field = ''] = place.split('.');
      if (object === name) value[field] = typeof source === 'string' ? { else: source, match: [] } : source;
    }
    if (name === 'SystemSettings') value['defaultHostname'] = 'mail.example.org';
    return value;
  };
  return {
    registry: {
      singleton: singleton as unknown as Registry['singleton'],
      watch: (listener) => {
        listeners.add(() => listener(undefined));
        return () => undefined;
      },
    },
    change: () => {
      for (const listener of listeners) listener();
    },
  };
}

const reports = (work: () => void): string[] => {
  const found: string[] = [];
  const remove = addSink((name, level, fields) => {
    if (name === 'mta.setting-not-honoured' && level === 'warn')
      found.push(`${String(fields['object'])}.${String(fields['field'])}`);
  });
  work();
  remove();
  return found;
};

test('constants are read, and nothing else is', () => {
  assert.deepEqual(['true', 'false', '1', '0', 'yes', ''].map(booleanConstant), [
    true,
    false,
    true,
    false,
    undefined,
    undefined,
  ]);
  assert.deepEqual(['250', '0', '-1', '1.5', '1 + 1'].map(integerConstant), [
    250,
    0,
    undefined,
    undefined,
    undefined,
  ]);
  assert.deepEqual(['5s', '1h 30m', '1h30m', '20ms', '1500', '5x', 's', '5s -1s'].map(durationConstant), [
    5000,
    5_400_000,
    5_400_000,
    20,
    1500,
    undefined,
    undefined,
    undefined,
  ]);
  const text = textConstant('host.test');
  assert.deepEqual(
    [
      "'a'",
      '"b c"',
      "''",
      "system('hostname')",
      'system("hostname") + \' x\' + "y"',
      "'a' +",
      "'a' 'b'",
      'a',
      "'a\\'b'",
      "system('domain')",
    ].map(text),
    ['a', 'b c', '', 'host.test', 'host.test xy', undefined, undefined, undefined, undefined, undefined],
  );
  assert.deepEqual(['[plain, login]', '[plain]', 'false', '[]', 'plain'].map(wordsConstant), [
    ['plain', 'login'],
    ['plain'],
    [],
    [],
    undefined,
  ]);
  fc.assert(
    fc.property(fc.string(), (source) => {
      for (const read of [booleanConstant, integerConstant, durationConstant, text, wordsConstant])
        read(source);
    }),
  );
});

test('the shipped default has its meaning, a constant its value, another expression is reported', () => {
  const { registry } = registryWith({
    'MtaStageRcpt.maxRecipients': '3',
    'MtaStageRcpt.maxFailures': "listener == 'smtp'",
    'MtaStageMail.isSenderAllowed': { else: 'true', match: [{ if: "sender == ''" }] },
  });
  const settings = new Settings(registry);
  const found = reports(() => {
    for (let i = 0; i < 3; i++) {
      assert.equal(settings.read('MtaStageRcpt', 'maxRecipients', integerConstant, 100), 3);
      assert.equal(settings.read('MtaStageRcpt', 'maxFailures', integerConstant, 5), 5);
      assert.equal(settings.read('MtaStageRcpt', 'waitOnFail', durationConstant, 7), 7);
      assert.equal(settings.read('MtaStageMail', 'isSenderAllowed', booleanConstant, true), true);
    }
  });
  assert.deepEqual(found, ['MtaStageRcpt.maxFailures', 'MtaStageMail.isSenderAllowed']);
});

test('the shipped policies differ by listener and client', () => {
  const { registry } = registryWith({});
  const policy = sessionPolicies(registry);
  const found = reports(() => {
    const smtp = policy({ kind: 'smtp', plainPasswords: true, authenticated: false });
    assert.deepEqual([smtp.requireAuth, smtp.rejectNonFqdn, smtp.mechanisms], [false, true, []]);
    assert.deepEqual(
      [smtp.allowRelaying, smtp.extensions.vrfy, smtp.maxMessageSize],
      [false, false, 104_857_600],
    );
    assert.equal(smtp.greeting, 'mail.example.org Waypost ESMTP at your service');
    const clear = policy({ kind: 'submission', plainPasswords: false, authenticated: false });
    assert.deepEqual([clear.requireAuth, clear.rejectNonFqdn, clear.mechanisms], [true, false, []]);
    const user = policy({ kind: 'submission', plainPasswords: true, authenticated: true });
    assert.deepEqual(
      [user.mechanisms, user.allowRelaying, user.extensions.expn],
      [['PLAIN', 'LOGIN'], true, true],
    );
    const lmtp = policy({ kind: 'lmtp', plainPasswords: true, authenticated: false });
    assert.deepEqual([lmtp.requireAuth, lmtp.rejectNonFqdn, lmtp.mechanisms], [false, false, []]);
  });
  assert.deepEqual(found, []);
});

test('a change of settings is seen by the next session', () => {
  const changed: Record<string, string> = {};
  const { registry, change } = registryWith(changed);
  const policy = sessionPolicies(registry);
  const size = () => policy({ kind: 'smtp', plainPasswords: true, authenticated: false }).maxMessageSize;
  assert.equal(size(), 104_857_600);
  changed['MtaStageData.maxMessageSize'] = '0';
  assert.equal(size(), 104_857_600);
  change();
  assert.equal(size(), Infinity);
});

test('what is switched on and not there yet is reported', () => {
  const { registry } = registryWith({
    'MtaStageData.script': "'greylist'",
    'MtaStageRcpt.rewrite': "'x@y.test'",
    'MtaExtensions.dsn': 'true',
  });
  const found = reports(() => {
    sessionPolicies(registry)({ kind: 'smtp', plainPasswords: true, authenticated: false });
  });
  assert.deepEqual(found.sort(), ['MtaExtensions.dsn', 'MtaStageData.script', 'MtaStageRcpt.rewrite']);
});
