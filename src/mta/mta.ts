// The door of mail acceptance: one object that the composition root makes and the faces share.
import type { Access, Directory } from '../access/index.ts';
import type { Mailbox, Reply } from '../formats/smtp/index.ts';
import type { Mail } from '../mail/index.ts';
import type { Registry } from '../registry/index.ts';
import type { BlobStore } from '../store/index.ts';
import { accept, type DeliveredMessage, type Incoming, receive } from './acceptance.ts';
import { IntakeSpace } from './intake.ts';
import { type PolicyContext, sessionPolicies, type SessionPolicy } from './policy.ts';
import { directoryAddress, type RecipientRequest, resolveRecipient } from './recipients.ts';
import { checkSender, type SenderRequest } from './sender.ts';
import type { Envelope, RecipientVerdict, Verdict } from './types.ts';

export interface MtaOptions {
  readonly registry: Pick<Registry, 'singleton' | 'watch' | 'object'>;
  readonly access: Pick<Access, 'token'> & {
    readonly directory: Pick<Directory, 'resolveRecipient' | 'maySendAs'>;
  };
  readonly mail: Pick<Mail, 'deliver' | 'checkRoom'>;
  readonly blobs: Pick<BlobStore, 'spool'>;
}

/** What an address stands for, as VRFY and EXPN show it. */
export type Verified =
  | { readonly kind: 'mailbox' }
  | { readonly kind: 'list'; readonly members: readonly string[] }
  | { readonly kind: 'unknown' };

export interface Mta {
  policy(context: PolicyContext): SessionPolicy;
  /** The refusal of a sender, or undefined. @throws Unavailable */
  checkSender(request: SenderRequest): Promise<Reply | undefined>;
  /** Decides on a recipient. @throws Unavailable */
  checkRecipient(request: RecipientRequest): Promise<RecipientVerdict>;
  /** @throws Unavailable */
  verify(mailbox: Mailbox): Promise<Verified>;
  /** Begins to receive the content of a transaction. */
  receive(envelope: Envelope, policy: SessionPolicy): Incoming;
  /** Decides on what has arrived; a 250 in the verdict is durable. @throws what storing throws */
  accept(envelope: Envelope, incoming: Incoming): Promise<Verdict>;
  /** Calls the listener with every message that is durable in somebody's mailbox; it must not wait. */
  onDelivered(listener: (delivered: DeliveredMessage) => void): void;
}

export function createMta({ registry, access, mail, blobs }: MtaOptions): Mta {
  const space = new IntakeSpace(blobs);
  const defaultDomain = async (): Promise<string> =>
    (await registry.object('Domain', registry.singleton('SystemSettings').defaultDomainId))?.name ?? '';
  const recipients = { access, mail, defaultDomain };
  const listeners: ((delivered: DeliveredMessage) => void)[] = [];
  const delivered = (message: DeliveredMessage): void => {
    for (const listener of listeners) listener(message);
  };
  return {
    policy: sessionPolicies(registry),
    checkSender: (request) => checkSender(access.directory, request),
    checkRecipient: (request) => resolveRecipient(recipients, request),
    verify: async (mailbox) => {
      const found = await access.directory.resolveRecipient(await directoryAddress(recipients, mailbox));
      if (found.kind === 'account') return { kind: 'mailbox' };
      if (found.kind !== 'list') return { kind: 'unknown' };
      return { kind: 'list', members: found.members.map(({ address }) => address) };
    },
    receive: (envelope, policy) => receive(space, envelope, policy),
    accept: (envelope, incoming) => accept({ access, mail, delivered }, envelope, incoming),
    onDelivered: (listener) => void listeners.push(listener),
  };
}
