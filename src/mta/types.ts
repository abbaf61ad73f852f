// What the acceptance of mail is told about who hands it in, and what it answers. Independent of sockets: a
// submission from JMAP is such a client as well.
import type { AccessToken, AccountId } from '../access/index.ts';
import type { Mailbox, MailParameters, Reply } from '../formats/smtp/index.ts';

/**
 * What a listener is for: mail from strangers, mail from our own users, mail from a trusted transfer agent.
 * Our default policies test the listener's name; `listenerKind` is that test.
 */
export type ListenerKind = 'smtp' | 'submission' | 'lmtp';

/** The kind of a listener by the name and protocol of its `NetworkListener`. */
export function listenerKind(name: string, protocol: 'smtp' | 'lmtp'): ListenerKind {
  if (protocol === 'lmtp') return 'lmtp';
  return name === 'smtp' ? 'smtp' : 'submission';
}

/** Who hands mail in. */
export interface Client {
  /** Names the connection in telemetry. */
  readonly connection: string;
  readonly listener: string;
  readonly kind: ListenerKind;
  /** As `normalizeAddress` spells it. */
  readonly address: string;
  /** Name the client gave itself. */
  readonly helo: string;
  /** False after HELO. */
  readonly extended: boolean;
  readonly secure: boolean;
  /** Set when TLS ends here, not at a proxy. */
  readonly tls: { readonly version: string; readonly cipher: string } | undefined;
  /** Who has signed in. */
  readonly token: AccessToken | undefined;
}

/** A recipient that was accepted at RCPT. */
export interface EnvelopeRecipient {
  /** As the client wrote it. */
  readonly mailbox: Mailbox;
  /** Accounts the mail goes to: one, or the members of a list. */
  readonly accounts: readonly AccountToken[];
}

/** An account with the token that let it receive mail. */
export interface AccountToken {
  readonly account: AccountId;
  readonly token: AccessToken;
}

/** A mail transaction (RFC 5321 §3.3): everything that is known before the content arrives. */
export interface Envelope {
  readonly client: Client;
  /** Null for `<>`. */
  readonly sender: Mailbox | null;
  readonly parameters: MailParameters;
  /** In the order of the RCPT commands. */
  readonly recipients: readonly EnvelopeRecipient[];
}

export type RecipientVerdict =
  | { readonly accepted: true; readonly recipient: EnvelopeRecipient }
  | {
      readonly accepted: false;
      readonly reply: Reply;
      /** The client asked for what does not exist or is not ours: counted against it. */
      readonly isError: boolean;
      /** The recipient is on another server, and nothing goes there yet. */
      readonly noRoute?: boolean;
    };

/** The answer to a message. */
export interface Verdict {
  /** For the whole transaction (SMTP). */
  readonly reply: Reply;
  /** One for each recipient, in the envelope's order (LMTP, RFC 2033 §4.2). */
  readonly replies: readonly Reply[];
}
