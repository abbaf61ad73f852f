// Which listeners a start opens, and what the environment puts in their place.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DECLARATIONS, SERVER_CONTEXT } from '../registry/index.ts';
import { openMemory } from '../store/index.ts';
import { type ListenerOverrides, planListeners, type Protocol } from './listeners.ts';
import { openServices } from './services.ts';

const none: ListenerOverrides = { bind: undefined, standardPorts: false, ports: new Map() };
const spoken = new Set<Protocol>(['smtp', 'http', 'imap']);

async function planned(overrides: ListenerOverrides): Promise<Record<string, string[]>> {
  const stores = openMemory();
  const services = await openServices(stores, { recoveryAdmin: undefined });
  const { access, registry } = services;
  await access.bootstrap({
    domain: 'waypost.test',
    hostname: 'mail.waypost.test',
    listeners: { bind: '127.0.0.1' },
    password: 'correct horse battery staple',
  });
  const own = { name: 'extra', protocol: 'smtp', bind: { '192.0.2.1:26': true, '[2001:db8::1]:26': true } };
  await registry.write.create(DECLARATIONS.NetworkListener, own, SERVER_CONTEXT);
  const plans = await planListeners(registry, overrides, spoken);
  await services.close();
  await stores.close();
  return Object.fromEntries(
    plans.map(({ name, bind }) => [name, bind.map(({ host, port }) => `${host} ${port}`)]),
  );
}

test('the stored listeners, as far as there is a face for them, the usual ones first', async () => {
  const plans = await planned(none);
  assert.deepEqual(Object.keys(plans), [
    'smtp',
    'submission',
    'submissions',
    'imap',
    'imaps',
    'https',
    'http',
    'extra',
  ]);
  assert.deepEqual(plans['smtp'], ['127.0.0.1 2525']);
  assert.deepEqual(plans['extra'], ['192.0.2.1 26', '2001:db8::1 26']);
});

test('ports by name, the address and the standard ports of the usual ones', async () => {
  const plans = await planned({
    bind: '0.0.0.0',
    standardPorts: true,
    ports: new Map([
      ['IMAPS', 0],
      ['EXTRA', 2600],
      ['NOBODY', 1],
    ]),
  });
  assert.deepEqual(plans['smtp'], ['0.0.0.0 25']);
  assert.deepEqual(plans['imaps'], ['0.0.0.0 0']);
  assert.deepEqual(plans['extra'], ['192.0.2.1 2600', '2001:db8::1 2600']);
});
