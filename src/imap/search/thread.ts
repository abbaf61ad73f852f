// The trees of THREAD: REFERENCES and ORDEREDSUBJECT (RFC 5256 §3). Trees may be as deep as a mailbox is long, so
// nothing here is recursive.
import { baseSubject, lastField, parseMessageIds, valueOctets } from '../../formats/mime/index.ts';
import type { MailboxSession } from '../session.ts';
import { contents, Need } from './load.ts';
import { sentTime } from './sort.ts';
import { type Content, fold } from './text.ts';

/** A message of a tree, or a dummy without one. */
export interface ThreadNode {
  readonly index: number | undefined;
  readonly children: readonly ThreadNode[];
}

/** Identifiers of References that are looked at: the last ones are nearest. */
const MAX_REFERENCES = 100;
/** Steps up a tree after which it counts as a loop. */
const MAX_CLIMB = 10_000;

interface Entry {
  readonly index: number;
  readonly sent: number;
  readonly subject: string;
  readonly isReply: boolean;
  readonly id: string | undefined;
  readonly references: readonly string[];
}

export async function thread(
  session: MailboxSession,
  indexes: Uint32Array,
  algorithm: 'REFERENCES' | 'ORDEREDSUBJECT',
): Promise<readonly ThreadNode[]> {
  const entries: Entry[] = [];
  const need = algorithm === 'REFERENCES' ? Need.header : Need.envelope;
  const { view, members } = session.selected;
  for await (const content of contents(session, indexes, need)) {
    const received = view.received[members.rows[content.index] as number] as number;
    entries.push(entryOf(content, received));
  }
  return algorithm === 'REFERENCES' ? byReferences(entries) : bySubject(entries);
}

function entryOf(content: Content, received: number): Entry {
  const { envelope, index } = content;
  const subject = envelope.subject ?? '';
  return {
    index,
    sent: sentTime(envelope, received),
    subject: fold(baseSubject(subject)),
    isReply: isReplyOrForward(subject),
    id: idsOf(envelope.messageId).at(0),
    references: referencesOf(content),
  };
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

function bySubject(entries: readonly Entry[]): ThreadNode[] {
  const threads = new Map<string, Entry[]>();
  for (const entry of [...entries].sort(bySent)) {
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
  children: Container[] = [];

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
    this.children.push(child);
  }

  leave(): void {
    const { parent } = this;
    if (parent === undefined) return;
    parent.children = parent.children.filter((child) => child !== this);
    this.parent = undefined;
  }
}

function byReferences(entries: readonly Entry[]): ThreadNode[] {
  const all = link(entries);
  const roots = prune(all.filter(({ parent }) => parent === undefined));
  sortSiblings(roots);
  roots.sort(byFirst);
  const merged = mergeSubjects(roots);
  sortSiblings(merged);
  return merged.sort(byFirst);
}

/** Step 1: parents by References. */
function link(entries: readonly Entry[]): Container[] {
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
  for (const entry of entries) {
    let own = entry.id === undefined ? undefined : containerOf(entry.id);
    // A message without an identifier, or with another's, stands by itself.
    if (own === undefined || own.entry !== undefined) {
      own = new Container();
      all.push(own);
    }
    own.entry = entry;
    let parent: Container | undefined;
    for (const id of entry.references) {
      const next = containerOf(id);
      if (parent !== undefined && next.parent === undefined && !parent.hasAbove(next)) parent.adopt(next);
      parent = next;
    }
    // A parent that it has already was another message's guess.
    own.leave();
    if (parent !== undefined && !parent.hasAbove(own)) parent.adopt(own);
  }
  return all;
}

/** Step 3: dummies go; those at the top stay while they hold several together. */
function prune(roots: readonly Container[]): Container[] {
  for (const container of belowFirst(roots)) {
    const kept: Container[] = [];
    for (const child of container.children) {
      if (child.entry !== undefined) kept.push(child);
      else kept.push(...child.children);
    }
    for (const child of kept) child.parent = container;
    container.children = kept;
  }
  const top: Container[] = [];
  for (const root of roots) {
    if (root.entry !== undefined || root.children.length > 1) {
      top.push(root);
    } else if (root.children[0] !== undefined) {
      root.children[0].parent = undefined;
      top.push(root.children[0]);
    }
  }
  return top;
}

/** All containers of the trees, each after those below it. */
function belowFirst(roots: readonly Container[]): Container[] {
  const order = [...roots];
  for (let at = 0; at < order.length; at++) order.push(...(order[at] as Container).children);
  return order.reverse();
}

/** Steps 4 and 6: siblings by date; a dummy's children first, since they stand for it. */
function sortSiblings(roots: readonly Container[]): void {
  for (const container of belowFirst(roots)) container.children.sort(byFirst);
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
      (held.first?.isReply === true && root.first?.isReply !== true);
    if (takesPlace) bySubject.set(subject, root);
  }
  const top = new Set(roots);
  for (const root of roots) {
    const subject = root.first?.subject ?? '';
    const held = subject === '' ? undefined : bySubject.get(subject);
    if (held === undefined || held === root) continue;
    top.delete(root);
    if (held.entry === undefined && root.entry === undefined) {
      for (const child of root.children) held.adopt(child);
    } else if (held.entry === undefined || (root.entry?.isReply === true && !held.entry.isReply)) {
      held.adopt(root);
    } else {
      const dummy = new Container();
      top.delete(held);
      top.add(dummy);
      dummy.adopt(held);
      dummy.adopt(root);
      bySubject.set(subject, dummy);
    }
  }
  return [...top];
}
