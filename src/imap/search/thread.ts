// The trees of THREAD: REFERENCES and ORDEREDSUBJECT (RFC 5256 §3). Trees may be as deep as a mailbox is long, so
// nothing here is recursive.
import type { Slice } from '../../base/index.ts';
import { lastField, parseMessageIds, valueOctets } from '../../formats/mime/index.ts';
import type { ColdRecord } from '../../mail/index.ts';
import type { MailboxSession } from '../session.ts';
import { factsOf, type Relations } from './facts.ts';
import { eachContent, Need } from './load.ts';
import { sortInTurns } from './sort-in-turns.ts';
import type { Content } from './text.ts';

/** A message of a tree, or a dummy without one. */
export interface ThreadNode {
  readonly index: number | undefined;
  readonly children: readonly ThreadNode[];
}

/** Identifiers of References that are looked at: the last ones are nearest. */
const MAX_REFERENCES = 100;
/** Steps up a tree after which it counts as a loop. */
const MAX_CLIMB = 10_000;

/** Identifiers of a message that are kept for the next time. */
const MAX_KEPT = 20;

interface Entry {
  readonly index: number;
  readonly sent: number;
  readonly subject: string;
  readonly relations: Relations;
}

const NO_RELATIONS: Relations = { isReply: false, id: undefined, references: [] };

export async function thread(
  session: MailboxSession,
  indexes: Uint32Array,
  algorithm: 'REFERENCES' | 'ORDEREDSUBJECT',
): Promise<readonly ThreadNode[]> {
  const entries: Entry[] = [];
  const { view, members } = session.selected;
  const related = algorithm === 'REFERENCES';
  const need = related ? Need.header : Need.envelope;
  const enough = (cold: ColdRecord): boolean => factsOf(cold).relations !== undefined;
  await eachContent(session, indexes, { need, enough }, (content) => {
    const { index, baseSubject: subject } = content;
    const sent = content.sent ?? (view.received[members.rows[index] as number] as number);
    entries.push({ index, sent, subject, relations: related ? relationsOf(content) : NO_RELATIONS });
  });
  return related ? byReferences(entries, session.slice) : bySubject(entries, session.slice);
}

function relationsOf(content: Content): Relations {
  const { facts } = content;
  if (facts.relations !== undefined) return facts.relations;
  const { envelope } = content;
  const relations: Relations = {
    isReply: isReplyOrForward(envelope.subject ?? ''),
    id: idsOf(envelope.messageId).at(0),
    references: referencesOf(content),
  };
  if (relations.references.length <= MAX_KEPT) facts.relations = relations;
  return relations;
}

const idsOf = (text: string | undefined): readonly string[] =>
  text === undefined ? [] : (parseMessageIds(text) ?? []);

/** RFC 5256 §3: References, else the first identifier of In-Reply-To. */
function referencesOf({ cold, bytes, envelope }: Content): readonly string[] {
  const field = lastField(cold.message.parts[0].fields, 'references');
  const ids =
    field === undefined || bytes === undefined ? [] : idsOf(valueOctets(bytes, field).replace(/[\r\n]/g, ''));
  return ids.length > 0 ? ids.slice(-MAX_REFERENCES) : idsOf(envelope.inReplyTo).slice(0, 1);
}

/** Longest subject whose marks are looked at. */
const MAX_SUBJECT = 1000;

/** True when the base subject lacks a mark of replies or forwards that the subject has (RFC 5256 §2.1). */
function isReplyOrForward(subject: string): boolean {
  const text = subject.slice(0, MAX_SUBJECT).trim();
  return (
    /\(fwd\)$/i.test(text) || /^(?:\[[^[\]]*\]\s*)*(?:(?:re|fwd?)\s*(?:\[[^[\]]*\]\s*)?:|\[fwd:)/i.test(text)
  );
}

// ORDEREDSUBJECT

async function bySubject(entries: readonly Entry[], slice: Slice): Promise<ThreadNode[]> {
  const threads = new Map<string, Entry[]>();
  for (const entry of await sortInTurns(entries, bySent, slice)) {
    const same = threads.get(entry.subject);
    if (same) same.push(entry);
    else threads.set(entry.subject, [entry]);
  }
  // The map keeps the order of the first messages, which is that of their dates.
  return Array.from(threads.values(), ([root, ...others]) => ({
    index: (root as Entry).index,
    children: others.map(({ index }) => ({ index, children: [] })),
  }));
}

const bySent = (a: { sent: number; index: number }, b: { sent: number; index: number }): number =>
  a.sent - b.sent || a.index - b.index;

// REFERENCES

class Container implements ThreadNode {
  entry: Entry | undefined;
  parent: Container | undefined;
  /** While links still come and go. */
  readonly below = new Set<Container>();
  /** In order, once all links are made. */
  children: readonly Container[] = [];

  get index(): number | undefined {
    return this.entry?.index;
  }

  /** The message that stands for it: its own, or a dummy's first child's. */
  get first(): Entry | undefined {
    return this.entry ?? this.children[0]?.entry;
  }

  /** True for the container itself and everything above it. */
  hasAbove(other: Container): boolean {
    if (other === this) return true;
    let steps = 0;
    for (let at = this.parent; at !== undefined; at = at.parent) {
      if (at === other || ++steps > MAX_CLIMB) return true;
    }
    return false;
  }

  adopt(child: Container): void {
    child.parent = this;
    this.below.add(child);
  }

  leave(): void {
    this.parent?.below.delete(this);
    this.parent = undefined;
  }
}

/** Containers between two looks at the clock. */
const STRIDE = 64;

async function byReferences(entries: readonly Entry[], slice: Slice): Promise<readonly ThreadNode[]> {
  const all = await link(entries, slice);
  const pruned = await prune(
    all.filter(({ parent }) => parent === undefined),
    slice,
  );
  await sortSiblings(pruned, slice);
  const roots = await sortInTurns(pruned, byFirst, slice);
  const merged = mergeSubjects(roots);
  await sortSiblings(merged, slice);
  return sortInTurns(merged, byFirst, slice);
}

/** Step 1: parents by References. */
async function link(entries: readonly Entry[], slice: Slice): Promise<Container[]> {
  const byId = new Map<string, Container>();
  const all: Container[] = [];
  const containerOf = (id: string): Container => {
    let container = byId.get(id);
    if (container === undefined) {
      container = new Container();
      byId.set(id, container);
      all.push(container);
    }
    return container;
  };
  for (const [at, entry] of entries.entries()) {
    const { id, references } = entry.relations;
    let own = id === undefined ? undefined : containerOf(id);
    // A message without an identifier, or with another's, stands by itself.
    if (own === undefined || own.entry !== undefined) {
      own = new Container();
      all.push(own);
    }
    own.entry = entry;
    let parent: Container | undefined;
    for (const reference of references) {
      const next = containerOf(reference);
      if (parent !== undefined && next.parent === undefined && !parent.hasAbove(next)) parent.adopt(next);
      parent = next;
    }
    // A parent that it has already was another message's guess.
    own.leave();
    if (parent !== undefined && !parent.hasAbove(own)) parent.adopt(own);
    if (at % STRIDE === 0 && slice.due()) await slice.pause();
  }
  return all;
}

/** Step 3: dummies go; those at the top stay while they hold several together. */
async function prune(roots: readonly Container[], slice: Slice): Promise<Container[]> {
  for (const [at, container] of belowFirst(roots).entries()) {
    const kept: Container[] = [];
    for (const child of container.below) {
      if (child.entry !== undefined) kept.push(child);
      else for (const grandchild of child.children) kept.push(grandchild);
    }
    for (const child of kept) child.parent = container;
    container.children = kept;
    container.below.clear();
    if (at % STRIDE === 0 && slice.due()) await slice.pause();
  }
  const top: Container[] = [];
  for (const root of roots) {
    const [only] = root.children;
    if (root.entry !== undefined || root.children.length > 1) {
      top.push(root);
    } else if (only !== undefined) {
      only.parent = undefined;
      top.push(only);
    }
  }
  return top;
}

/** All containers of the trees, each after those below it. */
function belowFirst(roots: readonly Container[]): Container[] {
  const order = [...roots];
  for (let at = 0; at < order.length; at++) {
    const { below, children } = order[at] as Container;
    for (const child of children.length > 0 ? children : below) order.push(child);
  }
  return order.reverse();
}

/** Steps 4 and 6: siblings by date; a dummy's children first, since they stand for it. */
async function sortSiblings(roots: readonly Container[], slice: Slice): Promise<void> {
  for (const [at, container] of belowFirst(roots).entries()) {
    const { children } = container;
    if (children.length > 1) container.children = await sortInTurns(children, byFirst, slice);
    else if (at % STRIDE === 0 && slice.due()) await slice.pause();
  }
}

function byFirst(a: Container, b: Container): number {
  const x = a.first;
  const y = b.first;
  return x === undefined || y === undefined ? 0 : bySent(x, y);
}

/** Step 5: threads of one subject become one. */
function mergeSubjects(roots: readonly Container[]): Container[] {
  const bySubject = new Map<string, Container>();
  for (const root of roots) {
    const subject = root.first?.subject ?? '';
    if (subject === '') continue;
    const held = bySubject.get(subject);
    const takesPlace =
      held === undefined ||
      (held.entry !== undefined && root.entry === undefined) ||
      (held.first?.relations.isReply === true && root.first?.relations.isReply !== true);
    if (takesPlace) bySubject.set(subject, root);
  }
  const top = new Set(roots);
  const joined = new Map<Container, Container[]>();
  const join = (parent: Container, child: Container): void => {
    child.parent = parent;
    const list = joined.get(parent);
    if (list) list.push(child);
    else joined.set(parent, [child]);
  };
  for (const root of roots) {
    const subject = root.first?.subject ?? '';
    const held = subject === '' ? undefined : bySubject.get(subject);
    if (held === undefined || held === root) continue;
    top.delete(root);
    if (held.entry === undefined && root.entry === undefined) {
      for (const child of root.children) join(held, child);
    } else if (
      held.entry === undefined ||
      (root.entry?.relations.isReply === true && !held.entry.relations.isReply)
    ) {
      join(held, root);
    } else {
      const dummy = new Container();
      top.delete(held);
      top.add(dummy);
      join(dummy, held);
      join(dummy, root);
      bySubject.set(subject, dummy);
    }
  }
  for (const [parent, more] of joined) parent.children = [...parent.children, ...more];
  return [...top];
}
