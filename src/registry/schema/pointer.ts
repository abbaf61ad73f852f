// JSON pointers without a leading slash (RFC 8620 §5.3) and the tree that the keys of a patch make.

/** `~1` stands for a slash and `~0` for a tilde (RFC 6901 §3). */
export const escapeSegment = (segment: string): string => segment.replaceAll('~', '~0').replaceAll('/', '~1');

/** A pointer one level deeper. */
export const below = (at: string, segment: string | number): string => {
  const escaped = typeof segment === 'number' ? String(segment) : escapeSegment(segment);
  return at === '' ? escaped : `${at}/${escaped}`;
};

/** The segments of a pointer, or undefined when an escape is wrong. */
export function parsePointer(pointer: string): string[] | undefined {
  const segments = pointer.split('/');
  for (const [i, segment] of segments.entries()) {
    if (!segment.includes('~')) continue;
    if (/~(?![01])/.test(segment)) return undefined;
    segments[i] = segment.replaceAll('~1', '/').replaceAll('~0', '~');
  }
  return segments;
}

/** What a patch does at one place: a new value, or changes further down. */
export type PatchNode =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'children'; readonly children: Map<string, PatchNode> };

export interface PatchTree {
  readonly children: ReadonlyMap<string, PatchNode>;
  /** Keys that are no pointer, or that touch what another key replaces. */
  readonly bad: readonly string[];
}

/** The deepest value a record has: a list in a nested value in a list of the record, and room to spare. */
const MAX_DEPTH = 16;

/** Builds the tree of a patch. No pointer may be a prefix of another (RFC 8620 §5.3). */
export function patchTree(patch: Readonly<Record<string, unknown>>): PatchTree {
  const root = new Map<string, PatchNode>();
  const bad: string[] = [];
  for (const [pointer, value] of Object.entries(patch)) {
    const segments = parsePointer(pointer);
    if (!segments || segments.length > MAX_DEPTH || !insert(root, segments, value)) bad.push(pointer);
  }
  return { children: root, bad };
}

function insert(root: Map<string, PatchNode>, segments: readonly string[], value: unknown): boolean {
  let children = root;
  for (const [i, segment] of segments.entries()) {
    const there = children.get(segment);
    if (i === segments.length - 1) {
      if (there) return false;
      children.set(segment, { kind: 'value', value });
      return true;
    }
    if (there?.kind === 'value') return false;
    if (there) {
      children = there.children;
    } else {
      const made = new Map<string, PatchNode>();
      children.set(segment, { kind: 'children', children: made });
      children = made;
    }
  }
  return false;
}
