// Properties of an Email that no update can change, as clients send them that pass whole objects back: that is no
// error where the value is the current one (RFC 8620 §5.3).
import { isDeepStrictEqual } from 'node:util';
import { Invalid, type Slice } from '../../base/index.ts';
import { isObject, type Json, type JsonObject } from '../../formats/jmap/index.ts';
import type { BlobReads } from '../blobs.ts';
import { invalidProperties } from '../errors.ts';
import type { MailAccount } from '../mail-port.ts';
import { type HotFacts, renderCold } from './get.ts';
import { type BodyArguments, type EmailPlan, planEmail } from './properties.ts';
import { renderWith } from './render.ts';

export interface SentProperties {
  readonly properties: JsonObject;
  /** Of the e-mail that they were sent for. */
  readonly facts: HotFacts;
}

/** Throws `SetFailure` (`invalidProperties`) that names the properties whose value is another. */
export async function checkUnchanged(
  { properties, facts }: SentProperties,
  mail: Pick<MailAccount, 'cold'>,
  blobs: BlobReads,
  slice: Slice,
): Promise<void> {
  const bad = new Set<string>();
  const plain: string[] = [];
  const plans: EmailPlan[] = [];
  for (const name of Object.keys(properties)) {
    const plan = planOf(name, properties);
    if (!plan) bad.add(name);
    else if (PARTS.has(name)) plans.push(plan);
    else plain.push(name);
  }
  if (plain.length > 0) plans.push(planEmail(plain, NO_BODY));
  const [record] = plans.some((plan) => plan.needsCold) ? await mail.cold([facts.stored.id]) : [];
  const current: JsonObject = {};
  for (const plan of plans) {
    const [cold] = plan.needsCold && record ? await renderCold(plan, [facts], [record], blobs, slice) : [''];
    Object.assign(current, JSON.parse(renderWith(plan, facts, cold ?? '')));
  }
  for (const name of Object.keys(properties)) {
    const same = PARTS.has(name) ? holds : isDeepStrictEqual;
    if (!bad.has(name) && !same(current[name] ?? null, properties[name] ?? null)) bad.add(name);
  }
  if (bad.size > 0)
    throw invalidProperties([...bad], `These properties cannot be changed: ${[...bad].join(', ')}`);
}

const NO_BODY: BodyArguments = {
  bodyProperties: null,
  fetchTextBodyValues: false,
  fetchHTMLBodyValues: false,
  fetchAllBodyValues: false,
  maxBodyValueBytes: 0,
};

/** Properties of which a client may hold a part only: body parts have the properties that were asked for. */
const PARTS: ReadonlySet<string> = new Set([
  'bodyStructure',
  'textBody',
  'htmlBody',
  'attachments',
  'bodyValues',
]);

/** What has to be read to know a property; undefined for one that no Email has. */
function planOf(name: string, properties: JsonObject): EmailPlan | undefined {
  const members =
    PARTS.has(name) && name !== 'bodyValues' ? memberNames(properties[name] as Json) : undefined;
  try {
    return planEmail([name], {
      ...NO_BODY,
      bodyProperties: members ? [...members] : null,
      fetchAllBodyValues: name === 'bodyValues',
    });
  } catch (error) {
    if (error instanceof Invalid) return undefined;
    throw error;
  }
}

/** Names of the members of all parts in a value. */
function memberNames(value: Json, names = new Set<string>()): Set<string> {
  if (Array.isArray(value)) for (const item of value) memberNames(item, names);
  else if (isObject(value)) {
    for (const name of Object.keys(value)) {
      names.add(name);
      if (name === 'subParts') memberNames(value[name] as Json, names);
    }
  }
  return names;
}

/** Whether a value has all that was sent of it. */
function holds(current: Json, sent: Json): boolean {
  if (Array.isArray(sent)) {
    return (
      Array.isArray(current) &&
      current.length === sent.length &&
      sent.every((item, i) => holds(current[i] as Json, item))
    );
  }
  if (!isObject(sent)) return current === sent;
  return (
    isObject(current) &&
    Object.keys(sent).every(
      (name) => Object.hasOwn(current, name) && holds(current[name] as Json, sent[name] as Json),
    )
  );
}
