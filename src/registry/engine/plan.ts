// Turns a change of one record into a batch: its row, its unique keys, index entries, references, counters, and
// the assertions that make it fail when something moved meanwhile.
import { LimitExceeded } from '../../base/index.ts';
import type { Batch, DataStore, Key } from '../../store/index.ts';
import { type AccountQuota, type Declaration, type Plain, shapeKind } from '../schema/index.ts';
import {
  indexEntries,
  type ReferenceEntry,
  referenceEntries,
  uniqueEntries,
  uniqueName,
} from './index-entries.ts';
import {
  accountCountKey,
  CHANGES_KEY,
  countKey,
  decodeName,
  decodeRecord,
  encodeName,
  encodeRecord,
  guardKey,
  recordKey,
  referenceKey,
  tenantCountKey,
  uniqueKey,
} from './rows.ts';
import { objectName, Refusal } from './types.ts';

/** Largest stored record in bytes. */
const MAX_RECORD = 200_000;

/** A record as it stands in the store. */
export interface RawRecord {
  readonly bytes: Uint8Array;
  readonly revision: number;
  readonly value: Plain;
}

export interface PlannedChange {
  readonly declaration: Declaration;
  readonly id: number;
  readonly before: RawRecord | undefined;
  readonly value: Plain | undefined;
}

export interface PlanContext {
  readonly store: DataStore;
  findDeclaration(type: string): Declaration | undefined;
  /** Most records that may count towards a quota; undefined for no limit. */
  limitOf(share: Share): Promise<number | undefined>;
}

/** A quota that a record counts towards. */
export interface Share {
  readonly owner: 'tenant' | 'account';
  readonly id: number;
  /** Key of the owner's `quotas`. */
  readonly quota: string;
  /** Where the limit stands when the owner has none of its own. */
  readonly fallback?: AccountQuota;
}

export interface Planned {
  /** Names of the unique keys that caches have to forget. */
  readonly keys: readonly string[];
  /** The quotas one of which was reached when the commit fails with `LimitExceeded`. */
  readonly quotas: readonly string[];
}

/** Fills the batch; throws `Refusal` when the change clashes with what is stored. */
export async function planChange(
  context: PlanContext,
  change: PlannedChange,
  batch: Batch,
): Promise<Planned> {
  const { declaration, id, before, value } = change;
  const key = recordKey(declaration.name, id);
  batch.assert(key, before ? before.bytes : 'absent');
  if (value) {
    const stored = shapeKind(declaration.shape).store?.(value) as Plain;
    const bytes = encodeRecord((before?.revision ?? 0) + 1, stored);
    if (bytes.length > MAX_RECORD) {
      throw new Refusal('validationFailed', {
        description: `The record takes ${bytes.length} bytes; at most ${MAX_RECORD} are allowed.`,
        validationErrors: [],
      });
    }
    batch.set(key, bytes);
  } else {
    batch.delete(key);
  }
  const keys = await planUnique(context, change, batch);
  planIndexes(change, batch);
  await planReferences(context, change, batch);
  const quotas = await planCounts(context, change, batch);
  batch.add(CHANGES_KEY, 1);
  return { keys, quotas };
}

/** The error of a commit that passed a quota. */
export function quotaRefusal(error: unknown, quotas: readonly string[]): unknown {
  if (!(error instanceof LimitExceeded) || quotas.length === 0) return error;
  const noun = quotas
    .join(' or ')
    .replaceAll(/\bmax/g, '')
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toLowerCase();
  return new Refusal('overQuota', { description: `You have exceeded your quota of ${error.value} ${noun}.` });
}

async function planUnique(context: PlanContext, change: PlannedChange, batch: Batch): Promise<string[]> {
  const { declaration, id, before, value } = change;
  const old = before ? uniqueEntries(declaration, before.value) : [];
  const wanted = value ? uniqueEntries(declaration, value) : [];
  const had = new Set(old.map((entry) => uniqueName(entry.space, entry.key)));
  const has = new Set<string>();
  const added = [];
  for (const entry of wanted) {
    const name = uniqueName(entry.space, entry.key);
    if (has.has(name)) {
      throw new Refusal('primaryKeyViolation', {
        description: 'The record holds the same name twice.',
        properties: [entry.property],
      });
    }
    has.add(name);
    if (!had.has(name)) added.push(entry);
  }
  const rows = added.map((entry) => uniqueKey(entry.space, entry.key));
  const holders = await context.store.getMany(rows);
  for (const [i, entry] of added.entries()) {
    const holder = holders[i];
    if (holder) {
      const existing = decodeName(holder);
      throw new Refusal('primaryKeyViolation', {
        properties: [entry.property],
        objectId: objectName(existing),
      });
    }
    const row = rows[i] as Key;
    batch.assert(row, 'absent').set(row, encodeName({ type: declaration.name, id }));
  }
  for (const entry of old) {
    if (!has.has(uniqueName(entry.space, entry.key))) batch.delete(uniqueKey(entry.space, entry.key));
  }
  return [...new Set([...had, ...has])];
}

function planIndexes({ declaration, id, before, value }: PlannedChange, batch: Batch): void {
  const old = before ? indexEntries(declaration, before.value, id) : new Map<string, Key>();
  const wanted = value ? indexEntries(declaration, value, id) : new Map<string, Key>();
  for (const [name, row] of old) if (!wanted.has(name)) batch.delete(row);
  for (const [name, row] of wanted) if (!old.has(name)) batch.set(row, EMPTY);
}

const EMPTY = new Uint8Array(0);

async function planReferences(context: PlanContext, change: PlannedChange, batch: Batch): Promise<void> {
  const { declaration, id, before, value } = change;
  const source = { type: declaration.name, id };
  const old = targetsOf(before ? referenceEntries(declaration, before.value) : []);
  const wanted = targetsOf(value ? referenceEntries(declaration, value) : []);
  // another tenant or owner is another answer to the same question
  const moved =
    before?.value['memberTenantId'] !== value?.['memberTenantId'] ||
    before?.value['accountId'] !== value?.['accountId'];
  const fresh = [...wanted].filter(([name]) => moved || !old.has(name)).map(([, entries]) => entries);
  const rows = fresh.map(([entry]) =>
    recordKey((entry as ReferenceEntry).target.type, (entry as ReferenceEntry).id),
  );
  const targets = await context.store.getMany(rows);
  for (const [i, entries] of fresh.entries()) {
    for (const entry of entries) checkTarget(context, change, entry, targets[i]);
    const target = {
      type: (entries[0] as ReferenceEntry).target.type,
      id: (entries[0] as ReferenceEntry).id,
    };
    if (target.type === source.type && target.id === source.id) continue;
    batch.assert(rows[i] as Key, targets[i] as Uint8Array);
    batch.set(referenceKey(target, source), EMPTY).add(guardKey(target), 1);
  }
  for (const [name, entries] of old) {
    const { target, id: targetId } = entries[0] as ReferenceEntry;
    if (!wanted.has(name)) batch.delete(referenceKey({ type: target.type, id: targetId }, source));
  }
}

function targetsOf(entries: readonly ReferenceEntry[]): Map<string, ReferenceEntry[]> {
  return Map.groupBy(entries, (entry) => `${entry.target.type}/${entry.id}`);
}

/** The target must exist, be of the variant, and belong to the same tenant and account. */
function checkTarget(
  context: PlanContext,
  change: PlannedChange,
  { target, id }: ReferenceEntry,
  bytes: Uint8Array | undefined,
): void {
  const missing = (): never => {
    throw new Refusal('invalidForeignKey', { objectId: objectName({ type: target.type, id }) });
  };
  if (!bytes) return missing();
  const declaration = context.findDeclaration(target.type);
  if (!declaration) return;
  const stored = decodeRecord(bytes).stored;
  if (target.variant !== undefined && stored['@type'] !== target.variant) missing();
  const tenant = change.value?.['memberTenantId'] ?? null;
  if (tenant !== null && declaration.visibility === 'tenant' && (stored['memberTenantId'] ?? null) !== tenant)
    missing();
  if (declaration.visibility === 'account' && stored['accountId'] !== ownerOf(change)) missing();
}

const ownerOf = ({ declaration, id, value }: PlannedChange): unknown =>
  declaration.isAccount ? id : value?.['accountId'];

async function planCounts(
  context: PlanContext,
  change: PlannedChange,
  batch: Batch,
): Promise<readonly string[]> {
  const { declaration, before, value } = change;
  if (declaration.kind === 'object' && (!before || !value))
    batch.add(countKey(declaration.name), value ? 1 : -1);
  const old = before ? sharesOf(declaration, before.value) : [];
  const wanted = value ? sharesOf(declaration, value) : [];
  for (const share of old) {
    if (!wanted.some((one) => sameShare(one, share))) batch.add(shareKey(declaration, share), -1);
  }
  const added = wanted.filter((share) => !old.some((one) => sameShare(one, share)));
  for (const share of added) {
    const limit = await context.limitOf(share);
    const counter = shareKey(declaration, share);
    if (limit === undefined) batch.add(counter, 1);
    else batch.addUpTo(counter, 1n, BigInt(limit));
  }
  return added.map((share) => share.quota);
}

/** What a record counts towards: a quota of its tenant, one of its account. */
function sharesOf(declaration: Declaration, value: Plain): Share[] {
  const { tenantQuota, accountQuota } = declaration;
  const { memberTenantId: tenant, accountId: account } = value;
  const shares: Share[] = [];
  if (tenantQuota && typeof tenant === 'number') {
    shares.push({ owner: 'tenant', id: tenant, quota: tenantQuota(value) });
  }
  if (accountQuota && typeof account === 'number') {
    shares.push({ owner: 'account', id: account, quota: accountQuota.quota, fallback: accountQuota });
  }
  return shares;
}

const sameShare = (a: Share, b: Share): boolean =>
  a.owner === b.owner && a.id === b.id && a.quota === b.quota;

const shareKey = (declaration: Declaration, { owner, id, quota }: Share): Key =>
  owner === 'tenant' ? tenantCountKey(id, quota) : accountCountKey(id, declaration.name);
