// Folding of log entries: what several changes of one document amount to, and what a caller with partial
// rights sees of them (spec-mail-access §7.3, RFC 8620 §5.2).
import type { ChangeKind, DocumentId, LogEntry } from './types.ts';

/**
 * What two kinds in a row amount to; undefined when nothing remains. A second `destroy` or `create` of a
 * document that is already gone or there changes nothing of the first.
 */
export function foldKinds(earlier: ChangeKind, later: ChangeKind): ChangeKind | undefined {
  if (earlier === 'create') return later === 'destroy' ? undefined : 'create';
  if (earlier === 'update') return later === 'destroy' ? 'destroy' : 'update';
  return later === 'create' ? 'update' : 'destroy';
}

/** The entry that stands for both, of which neither is hidden; undefined when nothing remains. */
export function foldEntries(earlier: LogEntry, later: LogEntry): LogEntry | undefined {
  const kind = foldKinds(earlier.kind, later.kind);
  if (kind === undefined) return undefined;
  return {
    type: earlier.type,
    id: earlier.id,
    kind,
    aspects: earlier.aspects | later.aspects,
    before: earlier.before,
    after: later.after,
  };
}

/** An entry as seen by a caller who may read some containers only; undefined when it does not concern them. */
export function visibleEntry(
  entry: LogEntry,
  mayRead: (container: DocumentId) => boolean,
): LogEntry | undefined {
  const before = entry.kind !== 'create' && entry.before.some(mayRead);
  const after = entry.kind !== 'destroy' && entry.after.some(mayRead);
  if (!before && !after) return undefined;
  if (before && after) return entry;
  return { ...entry, kind: after ? 'create' : 'destroy' };
}
