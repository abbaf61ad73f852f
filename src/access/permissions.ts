// Permissions as numbers and sets of them as bitsets. A permission's number is its place in the vocabulary
// of the registry (659 names); checking one costs one word and one mask.
import { PERMISSION_NAMES, type PermissionName } from '../registry/index.ts';

/** Position of a permission in a `PermissionSet`. */
export type Permission = number & { readonly brand: unique symbol };

/** How many permissions there are. */
export const PERMISSION_COUNT = PERMISSION_NAMES.length;

const WORDS = Math.ceil(PERMISSION_COUNT / 32);
const byName = new Map<string, Permission>(
  PERMISSION_NAMES.map((name, position) => [name, position as Permission]),
);

/** The permission of this name, checked when compiled: `permission('imapExpunge')`. */
export const permission = (name: PermissionName): Permission => byName.get(name) as Permission;

/** The permission of a name from outside, or undefined when there is none of that name. */
export const findPermission = (name: string): Permission | undefined => byName.get(name);

/** Wire name of a permission. */
export const permissionName = (p: Permission): PermissionName => PERMISSION_NAMES[p] as PermissionName;

/** A set of permissions. Operations that combine sets give a new one; `add` and `remove` change this one. */
export class PermissionSet {
  readonly #words: Uint32Array;

  private constructor(words: Uint32Array) {
    this.#words = words;
  }

  static empty(): PermissionSet {
    return new PermissionSet(new Uint32Array(WORDS));
  }

  /** Every permission there is. */
  static all(): PermissionSet {
    const words = new Uint32Array(WORDS).fill(0xffffffff);
    const rest = PERMISSION_COUNT % 32;
    if (rest > 0) words[WORDS - 1] = 2 ** rest - 1;
    return new PermissionSet(words);
  }

  static of(permissions: Iterable<Permission>): PermissionSet {
    const set = PermissionSet.empty();
    for (const p of permissions) set.add(p);
    return set;
  }

  /** The set of these names; names that do not exist are left out (they grant nothing). */
  static ofNames(names: Iterable<string>): PermissionSet {
    const set = PermissionSet.empty();
    for (const name of names) {
      const p = byName.get(name);
      if (p !== undefined) set.add(p);
    }
    return set;
  }

  // hot: for every operation of every face
  has(p: Permission): boolean {
    return ((this.#words[p >>> 5] as number) & (1 << (p & 31))) !== 0;
  }

  add(p: Permission): this {
    this.#words[p >>> 5] = (this.#words[p >>> 5] as number) | (1 << (p & 31));
    return this;
  }

  remove(p: Permission): this {
    this.#words[p >>> 5] = (this.#words[p >>> 5] as number) & ~(1 << (p & 31));
    return this;
  }

  clone(): PermissionSet {
    return new PermissionSet(this.#words.slice());
  }

  union(other: PermissionSet): PermissionSet {
    return this.#combine(other, (a, b) => a | b);
  }

  intersect(other: PermissionSet): PermissionSet {
    return this.#combine(other, (a, b) => a & b);
  }

  /** What is in this set and not in the other. */
  minus(other: PermissionSet): PermissionSet {
    return this.#combine(other, (a, b) => a & ~b);
  }

  isSubsetOf(other: PermissionSet): boolean {
    return this.#words.every((word, i) => (word & ~(other.#words[i] as number)) === 0);
  }

  equals(other: PermissionSet): boolean {
    return this.#words.every((word, i) => word === other.#words[i]);
  }

  get isEmpty(): boolean {
    return this.#words.every((word) => word === 0);
  }

  get size(): number {
    let size = 0;
    for (const word of this.#words) for (let rest = word; rest !== 0; rest &= rest - 1) size++;
    return size;
  }

  /** In the order of the vocabulary. */
  *[Symbol.iterator](): Generator<Permission> {
    for (let p = 0; p < PERMISSION_COUNT; p++) if (this.has(p as Permission)) yield p as Permission;
  }

  /** Wire names, in the order of the vocabulary. */
  names(): PermissionName[] {
    return Array.from(this, permissionName);
  }

  #combine(other: PermissionSet, fn: (a: number, b: number) => number): PermissionSet {
    return new PermissionSet(this.#words.map((word, i) => fn(word, other.#words[i] as number)));
  }
}
