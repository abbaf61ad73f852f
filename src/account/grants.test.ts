import assert from 'node:assert/strict';
import { afterEach, beforeEach, it } from 'node:test';
import { openMemory, type Stores } from '../store/index.ts';
import {
  ALL_RIGHTS,
  grantHead,
  grantsFor,
  grantsOn,
  revokeGrants,
  Right,
  setGrant,
  sharedWith,
  type AccountsService,
  Aspect,
  createAccounts,
  DataType,
} from './index.ts';

const OWNER = 5;
const FRIEND = 6;
const OTHER = 7;
const INBOX = 11;
const WORK = 12;
const READ = Right.Read | Right.ReadItems;

let stores: Stores;
let accounts: AccountsService;

beforeEach(() => {
  stores = openMemory();
  accounts = createAccounts(stores);
});
afterEach(async () => {
  accounts.close();
  await stores.close();
});

const grant = (container: number, grantee: number, rights: number) =>
  accounts.get(OWNER).write((w) => setGrant(w, DataType.Mailbox, container, grantee, rights));

it('grants are found by container and by grantee, and logged', async () => {
  assert.equal((await grant(INBOX, FRIEND, READ)).result, 0);
  assert.equal((await grant(INBOX, OTHER, ALL_RIGHTS)).result, 0);
  await grant(WORK, FRIEND, Right.Read);
  assert.equal((await grant(INBOX, FRIEND, READ | Right.AddItems)).result, READ);
  const owner = accounts.get(OWNER);
  await owner.read(async (reader) => {
    assert.deepEqual(
      [...(await grantsOn(reader, INBOX))],
      [
        [FRIEND, READ | Right.AddItems],
        [OTHER, ALL_RIGHTS],
      ],
    );
    assert.deepEqual(
      [...(await grantsFor(reader, FRIEND))],
      [
        [INBOX, READ | Right.AddItems],
        [WORK, Right.Read],
      ],
    );
    assert.equal(await grantHead(reader, FRIEND), 4);
    assert.equal(await grantHead(reader, OTHER), 2);
    assert.equal(await grantHead(reader, 99), 0);
  });
  assert.deepEqual(await sharedWith(stores.data, OTHER), [
    { owner: OWNER, type: DataType.Mailbox, container: INBOX, rights: ALL_RIGHTS },
  ]);
  const [record] = (await owner.log(3, 1)) ?? [];
  assert.deepEqual(record?.entries, [
    {
      type: DataType.Mailbox,
      id: INBOX,
      kind: 'update',
      aspects: Aspect.Acl,
      before: [INBOX],
      after: [INBOX],
    },
  ]);
});

it('the same rights again change nothing', async () => {
  await grant(INBOX, FRIEND, READ);
  assert.equal((await grant(INBOX, FRIEND, READ)).change, 1);
  assert.equal((await grant(INBOX, OTHER, 0)).change, 1);
});

it('a revoked grant leaves only its head', async () => {
  await grant(INBOX, FRIEND, READ);
  await grant(INBOX, OTHER, READ);
  const { result } = await accounts.get(OWNER).write((w) => revokeGrants(w, DataType.Mailbox, INBOX));
  assert.deepEqual(
    [...result],
    [
      [FRIEND, READ],
      [OTHER, READ],
    ],
  );
  await accounts.get(OWNER).read(async (reader) => {
    assert.equal((await grantsOn(reader, INBOX)).size, 0);
    assert.equal((await grantsFor(reader, FRIEND)).size, 0);
    assert.equal(await grantHead(reader, FRIEND), 3);
  });
  assert.deepEqual(await sharedWith(stores.data, FRIEND), []);
});

it('a deleted account neither grants nor is granted anything', async () => {
  await grant(INBOX, FRIEND, READ);
  await accounts.get(FRIEND).write((w) => setGrant(w, DataType.Calendar, 3, OWNER, READ));
  await accounts.get(FRIEND).write((w) => setGrant(w, DataType.Calendar, 3, OTHER, READ));
  await accounts.deleteAccount(FRIEND);
  assert.deepEqual(await sharedWith(stores.data, OWNER), []);
  assert.deepEqual(await sharedWith(stores.data, OTHER), []);
  assert.deepEqual(await sharedWith(stores.data, FRIEND), []);
  await accounts.get(OWNER).read(async (reader) => {
    assert.equal((await grantsOn(reader, INBOX)).size, 0);
    assert.equal(await grantHead(reader, FRIEND), 2);
  });
});
