// What access control and the registry cost: a permission check, resolving an account, and lists of a registry with
// many accounts. `node bin/node.js bench/access.ts [accounts]`, 100,000 by default, over a store in memory.
import { Access, permission } from '../src/access/index.ts';
import { encodeId } from '../src/base/index.ts';
import {
  DECLARATIONS,
  type MethodContext,
  methodGet,
  methodQuery,
  Registry,
  SERVER_CONTEXT,
} from '../src/registry/index.ts';
import { openMemory } from '../src/store/index.ts';

const accounts = Number(process.argv[2] ?? 100_000);
const ROUNDS = 15;

const stores = openMemory();
const registry = await Registry.open({ store: stores.data, checkEveryMs: 0 });
const access = Access.open({ registry, delayFailures: false });
await access.bootstrap({
  domain: 'example.org',
  hostname: 'mail.example.org',
  listeners: { bind: '127.0.0.1' },
  password: 'correct-horse-battery-9',
});
const domain = encodeId((await access.directory.findDomain('example.org')) as number);
const began = performance.now();
for (let i = 0; i < accounts; i++) {
  const json = { '@type': 'User', name: `user${i}`, domainId: domain, description: `Member ${i}` };
  await registry.write.create(DECLARATIONS.Account, json, SERVER_CONTEXT);
}
report('create an account', (performance.now() - began) / accounts);

const token = await access.token(2);
if (!token) throw new Error('no account');
const checks = [permission('imapFetch'), permission('sysHttpGet')];
let held = 0;
const CHECKS = 5_000_000;
const perCheck = await median(() => {
  for (let i = 0; i < CHECKS; i++) if (token.has(checks[i % 2] as never)) held++;
});
console.log(`${'permission check'.padEnd(44)} ${((perCheck * 1e6) / CHECKS).toFixed(1).padStart(9)} ns`);
if (held === 0) throw new Error('nothing was checked');

let next = 3;
report('resolve an account that is not cached', await median(async () => void (await access.token(next++))));
report('resolve an account that is cached', await median(async () => void (await access.token(2))));

const context: MethodContext = {
  ...SERVER_CONTEXT,
  created: new Map(),
  limits: { maxObjectsInGet: 500, maxObjectsInSet: 500, maxResults: 5000 },
};
const { Account } = DECLARATIONS;
const query = (args: object) => () => methodQuery(registry, Account, args as never, context);
report('first page of 50, newest first', await median(query({ limit: 50 })));
report('first page of 50, by name', await median(query({ limit: 50, sort: [{ property: 'name' }] })));
report('first page of 50 of one word', await median(query({ limit: 50, filter: { text: 'member' } })));
report('one account by name', await median(query({ filter: { name: `user${accounts >> 1}` } })));
const page = await methodQuery(registry, Account, { limit: 50 }, context);
const ids = { ids: page['ids'] };
report('show 50 accounts', await median(() => methodGet(registry, Account, ids, context)));
report(
  'where mail for an address goes',
  await median(() => access.directory.resolveRecipient('user77+x@example.org')),
);
registry.close();
await stores.close();

/** Milliseconds of the middle round. */
async function median(work: () => unknown): Promise<number> {
  const rounds: number[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    const start = performance.now();
    await work();
    rounds.push(performance.now() - start);
  }
  return rounds.sort((a, b) => a - b)[ROUNDS >> 1] as number;
}

function report(what: string, ms: number): void {
  console.log(`${what.padEnd(44)} ${(ms * 1000).toFixed(1).padStart(9)} µs`);
}
